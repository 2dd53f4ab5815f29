//! A small organisation: two tills and an office, one template, one voucher, and a time to count from.

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictKind, ConflictState, Context, Currency, Decision, DeviceId, Marks, Money, OpId, Operation, Outcome, Payment,
    PersonHash, Policy, RedeemMode, Redemption, RedemptionOutcome, Refusal, Role, ShopId, Situation, StaffId, Status, Template, TemplateContent, TemplateId,
    Timestamp, Vat, Voucher, VoucherCode, VoucherId, decide, expiry::last_day, text::Reason, voucher::Stamp,
};
use jiff::{SignedDuration, tz::TimeZone};
use uuid::Uuid;

pub const TEMPLATE: TemplateId = TemplateId(Uuid::from_u128(0x7e));
pub const VOUCHER: VoucherId = VoucherId(Uuid::from_u128(0x70));
/// The till that does things, and another one.
pub const TILL: DeviceId = DeviceId(Uuid::from_u128(0xd1));
pub const OTHER_TILL: DeviceId = DeviceId(Uuid::from_u128(0xd2));
pub const CLERK: StaffId = StaffId(Uuid::from_u128(0x51));
pub const OTHER_CLERK: StaffId = StaffId(Uuid::from_u128(0x52));
pub const SHOP: ShopId = ShopId(Uuid::from_u128(0x5409));
/// The operation that brought [`voucher`] to the status it has.
pub const BEFORE: OpId = op(77);
/// The operation that is decided.
pub const NOW: OpId = op(99);
/// The minute at which it is made, and received.
pub const NOW_MINUTE: i64 = 600;

pub const fn op(number: u128) -> OpId {
    OpId(Uuid::from_u128(number))
}

/// That many minutes after the sale.
pub fn minute(count: i64) -> Timestamp {
    at("2026-03-10T12:00:00Z") + SignedDuration::from_mins(count)
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a time zone")
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("EUR").expect("EUR"))
}

pub fn reason() -> Reason {
    Reason::new("the customer came back").expect("a reason")
}

/// Of the clerk at the till.
pub fn stamp(op: OpId, minutes: i64) -> Stamp {
    Stamp { op, at: minute(minutes), staff: CLERK, shop: SHOP, device: TILL }
}

/// Of somebody else at another till.
pub fn other_stamp(op: OpId, minutes: i64) -> Stamp {
    Stamp { staff: OTHER_CLERK, device: OTHER_TILL, ..stamp(op, minutes) }
}

pub fn content() -> TemplateContent {
    TemplateContent {
        title: "Night walk".to_owned().try_into().expect("a title"),
        description: "Two hours\nwith a guide".to_owned().try_into().expect("a description"),
        price: eur(4136),
        validity_months: Some(12),
        vat: Vat::SinglePurpose { rate_basis_points: 2000 },
    }
}

pub fn template() -> Template {
    Template { id: TEMPLATE, content: content(), version: 3, archived: false, changed: stamp(op(1), -60), row_version: 5 }
}

pub fn code() -> VoucherCode {
    VoucherCode::from_random([7; 8])
}

/// Sold at minute 0, valid until 10 March 2027, brought to that status by [`BEFORE`] at minute 597.
pub fn voucher(status: Status) -> Voucher {
    let (day, end) = last_day(minute(0), 12, &zone("Europe/Paris")).expect("a last day");
    Voucher {
        id: VOUCHER,
        code: code(),
        template: TEMPLATE,
        snapshot: content(),
        person: PersonHash([3; 32]),
        payment: Payment::Cash,
        sold: stamp(op(2), 0),
        expires_on: Some(day),
        expires_at: Some(end),
        status,
        since: stamp(BEFORE, 597),
        home_shop: None,
        marks: Marks::default(),
        row_version: 4,
    }
}

pub fn sale() -> Operation {
    Operation::Sell {
        voucher: VOUCHER,
        code: code(),
        template: TEMPLATE,
        template_version: 3,
        snapshot: content(),
        person: PersonHash([3; 32]),
        payment: Payment::CardTerminal,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: None,
    }
}

pub fn redeem(mode: RedeemMode) -> Operation {
    Operation::redeem(VOUCHER, mode)
}

/// An active clerk at the till with a right clock; claimed and received at minute 600.
pub fn context(role: Role) -> Context {
    Context {
        stamp: stamp(NOW, NOW_MINUTE),
        role: Some(role),
        staff_active: true,
        by_server: false,
        clock_right: true,
        received_at: minute(NOW_MINUTE),
        policy: Policy::default(),
        time_zone: zone("Europe/Paris"),
    }
}

/// The server itself.
pub fn server() -> Context {
    Context { role: None, staff_active: false, by_server: true, ..context(Role::Counter) }
}

pub fn with_voucher(voucher: Voucher) -> Situation {
    Situation { voucher: Some(voucher), ..Situation::default() }
}

/// An attempt of this till, before.
pub fn attempt(mode: RedeemMode, outcome: RedemptionOutcome) -> Redemption {
    Redemption { voucher: VOUCHER, stamp: stamp(op(55), 500), mode, outcome, undone_by: None }
}

/// An open conflict of another till's redemption.
pub fn open_conflict(kind: ConflictKind, number: u128) -> Conflict {
    Conflict {
        id: ConflictId(op(number).0),
        voucher: VOUCHER,
        kind,
        accepted: Some(stamp(BEFORE, 597)),
        other: other_stamp(op(number), 580),
        state: ConflictState::Open,
        settled: None,
        row_version: 1,
    }
}

pub fn refusal(decision: &Decision) -> &Refusal {
    match &decision.outcome {
        Outcome::Rejected { refusal } => refusal,
        other => panic!("not rejected: {other:?}"),
    }
}

/// Decides, and expects a rejection that changes nothing.
pub fn refused(operation: &Operation, situation: &Situation, context: &Context) -> Refusal {
    let decision = decide(operation, situation, context);
    let recorded = |change: &Change| matches!(change, Change::RedemptionRecorded(attempt) if attempt.outcome == RedemptionOutcome::Rejected);
    assert!(decision.changes.iter().all(recorded), "a rejection changes nothing: {decision:?}");
    assert_eq!(decision.row_version(), None);
    refusal(&decision).clone()
}

/// Decides, and expects `applied`.
pub fn applied(operation: &Operation, situation: &Situation, context: &Context) -> Vec<Change> {
    let decision = decide(operation, situation, context);
    assert_eq!(decision.outcome, Outcome::Applied);
    decision.changes
}

pub fn voucher_in(changes: &[Change]) -> &Voucher {
    let found: Vec<_> = changes.iter().filter_map(|change| if let Change::Voucher(row) = change { Some(row) } else { None }).collect();
    assert_eq!(found.len(), 1, "one row of the voucher: {changes:?}");
    found[0]
}
