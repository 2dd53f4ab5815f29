//! Orders that are paid at a counter.

use beadsbox_domain::{Operation, Outcome, Payment, Refusal, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    person::SaltedPerson,
    reservation::{Reservation, ReservationCode, ReservationState},
};
use beadsbox_testkit::{Answer, Session, TestDevice, fixtures};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use super::stage::{Browser, Page, ShopStage, till};
use crate::support::{last_outcome, refusal};

/// Orders, and gives the order's page and its reservation.
async fn reserve(shop: &ShopStage, browser: &mut Browser) -> (Page, String) {
    let sent = shop.order(browser, "in_shop").await;
    let page = browser.get(&sent.location).await;
    let code = page.between("data-reservation=\"", "\"").to_owned();
    (Page { location: sent.location, ..page }, code)
}

async fn find(till: &(TestDevice, Session), code: &str) -> Answer<Reservation> {
    till.0.call_as(&till.1.token, Method::POST, "/v1/reservations/find", Some(&json!({ "code": code }))).await
}

/// What a till sells for a reservation.
fn sell(device: &mut TestDevice, reservation: &Reservation) -> VoucherId {
    let person = SaltedPerson::new(reservation.person.as_ref().unwrap(), fixtures::random()).unwrap();
    device.remember(&person);
    device.record(Operation::Sell {
        voucher: reservation.voucher,
        code: reservation.voucher_code.unwrap(),
        template: reservation.template,
        template_version: reservation.template_version,
        snapshot: reservation.content.clone(),
        person: person.hash().unwrap(),
        payment: Payment::Cash,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: Some(true),
    });
    reservation.voucher
}

#[tokio::test]
async fn a_counter_sells_what_was_reserved_and_no_other_does() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (page, code) = reserve(&shop, &mut browser).await;
    let (mut one, mut other) = (till(&shop.stage, "Camille").await, till(&shop.stage, "Noé").await);
    // As a person types it.
    let found = find(&one, &code.to_lowercase().replace('-', " ")).await.unwrap();
    assert_eq!(
        (found.state, found.person.as_ref().unwrap().buyer.as_str(), found.content.price),
        (ReservationState::Open, "Léa Dubois", fixtures::euros(4136))
    );
    let at_the_other = find(&other, &code).await.unwrap();
    // Both take money at the same moment.
    sell(&mut one.0, &found);
    sell(&mut other.0, &at_the_other);
    one.0.push().await.unwrap();
    other.0.push().await.unwrap();
    assert_eq!(last_outcome(&one.0), Outcome::Applied);
    assert_eq!(refusal(last_outcome(&other.0)), Refusal::IdTaken);
    assert_eq!(shop.sold().await, (1, 1));
    let found = find(&other, &code).await.unwrap();
    assert_eq!((found.state, found.voucher_code, found.person), (ReservationState::Sold, None, None));
    // The buyer's page has it, and so has their mailbox.
    let page = browser.get(&page.location).await;
    assert!(page.text.contains("Thank you, here is your voucher") && page.text.contains("l…\u{2060}@example.org"), "{}", page.text);
    let mails = shop.receiver.until(1).await;
    assert_eq!((mails[0].to.as_slice(), mails[0].pdfs().len()), (["lea@example.org".to_owned()].as_slice(), 1));
}

#[tokio::test]
async fn a_reservation_whose_time_is_over_is_told_so_and_money_that_was_taken_counts() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (page, code) = reserve(&shop, &mut browser).await;
    let mut till = till(&shop.stage, "Camille").await;
    let found = find(&till, &code).await.unwrap();
    shop.stage.clock.advance(SignedDuration::from_hours(8 * 24));
    // A till that looked before, and sold after.
    shop.stage.server.as_ref().unwrap().settle_orders_now().await.unwrap();
    sell(&mut till.0, &found);
    till.0.now = shop.stage.clock.now();
    till.0.push().await.unwrap();
    assert_eq!(last_outcome(&till.0), Outcome::Applied);
    assert!(browser.get(&page.location).await.text.contains("here is your voucher"));
}

/// Nobody counts what a till asks for: what stands in the way are forty random bits, and that one near another's is as far from it as any.
#[tokio::test]
async fn whoever_guesses_a_reservation_learns_nothing_and_whoever_is_not_signed_in_asks_in_vain() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (_, code) = reserve(&shop, &mut browser).await;
    let mut till = till(&shop.stage, "Camille").await;
    let near = (0..code.len()).filter(|place| code.as_bytes()[*place] != b'-').map(|place| {
        let mut other = code.clone();
        other.replace_range(place..=place, if code.as_bytes()[place] == b'A' { "B" } else { "A" });
        other
    });
    let random = (0..50).map(|_| ReservationCode::from_random(fixtures::random()).to_string());
    for guess in near.chain(random) {
        let unknown = find(&till, &guess).await.unwrap_err();
        assert_eq!((unknown.status, unknown.code, unknown.title.as_str()), (404, ErrorCode::NotFound, "no such reservation"), "{guess}");
    }
    // The right one, and nobody is signed in: by the till's own token, and by one that was made up.
    let (device, session) = &till;
    for token in [device.token.clone(), "made up".to_owned()] {
        let nobody = (device.clone(), Session { token, ..session.clone() });
        assert_eq!(find(&nobody, &code).await.unwrap_err().code, ErrorCode::SessionExpired);
    }
    let found = find(&till, &code).await.unwrap();
    assert_eq!(found.person.as_ref().unwrap().buyer.as_str(), "Léa Dubois");
    // Sold, it leads to nobody any more.
    sell(&mut till.0, &found);
    till.0.push().await.unwrap();
    let found = find(&till, &code).await.unwrap();
    assert_eq!((found.state, found.voucher_code, found.person), (ReservationState::Sold, None, None));
}

#[tokio::test]
async fn who_asks_for_no_reservation_is_told_so() {
    let shop = ShopStage::new().await;
    let till = till(&shop.stage, "Camille").await;
    let mut browser = shop.browser();
    assert_eq!(find(&till, "AAAA-AAAA").await.unwrap_err().status, 404);
    assert_eq!(find(&till, "AAAA").await.unwrap_err().status, 400);
    // One that is paid on the provider's page is nobody's at a counter.
    shop.order(&mut browser, "card").await;
    let code = shop.text("SELECT reservation FROM shop_order").await;
    let found = find(&till, &code).await.unwrap();
    assert_eq!((found.state, found.voucher_code, found.person), (ReservationState::PaidOnline, None, None));
    shop.stage.clock.advance(SignedDuration::from_hours(8 * 24));
}
