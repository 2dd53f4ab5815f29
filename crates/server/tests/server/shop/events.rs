//! Who tells the shop page of payments, and who only says so; and payments of which nobody tells.

use std::time::Duration;

use beadsbox_testkit::StripeProvider;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::stage::ShopStage;

const COMPLETED: &str = "checkout.session.completed";

/// Says that it signed something, begins to tell it, and does not end.
async fn slow_teller(base: &str) -> TcpStream {
    let address = base.strip_prefix("http://").unwrap();
    let mut line = TcpStream::connect(address).await.unwrap();
    let head = format!("POST /vouchers/stripe-events HTTP/1.1\r\nHost: {address}\r\nStripe-Signature: t=1,v1=00\r\nContent-Length: 1000\r\n\r\n{{");
    line.write_all(head.as_bytes()).await.unwrap();
    line
}

#[tokio::test]
async fn whoever_is_slow_to_tell_is_in_nobodys_way() {
    let shop = ShopStage::new().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    let mut slow = Vec::new();
    // Several times as many as events are taken at once.
    for _ in 0..64 {
        slow.push(slow_teller(&shop.stage.base).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (_, body) = StripeProvider::event(COMPLETED, &shop.provider.pay(&session.id));
    assert_eq!(shop.tell(&shop.stage.base, &body).await, StatusCode::OK);
    assert_eq!(shop.sold().await, (1, 1));
}

#[tokio::test]
async fn more_than_any_event_is_refused() {
    let shop = ShopStage::new().await;
    let body = json!({ "id": "evt_1", "type": COMPLETED, "data": { "object": "x".repeat(200_000) } }).to_string();
    assert_eq!(shop.tell(&shop.stage.base, &body).await, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Taken as it is it would never be told again, and a payment would be lost with it.
#[tokio::test]
async fn what_is_told_of_a_payment_page_and_not_understood_is_not_taken() {
    let shop = ShopStage::new().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    let (_, body) = StripeProvider::event(COMPLETED, &shop.provider.pay(&session.id));
    let mut odd: Value = serde_json::from_str(&body).unwrap();
    odd["data"]["object"]["payment_status"] = json!({ "of": "another release" });
    assert_eq!(shop.tell(&shop.stage.base, &odd.to_string()).await, StatusCode::BAD_REQUEST);
    assert_eq!(shop.stage.count("SELECT count(*) FROM payment_event").await, 0);
    // The same one, once it is understood.
    assert_eq!(shop.tell(&shop.stage.base, &body).await, StatusCode::OK);
    assert_eq!(shop.sold().await, (1, 1));
}

#[tokio::test]
async fn a_page_of_which_the_provider_cannot_speak_is_in_the_way_of_no_other() {
    let shop = ShopStage::new().await;
    let server = shop.stage.server.as_ref().unwrap();
    let (stuck, _) = shop.order_by_card(&mut shop.browser()).await;
    let (paid, _) = shop.order_by_card(&mut shop.browser()).await;
    shop.provider.be_stuck_at(&stuck.id);
    // Nobody tells of it.
    shop.provider.pay(&paid.id);
    shop.stage.clock.advance(SignedDuration::from_hours(3));
    assert_eq!(server.settle_orders_now().await.unwrap().issued, 1);
    assert_eq!(shop.text("SELECT session_id FROM shop_order WHERE state = 'issued'").await, paid.id);
    // Nor is it asked about for ever.
    shop.stage.clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 0);
    shop.stage.clock.advance(SignedDuration::from_hours(30 * 24));
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 1);
}
