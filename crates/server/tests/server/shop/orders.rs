//! Orders: one for each form, however often it is sent, and their pages.

use beadsbox_domain::{Operation, Role};
use beadsbox_testkit::fixtures::{self, INTRODUCTION};
use jiff::SignedDuration;
use reqwest::StatusCode;

use super::stage::{Browser, ShopStage, fields, with};
use crate::support::{introduction, last_outcome};

#[tokio::test]
async fn the_same_form_is_the_same_order() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let first = browser.send(&fields(&form, "in_shop")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let second = browser.send(&fields(&form, "in_shop")).await;
    assert_eq!(first.location, second.location);
    // Ten at the same moment, at two servers.
    let other = shop.another_server().await;
    let form = browser.form(&shop.stage).await;
    let sending = (0..10).map(|number| {
        let base = if number % 2 == 0 { shop.stage.base.clone() } else { other.url() };
        let (mut one, sent) = (Browser::new(&base), fields(&form, "in_shop"));
        one.cookie.clone_from(&browser.cookie);
        tokio::spawn(async move { one.send(&sent).await.location })
    });
    let mut places = std::collections::BTreeSet::new();
    for sent in sending.collect::<Vec<_>>() {
        places.insert(sent.await.unwrap());
    }
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 2);
    other.stop().await;
}

#[tokio::test]
async fn whoever_goes_back_and_types_something_else_wants_one_voucher() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let wrong = browser.send(&with(fields(&form, "in_shop"), "email", "typo@example.org")).await;
    let right = browser.send(&fields(&form, "in_shop")).await;
    assert_ne!(wrong.location, right.location);
    let page = browser.get(&wrong.location).await;
    assert!(page.text.contains("replaced by a later one"), "{}", page.text);
    assert!(browser.get(&right.location).await.text.contains("Your voucher is reserved"));
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order WHERE state = 'reserved'").await, 1);
}

#[tokio::test]
async fn a_price_that_changed_is_shown_before_anything_is_ordered() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let mut office = shop.stage.device("Margaux", Role::BackOffice).await;
    let content = beadsbox_domain::TemplateContent { price: fixtures::euros(5000), ..introduction(&mut office).await };
    office.record(Operation::EditTemplate { template: INTRODUCTION, based_on: 1, content });
    office.push().await.unwrap();
    let page = browser.send(&fields(&form, "in_shop")).await;
    assert!(
        page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("changed while you were typing") && page.text.contains("€50.00"),
        "{}",
        page.text
    );
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 0);
    office.record(Operation::ArchiveTemplate { template: INTRODUCTION, archived: true });
    office.push().await.unwrap();
    assert_eq!(last_outcome(&office), beadsbox_domain::Outcome::Applied);
    let again = page.between("name=\"form\" value=\"", "\"").to_owned();
    shop.stage.clock.advance(SignedDuration::from_secs(10));
    let page = browser.send(&fields(&again, "in_shop")).await;
    assert!(page.status == StatusCode::GONE && page.text.contains("not on sale any more"), "{}", page.text);
}

#[tokio::test]
async fn an_orders_page_is_for_whoever_has_its_address() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let page = shop.order(&mut browser, "in_shop").await;
    let link = page.location.strip_prefix("/vouchers/orders/").unwrap().to_owned();
    let shown = shop.browser().get(&page.location).await;
    assert!(shown.text.contains("Your voucher is reserved") && !shown.text.contains("lea@example.org"), "{}", shown.text);
    assert_eq!(shown.headers["cache-control"], "no-store");
    let mut spoilt = link.clone();
    spoilt.replace_range(40..41, if &link[40..41] == "A" { "B" } else { "A" });
    for link in [spoilt.as_str(), &link[..22], "x", &"A".repeat(500)] {
        let page = shop.browser().get(&format!("/vouchers/orders/{link}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{link}");
    }
    assert_eq!(shop.browser().get(&format!("{}/voucher.pdf", page.location)).await.status, StatusCode::NOT_FOUND, "not paid yet");
}

#[tokio::test]
async fn what_nobody_paid_is_let_go_and_in_time_forgotten() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let page = shop.order(&mut browser, "in_shop").await;
    let server = shop.stage.server.as_ref().unwrap();
    shop.stage.clock.advance(SignedDuration::from_hours(7 * 24 - 1));
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 0);
    shop.stage.clock.advance(SignedDuration::from_hours(2));
    assert!(browser.get(&page.location).await.text.contains("This order has ended"), "at once, whenever the timer comes");
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 1);
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 0);
    assert_eq!(shop.stage.count("SELECT count(*) FROM person").await, 1);
    shop.stage.clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(server.prune_now().await.unwrap().orders, 1);
    assert_eq!(shop.stage.count("SELECT count(*) FROM person").await, 0, "whoever bought nothing is nobody's buyer");
    assert_eq!(browser.get(&page.location).await.status, StatusCode::NOT_FOUND);
}

/// Its money was given back, and somebody said so.
#[tokio::test]
async fn what_was_paid_and_got_no_voucher_is_forgotten_once_somebody_dealt_with_it() {
    let shop = ShopStage::new().await;
    shop.order(&mut shop.browser(), "in_shop").await;
    let server = shop.stage.server.as_ref().unwrap();
    let refused = "UPDATE shop_order SET state = 'paid', paid_at = created_at, trouble = 'sale_refused'";
    sqlx::query(refused).execute(&shop.stage.pool).await.unwrap();
    shop.stage.clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(server.prune_now().await.unwrap().orders, 0, "nobody has looked at it");
    sqlx::query("UPDATE shop_order SET settled_at = created_at + interval '1 hour'")
        .execute(&shop.stage.pool)
        .await
        .unwrap();
    assert_eq!(server.prune_now().await.unwrap().orders, 0, "a bank may still ask for its money");
    shop.stage.clock.advance(SignedDuration::from_hours(180 * 24));
    assert_eq!(server.prune_now().await.unwrap().orders, 1);
    assert_eq!(shop.stage.count("SELECT count(*) FROM person").await, 0);
}
