//! Orders that are paid on the provider's page: told once or twice, late, wrongly or not at all.

use beadsbox_domain::{Operation, Role};
use beadsbox_testkit::{
    StripeProvider,
    fixtures::{self, INTRODUCTION},
    stripe::{PaidSession, SECRET_KEY, WEBHOOK_SECRET, signature},
};
use jiff::SignedDuration;
use reqwest::StatusCode;

use super::stage::{ShopStage, fields, tell, with};
use crate::support::{introduction, until_waiting};

const COMPLETED: &str = "checkout.session.completed";

#[tokio::test]
async fn a_card_pays_for_one_voucher_and_one_mail() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (session, back) = shop.order_by_card(&mut browser).await;
    assert_eq!(
        (
            session.get("line_items[0][price_data][unit_amount]"),
            session.get("line_items[0][price_data][currency]"),
            session.get("customer_email")
        ),
        ("4136", "eur", "lea@example.org")
    );
    // Coming back says nothing: the provider has to.
    let page = browser.get(&back).await;
    assert!(page.text.contains("Not paid yet") && shop.sold().await == (0, 0), "{}", page.text);
    let paid = shop.provider.pay(&session.id);
    let (_, body) = StripeProvider::event(COMPLETED, &paid);
    // Ten times at once, at two servers.
    let other = shop.another_server().await;
    let telling: Vec<_> = (0..10)
        .map(|number| {
            let base = if number % 2 == 0 { shop.stage.base.clone() } else { other.url() };
            let (body, signed) = (body.clone(), signature(&body, WEBHOOK_SECRET, shop.stage.clock.now().as_second()));
            tokio::spawn(async move { tell(&base, &body, &signed).await })
        })
        .collect();
    for told in telling {
        assert_eq!(told.await.unwrap(), StatusCode::OK);
    }
    // And by other events on the same payment.
    for kind in ["checkout.session.async_payment_succeeded", COMPLETED, "checkout.session.expired", "checkout.session.async_payment_failed"] {
        assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(kind, &paid).1).await, StatusCode::OK);
    }
    assert_eq!(shop.sold().await, (1, 1));
    let mails = shop.receiver.until(1).await;
    assert_eq!((mails.len(), mails[0].to.as_slice(), mails[0].pdfs().len()), (1, ["lea@example.org".to_owned()].as_slice(), 1));
    assert_eq!(shop.stage.count("SELECT count(*) FROM job").await, 1);
    let page = browser.get(&back).await;
    let code = page.between("data-code=\"", "\"").to_owned();
    assert!(page.text.contains("<svg") && page.text.contains("Aunt Odile") && page.text.contains("Happy birthday!"), "{}", page.text);
    assert_eq!(code.replace('-', ""), shop.text("SELECT code FROM voucher").await);
    let pdf = browser.get(&format!("{back}/voucher.pdf")).await;
    assert!(pdf.text.starts_with("%PDF-") && pdf.headers["content-disposition"].to_str().unwrap().contains(&code), "{}", pdf.status);
    // It is the shop's business, in its day, by the server.
    assert_eq!(shop.text("SELECT s.name FROM voucher v JOIN shop s ON s.id = v.sold_shop").await, "Marais");
    assert_eq!(shop.text("SELECT s.name FROM ledger_entry l JOIN shop s ON s.id = l.shop_id AND s.id = l.sold_shop").await, "Marais");
    // Midnight in Paris, not in Greenwich.
    assert_eq!(shop.text("SELECT to_char(expires_at AT TIME ZONE 'Europe/Paris', 'HH24:MI') FROM voucher").await, "00:00");
    other.stop().await;
}

#[tokio::test]
async fn whoever_did_not_sign_is_not_believed() {
    let shop = ShopStage::new().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    let (_, body) = StripeProvider::event(COMPLETED, &shop.provider.pay(&session.id));
    let now = shop.stage.clock.now().as_second();
    for signed in [
        String::new(),
        signature(&body, "whsec_of_somebody", now),
        signature(&format!("{body} "), WEBHOOK_SECRET, now),
        signature(&body, WEBHOOK_SECRET, now - 301),
        signature(&body, WEBHOOK_SECRET, now + 301),
    ] {
        assert_eq!(tell(&shop.stage.base, &body, &signed).await, StatusCode::BAD_REQUEST, "{signed}");
    }
    for body in ["", "{}", "[1]", "{\"id\":\"\",\"type\":\"x\",\"data\":{\"object\":{}}}"] {
        assert_eq!(shop.tell(&shop.stage.base, body).await, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(shop.sold().await, (0, 0));
    // One of several signatures is enough, while a secret is replaced.
    let both = format!("{},v1={}", signature(&body, "whsec_old", now), signature(&body, WEBHOOK_SECRET, now).split_once("v1=").unwrap().1);
    assert_eq!(tell(&shop.stage.base, &body, &both).await, StatusCode::OK);
    assert_eq!(shop.sold().await, (1, 1));
}

#[tokio::test]
async fn another_amount_makes_no_voucher_and_is_for_a_person_to_see() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (session, back) = shop.order_by_card(&mut browser).await;
    let paid = shop.provider.pay(&session.id);
    let dollars = session
        .asked
        .iter()
        .cloned()
        .map(|(name, value)| if value == "eur" { (name, "usd".to_owned()) } else { (name, value) })
        .collect();
    for wrong in [
        PaidSession { amount: 4135, ..paid.clone() },
        PaidSession { asked: dollars, ..paid.clone() },
        PaidSession { id: "cs_other".to_owned(), ..paid.clone() },
    ] {
        assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &wrong).1).await, StatusCode::OK);
        assert_eq!(
            (shop.sold().await, shop.text("SELECT state || ' ' || trouble FROM shop_order").await.as_str()),
            ((0, 0), "reserved amount_differs")
        );
    }
    assert!(browser.get(&back).await.text.contains("We are looking at your payment"));
    // What nobody ordered here is none of the shop's business.
    let foreign = PaidSession { asked: Vec::new(), ..paid.clone() };
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &foreign).1).await, StatusCode::OK);
    // And the right one mends it.
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &paid).1).await, StatusCode::OK);
    assert_eq!(shop.sold().await, (1, 1));
}

#[tokio::test]
async fn what_was_ordered_counts_however_late_it_is_paid() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (session, back) = shop.order_by_card(&mut browser).await;
    let mut office = shop.stage.device("Margaux", Role::BackOffice).await;
    let content = beadsbox_domain::TemplateContent { price: fixtures::euros(5000), ..introduction(&mut office).await };
    office.record(Operation::EditTemplate { template: INTRODUCTION, based_on: 1, content });
    office.record(Operation::ArchiveTemplate { template: INTRODUCTION, archived: true });
    office.push().await.unwrap();
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event("checkout.session.expired", &session).1).await, StatusCode::OK);
    assert!(browser.get(&back).await.text.contains("This order has ended"));
    shop.stage.clock.advance(SignedDuration::from_hours(30));
    let paid = shop.provider.pay(&session.id);
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &paid).1).await, StatusCode::OK);
    assert_eq!(shop.sold().await, (1, 1));
    assert!(browser.get(&back).await.text.contains("€41.36"), "as it was ordered");
}

#[tokio::test]
async fn a_payment_that_takes_its_time_is_waited_for() {
    let shop = ShopStage::new().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    let on_its_way = PaidSession { status: "complete", ..session.clone() };
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &on_its_way).1).await, StatusCode::OK);
    shop.stage.clock.advance(SignedDuration::from_hours(5 * 24));
    assert_eq!(shop.stage.server.as_ref().unwrap().settle_orders_now().await.unwrap().expired, 0);
    let paid = shop.provider.pay(&session.id);
    assert_eq!(
        shop.tell(&shop.stage.base, &StripeProvider::event("checkout.session.async_payment_succeeded", &paid).1).await,
        StatusCode::OK
    );
    assert_eq!(shop.sold().await, (1, 1));
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    assert_eq!(
        shop.tell(&shop.stage.base, &StripeProvider::event("checkout.session.async_payment_failed", &session).1).await,
        StatusCode::OK
    );
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order WHERE state = 'cancelled'").await, 1);
}

#[tokio::test]
async fn before_an_order_is_let_go_the_provider_is_asked() {
    let shop = ShopStage::new().await;
    let server = shop.stage.server.as_ref().unwrap();
    let (lost, _) = shop.order_by_card(&mut shop.browser()).await;
    let (left, _) = shop.order_by_card(&mut shop.browser()).await;
    // Paid, and its event never came.
    shop.provider.pay(&lost.id);
    shop.provider.expire(&left.id);
    shop.stage.clock.advance(SignedDuration::from_hours(3));
    shop.provider.be_away(true);
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 0, "while it cannot be asked, nothing is let go");
    shop.provider.be_away(false);
    shop.stage.clock.advance(SignedDuration::from_mins(6));
    let settled = server.settle_orders_now().await.unwrap();
    assert_eq!((settled.issued, settled.expired), (1, 1));
    assert_eq!(shop.text("SELECT session_id FROM shop_order WHERE state = 'issued'").await, lost.id);
    assert_eq!(shop.text("SELECT session_id FROM shop_order WHERE state = 'expired'").await, left.id);
    assert_eq!(shop.sold().await, (1, 1));
}

/// Paid in one window, corrected and ordered anew in another, and every event is lost: both were wanted and paid, or one was; what was paid is made.
#[tokio::test]
async fn an_order_that_was_replaced_is_asked_about_when_its_page_has_ended() {
    let shop = ShopStage::new().await;
    let server = shop.stage.server.as_ref().unwrap();
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    browser.send(&fields(&form, "card")).await;
    let [first] = &shop.provider.sessions()[..] else { panic!("one payment page") };
    browser.send(&with(fields(&form, "card"), "email", "lea.dubois@example.org")).await;
    assert_eq!(shop.text("SELECT state FROM shop_order WHERE session_id IS NOT NULL ORDER BY created_at LIMIT 1").await, "cancelled");
    shop.provider.pay(&first.id);
    let second = shop.provider.sessions().into_iter().find(|session| session.id != first.id).unwrap();
    shop.provider.expire(&second.id);
    shop.stage.clock.advance(SignedDuration::from_hours(3));
    let settled = server.settle_orders_now().await.unwrap();
    assert_eq!((settled.issued, settled.expired), (1, 1));
    assert_eq!(shop.text("SELECT session_id FROM shop_order WHERE state = 'issued'").await, first.id);
    assert_eq!((shop.sold().await, shop.stage.count("SELECT count(ask_at) FROM shop_order").await), ((1, 1), 0));
    // Nothing is left to be asked.
    let asked = shop.provider.asked();
    shop.stage.clock.advance(SignedDuration::from_hours(24));
    assert_eq!((server.settle_orders_now().await.unwrap().expired, shop.provider.asked()), (0, asked));
}

#[tokio::test]
async fn a_page_that_is_open_longer_than_it_should_be_is_waited_for() {
    let shop = ShopStage::new().await;
    let server = shop.stage.server.as_ref().unwrap();
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    // This server's clock is ahead of the provider's.
    shop.stage.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 0);
    assert_eq!(shop.text("SELECT state FROM shop_order").await, "reserved");
    let asked = shop.provider.asked();
    server.settle_orders_now().await.unwrap();
    assert_eq!(shop.provider.asked(), asked, "not at every run");
    shop.provider.pay(&session.id);
    shop.stage.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(server.settle_orders_now().await.unwrap().issued, 1);
    assert_eq!(shop.sold().await, (1, 1));
}

/// Its key was replaced by another account's: every order is asked about, hour by hour, and ends when no payment can be on its way any more.
#[tokio::test]
async fn an_order_of_which_the_provider_knows_nothing_ends_after_a_month() {
    let shop = ShopStage::new().await;
    let server = shop.stage.server.as_ref().unwrap();
    shop.order_by_card(&mut shop.browser()).await;
    sqlx::query("UPDATE shop_order SET session_id = 'cs_of_another_account'").execute(&shop.stage.pool).await.unwrap();
    shop.stage.clock.advance(SignedDuration::from_hours(3));
    for _ in 0..3 {
        let asked = shop.provider.asked();
        assert_eq!(server.settle_orders_now().await.unwrap().expired, 0);
        assert_eq!(shop.provider.asked(), asked + 1);
        server.settle_orders_now().await.unwrap();
        assert_eq!(shop.provider.asked(), asked + 1);
        shop.stage.clock.advance(SignedDuration::from_hours(1));
    }
    shop.stage.clock.advance(SignedDuration::from_hours(30 * 24));
    assert_eq!(server.settle_orders_now().await.unwrap().expired, 1);
}

#[tokio::test]
async fn one_payment_page_is_made_whoever_asks_in_whatever_language() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (session, back) = shop.order_by_card(&mut browser).await;
    for path in [format!("{back}/pay"), format!("{back}/pay?lang=fr"), format!("{back}/pay?lang=en")] {
        assert_eq!(browser.post(&path, &[]).await.location, session.url, "{path}");
    }
    assert_eq!(shop.provider.sessions().len(), 1);
    // With its payment on its way there is nothing to pay.
    let on_its_way = PaidSession { status: "complete", ..session };
    assert_eq!(shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &on_its_way).1).await, StatusCode::OK);
    let page = browser.get(&back).await;
    assert!(page.text.contains("Your payment is on its way") && !page.text.contains("/pay\""), "{}", page.text);
    assert!(browser.post(&format!("{back}/pay"), &[]).await.location.starts_with("/vouchers/orders/"));
}

#[tokio::test]
async fn an_address_that_the_provider_does_not_take_is_typed_there() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let page = browser.send(&with(fields(&form, "card"), "email", "léa@example.org")).await;
    assert!(page.location.starts_with(shop.provider.url()), "{page:?}");
    let [session] = &shop.provider.sessions()[..] else { panic!("one payment page") };
    assert_eq!(session.get("customer_email"), "");
}

#[tokio::test]
async fn a_provider_that_is_away_costs_nobody_their_order() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    shop.provider.be_away(true);
    let page = shop.order(&mut browser, "card").await;
    assert!(page.status == StatusCode::SEE_OTHER && page.location.ends_with("?payment=failed"), "{page:?}");
    let shown = browser.get(&page.location).await;
    assert!(
        shown.text.contains("The payment page could not be opened") && shown.text.contains("Pay €41.36 by card"),
        "{}",
        shown.text
    );
    assert!(!shown.text.contains(SECRET_KEY));
    shop.provider.be_away(false);
    let path = format!("{}/pay", page.location.strip_suffix("?payment=failed").unwrap());
    let first = browser.post(&path, &[]).await;
    let second = browser.post(&path, &[]).await;
    assert!(
        first.location.starts_with(shop.provider.url()) && first.location == second.location,
        "one payment page for each order: {first:?}"
    );
    assert_eq!(shop.provider.sessions().len(), 1);
    // Too near its end none is made any more, and the one that was made is open as long as it is.
    shop.provider.be_away(true);
    let page = shop.order(&mut browser, "card").await;
    shop.provider.be_away(false);
    let without = format!("{}/pay", page.location.strip_suffix("?payment=failed").unwrap());
    shop.stage.clock.advance(SignedDuration::from_mins(90));
    assert!(browser.post(&without, &[]).await.location.starts_with("/vouchers/orders/"));
    assert_eq!(browser.post(&path, &[]).await.location, first.location);
    shop.provider.expire(&shop.provider.sessions()[0].id);
    assert!(browser.post(&path, &[]).await.location.starts_with("/vouchers/orders/"));
    assert_eq!(shop.provider.sessions().len(), 1);
}

/// A server that is killed in the middle of an event has done all of it or nothing; told again, it does it once.
#[tokio::test]
async fn a_kill_in_the_middle_loses_and_doubles_nothing() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let (session, back) = shop.order_by_card(&mut browser).await;
    let (_, body) = StripeProvider::event(COMPLETED, &shop.provider.pay(&session.id));
    let mut program = shop.program().await;
    // It stands still with the order paid and its sale not written: somebody holds the server's own device.
    let mut held = shop.stage.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM device WHERE id = '00000000-0000-0000-0000-000000000000' FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let telling = {
        let (base, body) = (program.url(), body.clone());
        let signed = signature(&body, WEBHOOK_SECRET, shop.stage.clock.now().as_second());
        tokio::spawn(async move {
            reqwest::Client::new()
                .post(format!("{base}/vouchers/stripe-events"))
                .header("stripe-signature", signed)
                .body(body)
                .send()
                .await
        })
    };
    until_waiting(&shop.stage, 1).await;
    program.kill().await.unwrap();
    assert!(telling.await.unwrap().is_err(), "nobody was told that it was taken");
    held.rollback().await.unwrap();
    // The provider tells again, until it is told that it was taken.
    assert_eq!(shop.tell(&shop.stage.base, &body).await, StatusCode::OK);
    program.up().await.unwrap();
    assert_eq!(shop.tell(&program.url(), &body).await, StatusCode::OK);
    assert_eq!(shop.sold().await, (1, 1));
    assert_eq!(shop.stage.count("SELECT count(*) FROM payment_event").await, 1);
    // Its link holds at every server.
    browser.base = program.url();
    let path = back.split_once("/vouchers").unwrap().1;
    assert!(browser.get(&format!("/vouchers{path}")).await.text.contains("here is your voucher"));
}

/// Whatever the program believes, the table forbids what cannot be.
#[tokio::test]
async fn the_table_itself_forbids_nonsense() {
    let shop = ShopStage::new().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    for sql in [
        "UPDATE shop_order SET state = 'issued'",
        "UPDATE shop_order SET state = 'paid'",
        "UPDATE shop_order SET state = 'expired'",
        "UPDATE shop_order SET paid_at = now()",
        "UPDATE shop_order SET price_minor = 0",
        "UPDATE shop_order SET holds_until = created_at",
    ] {
        assert!(sqlx::query(sql).execute(&shop.stage.pool).await.is_err(), "{sql}");
    }
    shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &shop.provider.pay(&session.id)).1).await;
    for sql in [
        "UPDATE shop_order SET state = 'reserved', paid_at = NULL, issued_at = NULL, sold_op = NULL",
        "UPDATE shop_order SET state = 'expired', ended_at = now(), paid_at = NULL, issued_at = NULL, sold_op = NULL",
        "UPDATE shop_order SET state = 'paid', issued_at = NULL, sold_op = NULL",
    ] {
        assert!(sqlx::query(sql).execute(&shop.stage.pool).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_form_that_was_paid_for_is_not_paid_twice() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let first = browser.send(&fields(&form, "card")).await;
    let again = browser.send(&fields(&form, "card")).await;
    assert_eq!(first.location, again.location, "the same payment page");
    let session = shop.provider.sessions().remove(0);
    shop.tell(&shop.stage.base, &StripeProvider::event(COMPLETED, &shop.provider.pay(&session.id)).1).await;
    let after = browser.send(&fields(&form, "card")).await;
    assert!(after.location.starts_with("/vouchers/orders/"), "the order's page, and no payment page: {after:?}");
    assert_eq!((shop.provider.sessions().len(), shop.sold().await), (1, (1, 1)));
}
