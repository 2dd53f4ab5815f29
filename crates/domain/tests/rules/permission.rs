use beadsbox_domain::{Deed, Role};

/// The whole table: role by role (counter, back office, admin), what each may do.
const TABLE: [(Deed, [bool; 3]); 21] = [
    (Deed::WriteTemplates, [false, true, true]),
    (Deed::Sell, [true, true, true]),
    (Deed::Redeem, [true, true, true]),
    (Deed::Cancel, [false, true, true]),
    (Deed::Refund, [false, true, true]),
    (Deed::Expire, [false, false, false]),
    (Deed::UndoRedemption, [true, true, true]),
    (Deed::HonourExpired, [false, true, true]),
    (Deed::Extend, [false, true, true]),
    (Deed::Replace, [false, true, true]),
    (Deed::Chargeback, [false, true, true]),
    (Deed::Note, [true, true, true]),
    (Deed::IssueMany, [false, true, true]),
    (Deed::Import, [false, true, true]),
    (Deed::WorkOnConflicts, [false, true, true]),
    (Deed::SettleConflicts, [false, false, true]),
    (Deed::RunTill, [true, true, true]),
    (Deed::Approve, [false, true, true]),
    (Deed::UseOffice, [false, true, true]),
    (Deed::ReadReports, [false, true, true]),
    (Deed::Administer, [false, false, true]),
];

#[test]
fn every_deed_of_every_role() {
    for (deed, allowed) in TABLE {
        for (role, may) in Role::ALL.into_iter().zip(allowed) {
            assert_eq!(role.may(deed), may, "{role:?} {deed:?}");
        }
    }
}

#[test]
fn the_table_leaves_no_deed_out() {
    assert_eq!(Deed::ALL.to_vec(), TABLE.map(|(deed, _)| deed).to_vec());
}

#[test]
fn names() {
    assert_eq!(Role::ALL.map(Role::name), ["counter", "back_office", "admin"]);
    for role in Role::ALL {
        assert_eq!(Role::from_name(role.name()), Some(role));
        assert_eq!(serde_json::to_value(role).unwrap(), role.name());
    }
    assert_eq!(Role::from_name("Admin"), None);
}
