//! Selling: the money is taken and the code is out, so only an impossible sale is refused.

use beadsbox_domain::{Change, Context, Marks, Operation, Payment, PersonHash, Refusal, Role, Situation, Status, Template, Voucher, VoucherCode, decide};

use crate::support::{NOW, NOW_MINUTE, TEMPLATE, VOUCHER, applied, at, code, content, context, eur, refused, sale, stamp, template, voucher, zone};

fn situation() -> Situation {
    Situation { template: Some(template()), content_as_sold: Some(content()), ..Situation::default() }
}

fn sold(change: impl FnOnce(&mut Operation)) -> Operation {
    let mut operation = sale();
    change(&mut operation);
    operation
}

#[test]
fn the_voucher_is_what_was_sold() {
    let changes = applied(&sale(), &situation(), &context(Role::Counter));
    let expected = Voucher {
        id: VOUCHER,
        code: code(),
        template: TEMPLATE,
        snapshot: content(),
        person: PersonHash([3; 32]),
        payment: Payment::CardTerminal,
        sold: stamp(NOW, NOW_MINUTE),
        expires_on: Some("2027-03-10".parse().unwrap()),
        expires_at: Some(at("2027-03-10T23:00:00Z")),
        status: Status::Purchased,
        since: stamp(NOW, NOW_MINUTE),
        home_shop: None,
        marks: Marks::default(),
        row_version: 1,
    };
    assert_eq!(changes, [Change::Voucher(expected)]);
}

#[test]
fn the_last_day_is_that_of_the_shop() {
    let abroad = Context { time_zone: zone("Pacific/Kiritimati"), ..context(Role::Counter) };
    let changes = applied(&sale(), &situation(), &abroad);
    let Change::Voucher(row) = &changes[0] else { panic!("{changes:?}") };
    assert_eq!(row.expires_on, Some("2027-03-11".parse().unwrap()));
    assert_eq!(row.expires_at, Some(at("2027-03-11T10:00:00Z")));
}

#[test]
fn without_validity_there_is_no_end() {
    let mut endless = content();
    endless.validity_months = None;
    let operation = sold(|sale| {
        if let Operation::Sell { snapshot, .. } = sale {
            *snapshot = endless.clone();
        }
    });
    let changes = applied(
        &operation,
        &Situation { content_as_sold: Some(endless), template: Some(Template { version: 9, ..template() }), ..situation() },
        &context(Role::Counter),
    );
    let Change::Voucher(row) = &changes[0] else { panic!("{changes:?}") };
    assert_eq!((row.expires_on, row.expires_at), (None, None));
}

#[test]
fn an_archived_or_since_edited_template_does_not_stand_in_the_way() {
    let archived = Situation { template: Some(Template { archived: true, ..template() }), ..situation() };
    applied(&sale(), &archived, &context(Role::Counter));

    let mut since = template();
    since.version = 8;
    since.content.price = eur(1);
    let edited = Situation { template: Some(since.clone()), ..situation() };
    applied(&sale(), &edited, &context(Role::Counter));
    // A device no longer knows what version 3 said.
    applied(&sale(), &Situation { content_as_sold: None, ..edited }, &context(Role::Counter));
}

#[test]
fn an_id_or_code_that_was_taken() {
    let taken = Situation { voucher: Some(voucher(Status::Cancelled)), ..situation() };
    assert_eq!(refused(&sale(), &taken, &context(Role::Counter)), Refusal::IdTaken);
    let taken = Situation { code_taken: true, ..situation() };
    assert_eq!(refused(&sale(), &taken, &context(Role::Counter)), Refusal::CodeTaken);
}

#[test]
fn a_template_that_is_not() {
    assert_eq!(refused(&sale(), &Situation::default(), &context(Role::Counter)), Refusal::UnknownTemplate);
}

#[test]
fn a_snapshot_that_the_template_never_said() {
    let dearer = sold(|sale| {
        if let Operation::Sell { snapshot, .. } = sale {
            snapshot.price = eur(4137);
        }
    });
    assert_eq!(refused(&dearer, &situation(), &context(Role::Counter)), Refusal::SnapshotMismatch);
    // What it says now is known even where what it said then is not.
    let forgotten = Situation { content_as_sold: None, ..situation() };
    assert_eq!(refused(&dearer, &forgotten, &context(Role::Counter)), Refusal::SnapshotMismatch);
    for version in [0, 4, u32::MAX] {
        let never = sold(|sale| {
            if let Operation::Sell { template_version, .. } = sale {
                *template_version = version;
            }
        });
        assert_eq!(refused(&never, &forgotten, &context(Role::Counter)), Refusal::SnapshotMismatch, "version {version}");
    }
}

#[test]
fn a_snapshot_that_breaks_a_rule() {
    let free = sold(|sale| {
        if let Operation::Sell { snapshot, .. } = sale {
            snapshot.price = eur(0);
        }
    });
    let refusal = refused(&free, &situation(), &context(Role::Counter));
    assert_eq!(refusal, Refusal::BadContent { rule: "the price must be above 0".to_owned() });
}

#[test]
fn a_clock_at_the_end_of_the_calendar_is_refused_with_the_rule() {
    let mut context = context(Role::Counter);
    context.stamp.at = at("9999-12-01T00:00:00Z");
    let refusal = refused(&sale(), &situation(), &context);
    assert_eq!(refusal, Refusal::BadContent { rule: "the last day is beyond the calendar".to_owned() });
}

/// The money is in the till: a seller who was barred since does not undo the sale.
#[test]
fn barred_and_unknown_sellers() {
    let barred = Context { staff_active: false, ..context(Role::Counter) };
    assert_eq!(decide(&sale(), &situation(), &barred), decide(&sale(), &situation(), &context(Role::Counter)));
    applied(&sale(), &situation(), &barred);
    let nobody = Context { role: None, ..context(Role::Counter) };
    assert_eq!(refused(&sale(), &situation(), &nobody), Refusal::UnknownStaff);
}

#[test]
fn every_role_and_the_shop_page_sell() {
    for role in Role::ALL {
        applied(&sale(), &situation(), &context(role));
    }
    applied(&sale(), &situation(), &crate::support::server());
}

#[test]
fn another_code_makes_another_voucher() {
    let other = VoucherCode::from_random([1; 8]);
    let operation = sold(|sale| {
        if let Operation::Sell { code, .. } = sale {
            *code = other;
        }
    });
    let changes = applied(&operation, &situation(), &context(Role::Counter));
    assert!(matches!(&changes[0], Change::Voucher(row) if row.code == other));
}
