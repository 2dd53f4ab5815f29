//! What a till may do on its own word: by its own limits, with a manager's PIN, and for another shop's vouchers.

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::{
    AppError, ErrorCode,
    view::{
        AnswerKind, ApprovalForm, ApprovalView, DeviceLimitsForm, DeviceRow, LimitsForm, OfflineLimit, PinForm, RedeemAnswer, RefusalView, SaleForm, SaleLine,
        SoldVoucher,
    },
};
use beadsbox_domain::{Payment, Status};
use jiff::SignedDuration;

const PIN: &str = "402817";

fn limits(highest: &str, count: u32, sum: &str) -> LimitsForm {
    LimitsForm { highest_value: highest.to_owned(), most_redemptions: count, most_value: sum.to_owned(), most_hours_since_sync: 72 }
}

async fn device_row(office: &Till, name: &str) -> DeviceRow {
    office.sync().await;
    let devices = office.seat().sync_overview().await.unwrap().devices;
    devices.into_iter().find(|device| device.name == name).unwrap()
}

async fn limit(office: &Till, name: &str, limits: Option<LimitsForm>) {
    let row = device_row(office, name).await;
    let form = DeviceLimitsForm { device_id: row.id, row_version: row.row_version, limits: limits.clone() };
    let overview = office.seat().set_device_limits(form).await.unwrap();
    assert_eq!(overview.devices.into_iter().find(|device| device.name == name).unwrap().limits, limits, "on the screen at once");
}

fn over(answer: &RedeemAnswer) -> Option<OfflineLimit> {
    match &answer.refusal {
        Some(RefusalView::OverLimit { limit, .. }) => Some(*limit),
        _ => None,
    }
}

/// A voucher of the cheaper or the dearer template (41.36 and 299.79), for every shop or for the one alone.
async fn sell(till: &Till, dear: bool, this_shop_only: bool) -> SoldVoucher {
    let cards = till.seat().sale_choices().await.unwrap().templates;
    let cards = cards.into_iter().map(|card| (card.price.minor, card.id));
    let (_, template_id) = if dear { cards.max() } else { cards.min() }.unwrap();
    let line = SaleLine { template_id, quantity: 1, recipient: String::new(), message: String::new() };
    let form = SaleForm { lines: vec![line], buyer: "Buyer".to_owned(), email: String::new(), mail: None, payment: Payment::Cash, this_shop_only };
    let mut receipt = till.seat().sell(form).await.unwrap();
    assert_eq!(receipt.home_shop.is_some(), this_shop_only);
    receipt.vouchers.remove(0)
}

async fn set_pin(till: &Till, pin: &str) {
    till.seat()
        .set_pin(PinForm { password: PASSWORD.to_owned(), pin: pin.to_owned(), again: pin.to_owned() })
        .await
        .unwrap();
}

async fn person(till: &Till, name: &str) -> String {
    let people = till.program.people().await.unwrap();
    people.into_iter().find(|person| person.name == name).unwrap().id
}

async fn approve(till: &Till, code: &str, name: &str, pin: &str) -> Result<RedeemAnswer, AppError> {
    let form = ApprovalForm { code: code.to_owned(), staff_id: person(till, name).await, pin: pin.to_owned() };
    till.seat().redeem_approved(form).await
}

fn code_of<T>(answer: Result<T, AppError>) -> ErrorCode {
    answer.err().map(|error| error.code).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_honours_by_its_own_limits_or_else_by_those_of_all() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let sold = till.sell("Buyer").await;
    limit(&office, "Till Marais", Some(limits("40.00", 500, "10000.00"))).await;
    let mut policy = office.seat().policy().await.unwrap();
    policy.limits = limits("1.00", 500, "10000.00");
    let set = office.seat().set_policy(policy.clone()).await.unwrap();
    assert_eq!((set.limits.highest_value.as_str(), set.row_version), ("1.00", policy.row_version + 1));
    assert_eq!(code_of(office.seat().set_policy(policy).await), ErrorCode::ChangedMeanwhile);

    till.sync().await;
    till.go_offline().await;
    let refused = till.seat().redeem(&sold.code).await.unwrap();
    assert_eq!(refused.refusal, Some(RefusalView::OverLimit { limit: OfflineLimit::Value, value: "40.00".to_owned() }), "its own");
    till.come_back().await;
    limit(&office, "Till Marais", None).await;
    till.sync().await;
    till.go_offline().await;
    let refused = till.seat().redeem(&sold.code).await.unwrap();
    assert_eq!(refused.refusal, Some(RefusalView::OverLimit { limit: OfflineLimit::Value, value: "1.00".to_owned() }), "that of all");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_out_of_bounds_are_told_by_field() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    let row = device_row(&office, "Till Montmartre").await;
    let attempt = async |limits| {
        let form = DeviceLimitsForm { device_id: row.id.clone(), row_version: row.row_version, limits: Some(limits) };
        let error = office.seat().set_device_limits(form).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
        error.fields.into_iter().map(|fault| (fault.field, fault.limit)).collect::<Vec<_>>()
    };
    assert_eq!(attempt(limits("1000000.01", 1, "1")).await, [("highest_value".to_owned(), Some(1_000_000))]);
    assert_eq!(attempt(limits("1", 10_001, "1")).await, [("most_redemptions".to_owned(), Some(10_000))]);
    assert_eq!(attempt(limits("1.005", 1, "many")).await, [("highest_value".to_owned(), Some(2)), ("most_value".to_owned(), None)]);
    assert_eq!(device_row(&office, "Till Montmartre").await.limits, None);
}

/// A till of the counter offline, with those limits; and an office where Bruno has set his PIN.
async fn limited_till(centre: &Centre, own: LimitsForm) -> (Till, Till) {
    let office = centre.till("Montmartre", "Ada").await;
    let bruno = centre.till("Montmartre", "Bruno").await;
    set_pin(&bruno, PIN).await;
    let till = centre.till("Marais", "Carla").await;
    limit(&office, "Till Marais", Some(own)).await;
    till.sync().await;
    (office, till)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managers_pin_lets_a_redemption_pass_and_counts_in_the_sum_alone() {
    let centre = Centre::open().await;
    let (office, till) = limited_till(&centre, limits("50.00", 1, "350.00")).await;
    let (dear, cheap, next) = (sell(&till, true, false).await, sell(&till, false, false).await, sell(&till, false, false).await);
    till.sync().await;
    till.go_offline().await;
    assert_eq!(over(&till.seat().redeem(&dear.code).await.unwrap()), Some(OfflineLimit::Value));
    let approvers = till.seat().approvers().await.unwrap();
    assert_eq!(approvers.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Bruno"], "whoever has a PIN, and the role");
    assert_eq!(code_of(approve(&till, &dear.code, "Bruno", "402818").await), ErrorCode::WrongPin);
    assert_eq!(code_of(approve(&till, &dear.code, "Ada", PIN).await), ErrorCode::WrongPin, "she has none");
    assert!(till.seat().recent_redemptions().await.unwrap().is_empty(), "nothing of it was recorded");

    let passed = approve(&till, &dear.code, "Bruno", PIN).await.unwrap();
    assert_eq!((passed.answer, passed.approved_by.as_deref()), (AnswerKind::AcceptedOffline, Some("Bruno")));
    let used = approve(&till, &dear.code, "Bruno", PIN).await.unwrap();
    assert!(
        matches!(used.refusal, Some(RefusalView::StatusIs { status: Status::Used, .. })),
        "a PIN lifts the limits, and nothing else: {used:?}"
    );
    // The number of what the counter does alone is still at 0, so one more goes; the value of both is 341.15.
    let alone = till.seat().redeem(&cheap.code).await.unwrap();
    assert_eq!((alone.answer, alone.approved_by), (AnswerKind::AcceptedOffline, None));
    assert_eq!(over(&till.seat().redeem(&next.code).await.unwrap()), Some(OfflineLimit::Count));
    till.come_back().await;
    limit(&office, "Till Marais", Some(limits("50.00", 9, "320.00"))).await;
    till.sync().await;
    let again = sell(&till, true, false).await;
    till.sync().await;
    till.go_offline().await;
    approve(&till, &again.code, "Bruno", PIN).await.unwrap();
    assert_eq!(over(&till.seat().redeem(&next.code).await.unwrap()), Some(OfflineLimit::Sum), "money at stake, whoever agreed");

    till.come_back().await;
    office.sync().await;
    let detail = office.seat().voucher_detail(&dear.voucher_id).await.unwrap();
    assert_eq!(detail.row.status, Status::Used);
    let told = detail.history.iter().find_map(|entry| entry.approval.clone().map(|approval| (entry.fact.staff.clone(), approval)));
    assert_eq!(told, Some(("Carla".to_owned(), ApprovalView { staff: "Bruno".to_owned(), permitted: true })), "both are named");
    assert_eq!(device_row(&office, "Till Marais").await.wrong_pins, Some(1), "told to the admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_ask_over_the_limits_is_withdrawn_and_may_be_let_pass_afterwards() {
    let centre = Centre::open().await;
    let (_office, till) = limited_till(&centre, limits("50.00", 1, "350.00")).await;
    let dear = sell(&till, true, false).await;
    till.sync().await;
    till.link.set(crate::stage::link::Wire::RepliesLost);
    assert_eq!(over(&till.seat().redeem(&dear.code).await.unwrap()), Some(OfflineLimit::Value));
    let passed = approve(&till, &dear.code, "Bruno", PIN).await.unwrap();
    assert_eq!((passed.answer, passed.approved_by.as_deref()), (AnswerKind::AcceptedOffline, Some("Bruno")));
    till.come_back().await;
    assert_eq!(till.seat().recent_redemptions().await.unwrap()[0].state, beadsbox_app::view::RedemptionState::Confirmed);
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await, 1);
    assert_eq!(centre.count("SELECT count(*) FROM approval WHERE permitted").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_at_the_counter_lets_nothing_pass() {
    let centre = Centre::open().await;
    let (_office, till) = limited_till(&centre, limits("1.00", 1, "350.00")).await;
    set_pin(&till, "907315").await;
    let sold = till.sell("Buyer").await;
    till.sync().await;
    till.go_offline().await;
    assert_eq!(code_of(approve(&till, &sold.code, "Carla", "907315").await), ErrorCode::RoleNotAllowed);
    assert!(till.seat().recent_redemptions().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lets_anything_pass_by_rows_that_are_too_old() {
    let centre = Centre::open().await;
    let (office, till) = limited_till(&centre, limits("1.00", 1, "350.00")).await;
    let carlas = office.seat().create_badge(&person(&office, "Carla").await).await.unwrap().qr.text;
    let (first, second) = (till.sell("Buyer").await, till.sell("Buyer").await);
    till.sync().await;
    till.go_offline().await;
    // The seat is younger than the rows: it outlives the days for which they tell who may be let in.
    till.clock.turn(SignedDuration::from_hours(24 * 7 - 1));
    till.program.switch_by_badge(&carlas).await.unwrap();
    approve(&till, &first.code, "Bruno", PIN).await.unwrap();
    till.clock.turn(SignedDuration::from_hours(2));
    assert_eq!(code_of(approve(&till, &second.code, "Bruno", PIN).await), ErrorCode::SignInOfflineExpired);
    assert_eq!(till.seat().recent_redemptions().await.unwrap().len(), 1, "nothing of it was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_pin_gets_slower_also_over_a_restart_and_ends_at_ten() {
    let centre = Centre::open().await;
    let (_office, mut till) = limited_till(&centre, limits("1.00", 1, "350.00")).await;
    let sold = till.sell("Buyer").await;
    till.sync().await;
    till.go_offline().await;
    let guess = async |till: &Till, pin: &str| code_of(approve(till, &sold.code, "Bruno", pin).await);
    for _ in 0..4 {
        assert_eq!(guess(&till, "111222").await, ErrorCode::WrongPin);
    }
    assert_eq!(guess(&till, PIN).await, ErrorCode::PinDelayed, "not even the right one");
    till.restart().await;
    till.sign_in("Carla", PASSWORD).await.unwrap();
    assert_eq!(guess(&till, PIN).await, ErrorCode::PinDelayed, "on disk");
    till.clock.turn(SignedDuration::from_secs(3));
    assert_eq!(guess(&till, "111222").await, ErrorCode::WrongPin, "after its time");
    assert_eq!(guess(&till, "111222").await, ErrorCode::PinDelayed);
    for _ in 5..10 {
        till.clock.turn(SignedDuration::from_mins(16));
        assert_eq!(guess(&till, "111222").await, ErrorCode::WrongPin);
    }
    till.clock.turn(SignedDuration::from_hours(20));
    let locked = approve(&till, &sold.code, "Bruno", PIN).await.unwrap_err();
    assert_eq!((locked.code, locked.params.get("name").map(String::as_str)), (ErrorCode::PinLocked, Some("Bruno")), "no clock opens it");

    till.come_back().await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    till.go_offline().await;
    let passed = approve(&till, &sold.code, "Bruno", PIN).await.unwrap();
    assert_eq!(passed.answer, AnswerKind::AcceptedOffline, "his password does");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_only_its_home_shop_redeems_a_voucher() {
    let centre = Centre::open().await;
    let (home, other) = (centre.patient_till("Montmartre", "Carla").await, centre.patient_till("Marais", "Carla").await);
    let known = sell(&home, false, true).await;
    home.sync().await;
    other.sync().await;
    home.go_offline().await;
    other.go_offline().await;
    let unheard_of = sell(&home, false, true).await;
    for scanned in [&known.code, &known.qr.text, &unheard_of.qr.text] {
        let refused = other.seat().redeem(scanned).await.unwrap();
        assert_eq!(
            (refused.answer, refused.refusal),
            (AnswerKind::Refused, Some(RefusalView::HomeShopOnly { shop: "Montmartre".to_owned() })),
            "{scanned}"
        );
    }
    assert_eq!(home.seat().redeem(&unheard_of.code).await.unwrap().answer, AnswerKind::AcceptedOffline, "at home");
    home.come_back().await;
    other.come_back().await;
    assert_eq!(other.seat().redeem(&known.code).await.unwrap().answer, AnswerKind::Confirmed, "the server decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_shop_comes_with_a_snapshot_too_and_compares_equal() {
    let centre = Centre::open().await;
    let home = centre.till("Montmartre", "Bruno").await;
    let sold = sell(&home, false, true).await;
    home.sync().await;
    centre.fill(6_000).await;
    let other = centre.till("Marais", "Bruno").await;
    other.sync().await;
    let check = other.seat().check_cache().await.unwrap();
    assert_eq!(check.comparison, beadsbox_app::view::Comparison::Equal { repaired: 0 });
    other.go_offline().await;
    let refused = other.seat().redeem(&sold.code).await.unwrap();
    assert!(matches!(refused.refusal, Some(RefusalView::HomeShopOnly { .. })), "{refused:?}");
}
