//! The page as an admin sees it: opened, closed, and what somebody has to look at.

use beadsbox_domain::Role;
use beadsbox_protocol::shop_page::{OrderSettlement, OrderTrouble, ShopPageChange, ShopPageSettings, ShopPageSetup};
use beadsbox_server::{Front, FrontConfig};
use beadsbox_testkit::{Answer, Session, StripeProvider, TestDevice, stripe::PaidSession};
use reqwest::{Method, StatusCode};

use super::stage::{ShopStage, form_path};
use crate::support::beside;

struct Office(TestDevice, Session);

impl Office {
    async fn open(shop: &ShopStage) -> Self {
        let (device, session) = shop.stage.device_with_session("Adrien", Role::Admin).await;
        Self(device, session)
    }

    async fn page(&self) -> ShopPageSetup {
        self.0.call_as(&self.1.token, Method::GET, "/v1/admin/shop-page", None::<&()>).await.unwrap()
    }

    async fn set(&self, row_version: u64, settings: ShopPageSettings) -> Answer<ShopPageSetup> {
        let change = ShopPageChange { row_version, settings };
        self.0.call_as(&self.1.token, Method::PUT, "/v1/admin/shop-page", Some(&change)).await
    }

    async fn settle(&self, order: uuid::Uuid, reason: &str) -> Answer<ShopPageSetup> {
        let settlement = OrderSettlement { reason: reason.to_owned(), reversal: None };
        self.0.call_as(&self.1.token, Method::POST, &format!("/v1/admin/shop-orders/{order}"), Some(&settlement)).await
    }
}

#[tokio::test]
async fn an_admin_closes_the_page_and_opens_it_again() {
    let shop = ShopStage::new().await;
    let office = Office::open(&shop).await;
    let before = office.page().await;
    assert_eq!((before.settings.shop, before.takes_cards, before.on_sale, before.waiting), (Some(shop.stage.shop.id), true, 2, 0));
    assert!(before.address.as_deref().unwrap().ends_with("/vouchers/"), "{before:?}");
    let closed = ShopPageSettings { shop: None, hold_hours: 24 };
    let after = office.set(before.row_version, closed).await.unwrap();
    assert_eq!((after.settings, after.on_sale), (closed, 0));
    assert_eq!(shop.browser().get(&form_path()).await.status, StatusCode::GONE);
    // Somebody else who still sees it open is told.
    assert!(office.set(before.row_version, before.settings).await.is_err());
    for hold_hours in [0, 1441] {
        assert!(office.set(after.row_version, ShopPageSettings { hold_hours, ..before.settings }).await.is_err(), "{hold_hours}");
    }
    let opened = office.set(after.row_version, ShopPageSettings { hold_hours: 1440, ..before.settings }).await.unwrap();
    assert_eq!((opened.settings.hold_hours, opened.on_sale), (1440, 2));
    assert_eq!(shop.browser().get(&form_path()).await.status, StatusCode::OK);
    // A shop that is closed sells nothing.
    sqlx::query("UPDATE shop SET closed_at = now()").execute(&shop.stage.pool).await.unwrap();
    assert!(office.set(opened.row_version, before.settings).await.is_err());
}

#[tokio::test]
async fn what_was_paid_wrongly_is_seen_until_somebody_dealt_with_it() {
    let shop = ShopStage::new().await;
    let office = Office::open(&shop).await;
    let mut browser = shop.browser();
    let (session, back) = shop.order_by_card(&mut browser).await;
    assert_eq!(office.page().await.waiting, 1);
    let wrong = PaidSession { amount: 4135, ..shop.provider.pay(&session.id) };
    let told = StripeProvider::event("checkout.session.completed", &wrong).1;
    assert_eq!(shop.tell(&shop.stage.base, &told).await, StatusCode::OK);
    let page = office.page().await;
    assert_eq!((page.waiting, page.troubled_total, page.troubled.len()), (0, 1, 1));
    let order = &page.troubled[0];
    assert_eq!(
        (order.trouble, order.price.minor, order.payment.as_deref()),
        (OrderTrouble::AmountDiffers, 4136, Some(session.id.replace("cs_", "pi_").as_str()))
    );
    assert!(office.settle(order.id, " ").await.is_err(), "why is needed");
    let after = office.settle(order.id, "given back at Stripe").await.unwrap();
    assert_eq!((after.troubled_total, after.troubled.len(), after.waiting), (0, 0, 0));
    assert!(office.settle(order.id, "given back at Stripe").await.is_err(), "it is settled once");
    assert_eq!((shop.sold().await, shop.text("SELECT state FROM shop_order").await.as_str()), ((0, 0), "cancelled"));
    let text = browser.get(&back).await.text;
    assert!(text.contains("We looked at its payment and dealt with it"), "{text}");
    // Paid wrongly once more, it comes back.
    let told = StripeProvider::event("checkout.session.async_payment_succeeded", &wrong).1;
    assert_eq!(shop.tell(&shop.stage.base, &told).await, StatusCode::OK);
    assert_eq!(office.page().await.troubled_total, 1);
}

#[tokio::test]
async fn a_buyer_is_written_to_in_the_language_of_the_page() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    browser.language = "fr";
    let (session, _) = shop.order_by_card(&mut browser).await;
    let paid = shop.provider.pay(&session.id);
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event("checkout.session.completed", &paid).1).await, StatusCode::OK);
    let mail = shop.receiver.until(1).await.remove(0);
    // The organisation writes in English.
    assert!(mail.header("Subject").starts_with("Votre bon"), "{}", mail.raw);
    let paper = crate::mail::paper::read_text(&mail.pdfs()[0]);
    assert!(paper.contains("De la part de") && !paper.contains("Valid until"), "its paper too: {paper}");
}

#[tokio::test]
async fn a_reminder_goes_in_the_language_of_the_order() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    browser.language = "fr";
    let (session, _) = shop.order_by_card(&mut browser).await;
    let paid = shop.provider.pay(&session.id);
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event("checkout.session.completed", &paid).1).await, StatusCode::OK);
    shop.receiver.until(1).await;
    sqlx::query("UPDATE mail_settings SET reminder_days = 14").execute(&shop.stage.pool).await.unwrap();
    let ends: jiff_sqlx::Timestamp = sqlx::query_scalar("SELECT expires_at FROM voucher").fetch_one(&shop.stage.pool).await.unwrap();
    shop.stage.clock.set(ends.to_jiff() - jiff::SignedDuration::from_hours(14 * 24 + 15));
    assert_eq!(shop.stage.server.as_ref().unwrap().remind_now().await.unwrap(), 1);
    let mail = shop.receiver.until(2).await.remove(1);
    // The organisation writes in English.
    assert!(mail.header("Message-ID").starts_with("<reminder.") && mail.header("Subject").starts_with("Votre bon"), "{}", mail.raw);
    assert!(crate::mail::paper::read_text(&mail.pdfs()[0]).contains("De la part de"), "its paper too");
}

#[tokio::test]
async fn whoever_does_not_serve_the_page_knows_how_it_is_served() {
    let shop = ShopStage::new().await;
    let Office(device, session) = Office::open(&shop).await;
    let elsewhere = beside(&shop.stage, |config| config.fronts = vec![FrontConfig::new(Front::Admin, "127.0.0.1:0".parse().unwrap())]).await;
    let (here, there) = (Office(device.clone(), session.clone()), Office(device.at(&elsewhere.url_of(Front::Admin).unwrap()), session));
    let (here, there) = (here.page().await, there.page().await);
    assert!(there.takes_cards && there.address.is_some());
    assert_eq!(there.address, here.address);
    elsewhere.stop().await;
}
