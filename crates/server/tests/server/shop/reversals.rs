//! Money that goes back at the payment provider, by events that it signed: a person sees it with what to do, and no voucher changes by it.

use beadsbox_domain::{Operation, Payment, Role, Status, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    shop_page::{OrderSettlement, PaymentReversal, ReversalState, SeenReversal, ShopPageSetup},
};
use beadsbox_testkit::{
    Answer, Session, StripeProvider, TestDevice, fixtures,
    stripe::{PaidSession, WEBHOOK_SECRET, signature},
};
use reqwest::{Method, StatusCode};
use rstest::rstest;

use super::stage::{ShopStage, tell};

const COMPLETED: &str = "checkout.session.completed";

struct Desk {
    shop: ShopStage,
    admin: (TestDevice, Session),
}

impl Desk {
    async fn open() -> Self {
        let shop = ShopStage::new().await;
        let admin = shop.stage.device_with_session("Adrien", Role::Admin).await;
        Self { shop, admin }
    }

    /// One that was ordered by card and paid.
    async fn bought(&self) -> PaidSession {
        let (session, _) = self.shop.order_by_card(&mut self.shop.browser()).await;
        let paid = self.shop.provider.pay(&session.id);
        self.told(&StripeProvider::event(COMPLETED, &paid)).await;
        paid
    }

    async fn told(&self, (_, body): &(String, String)) {
        assert_eq!(self.shop.tell(&self.shop.stage.base, body).await, StatusCode::OK, "{body}");
    }

    async fn page(&self) -> ShopPageSetup {
        self.admin.0.call_as(&self.admin.1.token, Method::GET, "/v1/admin/shop-page", None::<&()>).await.unwrap()
    }

    async fn only(&self) -> PaymentReversal {
        let mut page = self.page().await;
        assert_eq!((page.reversals.len(), page.reversals_total), (1, 1), "{page:?}");
        page.reversals.remove(0)
    }

    async fn settle(&self, seen: &PaymentReversal) -> Answer<ShopPageSetup> {
        let reversal = Some(SeenReversal { id: seen.id.clone(), told_at: seen.told_at });
        let settlement = OrderSettlement { reason: "cancelled, and the refund recorded".to_owned(), reversal };
        self.admin
            .0
            .call_as(&self.admin.1.token, Method::POST, &format!("/v1/admin/shop-orders/{}", seen.order), Some(&settlement))
            .await
    }

    async fn status(&self) -> String {
        self.shop.text("SELECT string_agg(status, ' ') FROM voucher").await
    }
}

#[tokio::test]
async fn a_refund_at_the_provider_is_seen_once_and_changes_no_voucher() {
    let mut desk = Desk::open().await;
    let paid = desk.bought().await;
    let refund = StripeProvider::refunded(&paid, 4136);
    for _ in 0..3 {
        desk.told(&refund).await;
    }
    // And by another event that says the same, and said it before.
    desk.told(&StripeProvider::later(&StripeProvider::refunded(&paid, 4136), -60)).await;
    let seen = desk.only().await;
    assert_eq!(
        (seen.state, seen.amount, seen.price, seen.answer_by),
        (ReversalState::Refunded, fixtures::euros(4136), fixtures::euros(4136), None)
    );
    assert_eq!(seen.payment.as_deref(), Some(paid.id.replace("cs_", "pi_").as_str()));
    let voucher = seen.voucher.unwrap();
    assert_eq!((voucher.status, desk.status().await.as_str()), (Status::Purchased, "purchased"));
    assert_eq!(
        desk.shop.stage.count("SELECT count(*) FROM payment_event WHERE did = 'trouble'").await,
        1,
        "the others said nothing new"
    );
    // Whoever cancels it and records the refund sees that it is done.
    refund_in_the_office(&mut desk, voucher.id).await;
    assert_eq!(desk.only().await.voucher.unwrap().status, Status::Refunded);
    let after = desk.settle(&seen).await.unwrap();
    assert_eq!((after.reversals.len(), after.reversals_total), (0, 0));
    assert!(desk.settle(&seen).await.is_err(), "it is settled once");
    let kept = desk
        .shop
        .text("SELECT details->>'reversal' || ' ' || (details->>'reason') FROM admin_act WHERE kind = 'order_settled'")
        .await;
    assert_eq!(kept, "refunded cancelled, and the refund recorded");
    desk.told(&refund).await;
    assert_eq!(desk.page().await.reversals_total, 0);
}

async fn refund_in_the_office(desk: &mut Desk, voucher: VoucherId) {
    let office = &mut desk.admin.0;
    office.record(Operation::Cancel { voucher, reason: fixtures::reason() });
    office.record(Operation::Refund { voucher, payment: Payment::Other, reason: fixtures::reason() });
    office.push().await.unwrap();
}

#[tokio::test]
async fn a_refund_in_parts_only_grows_and_is_to_be_looked_at_again() {
    let desk = Desk::open().await;
    let paid = desk.bought().await;
    desk.told(&StripeProvider::refunded(&paid, 1000)).await;
    let seen = desk.only().await;
    assert_eq!((seen.state, seen.amount.minor), (ReversalState::PartlyRefunded, 1000));
    // More was given back while somebody looked.
    desk.told(&StripeProvider::refunded(&paid, 4136)).await;
    assert_eq!(desk.settle(&seen).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    let seen = desk.only().await;
    assert_eq!((seen.state, seen.amount.minor), (ReversalState::Refunded, 4136));
    // The first one comes once more, late, under another id.
    desk.told(&StripeProvider::later(&StripeProvider::refunded(&paid, 1000), -60)).await;
    assert_eq!(desk.only().await, seen);
}

/// Days after the refund the buyer's bank says that the card is gone.
#[tokio::test]
async fn a_refund_that_fails_is_to_be_looked_at_beside_what_was_said_of_its_charge() {
    let desk = Desk::open().await;
    let paid = desk.bought().await;
    desk.told(&StripeProvider::refunded(&paid, 4136)).await;
    desk.settle(&desk.only().await).await.unwrap();
    for status in ["pending", "succeeded"] {
        desk.told(&StripeProvider::refund_is("refund.updated", &paid, 4136, status)).await;
    }
    assert_eq!(desk.page().await.reversals_total, 0, "it goes its way");
    for kind in ["charge.refund.updated", "refund.updated", "refund.failed"] {
        desk.told(&StripeProvider::refund_is(kind, &paid, 4136, "failed")).await;
    }
    let seen = desk.only().await;
    assert_eq!((seen.failed, seen.state, seen.amount), (true, ReversalState::Refunded, fixtures::euros(4136)));
    assert_eq!(seen.id, paid.id.replace("cs_", "re_"));
    assert_eq!(seen.voucher.unwrap().status, Status::Purchased);
    desk.settle(&seen).await.unwrap();
    assert_eq!(desk.shop.stage.count("SELECT count(*) FROM admin_act WHERE details->>'reversal' = 'refund_failed'").await, 1);
    desk.told(&StripeProvider::refund_is("refund.failed", &paid, 4136, "failed")).await;
    assert_eq!(desk.page().await.reversals_total, 0);
    // A part of another one, and one that is nobody's here.
    let other = desk.bought().await;
    desk.told(&StripeProvider::refund_is("refund.failed", &other, 1000, "canceled")).await;
    let seen = desk.only().await;
    assert_eq!((seen.failed, seen.state, seen.amount.minor), (true, ReversalState::PartlyRefunded, 1000));
    let foreign = PaidSession { id: "cs_elsewhere".to_owned(), asked: Vec::new(), ..paid };
    desk.told(&StripeProvider::refund_is("refund.failed", &foreign, 4136, "failed")).await;
    assert_eq!(desk.page().await.reversals_total, 1);
}

/// In whatever order it is told that the first one failed.
#[rstest]
#[case(true)]
#[case(false)]
#[tokio::test]
async fn what_is_refunded_again_after_a_refund_failed_is_to_be_looked_at_again(#[case] is_in_order: bool) {
    let desk = Desk::open().await;
    let paid = desk.bought().await;
    let (refunded, failed) = (
        StripeProvider::refunded(&paid, 1000),
        StripeProvider::later(&StripeProvider::refund_is("refund.failed", &paid, 1000, "failed"), 60),
    );
    let told = if is_in_order { [&refunded, &failed] } else { [&failed, &refunded] };
    for event in told {
        desk.told(event).await;
        desk.settle(&desk.only().await).await.unwrap();
    }
    let again = StripeProvider::later(&StripeProvider::refunded(&paid, 1000), 120);
    desk.told(&again).await;
    let seen = desk.only().await;
    assert_eq!((seen.failed, seen.state, seen.amount.minor), (false, ReversalState::PartlyRefunded, 1000));
    desk.settle(&seen).await.unwrap();
    desk.told(&StripeProvider::later(&StripeProvider::refunded(&paid, 4136), 180)).await;
    desk.settle(&desk.only().await).await.unwrap();
    // What was said before comes late.
    for late in [StripeProvider::later(&StripeProvider::refunded(&paid, 2000), 150), StripeProvider::refunded(&paid, 1000)] {
        desk.told(&late).await;
        assert_eq!(desk.page().await.reversals_total, 0, "that is known");
    }
}

#[tokio::test]
async fn a_dispute_is_shown_from_its_beginning_to_its_end_in_whatever_order_it_is_told() {
    let desk = Desk::open().await;
    let paid = desk.bought().await;
    desk.told(&StripeProvider::disputed("created", &paid, "needs_response")).await;
    let seen = desk.only().await;
    assert_eq!((seen.state, seen.answer_by.map(beadsbox_domain::Timestamp::as_second)), (ReversalState::Disputed, Some(1_900_000_000)));
    desk.settle(&seen).await.unwrap();
    // Settled as a dispute, it is to be looked at once it is decided.
    desk.told(&StripeProvider::disputed("closed", &paid, "lost")).await;
    let lost = desk.only().await;
    assert_eq!((lost.state, lost.answer_by, lost.voucher.unwrap().status), (ReversalState::Lost, None, Status::Purchased));
    desk.told(&StripeProvider::disputed("created", &paid, "needs_response")).await;
    assert_eq!(desk.only().await, lost);
    desk.settle(&lost).await.unwrap();
    // Another one, whose end comes first.
    let other = desk.bought().await;
    desk.told(&StripeProvider::disputed("closed", &other, "won")).await;
    desk.told(&StripeProvider::disputed("created", &other, "needs_response")).await;
    assert_eq!(desk.only().await.state, ReversalState::Won);
    assert_eq!(desk.status().await, "purchased purchased");
}

#[tokio::test]
async fn money_that_is_nobodys_order_or_that_nobody_signed_is_not_heard() {
    let desk = Desk::open().await;
    let paid = desk.bought().await;
    let foreign = PaidSession { id: "cs_elsewhere".to_owned(), asked: Vec::new(), ..paid.clone() };
    desk.told(&StripeProvider::refunded(&foreign, 4136)).await;
    desk.told(&StripeProvider::disputed("created", &foreign, "needs_response")).await;
    // A second payment for the same order, which never counted as its payment, is given back: the voucher was paid by the first.
    let second = PaidSession { id: "cs_second".to_owned(), ..paid.clone() };
    desk.told(&StripeProvider::refunded(&second, 4136)).await;
    let (_, body) = StripeProvider::refunded(&paid, 4136);
    let now = desk.shop.stage.clock.now().as_second();
    for signed in [String::new(), signature(&body, "whsec_of_somebody", now), signature(&body, WEBHOOK_SECRET, now - 301)] {
        assert_eq!(tell(&desk.shop.stage.base, &body, &signed).await, StatusCode::BAD_REQUEST, "{signed}");
    }
    assert!(desk.page().await.reversals.is_empty());
    assert_eq!(desk.shop.stage.count("SELECT count(*) FROM payment_event WHERE did = 'nothing'").await, 3);
}

/// It was wrongly paid, so it is no order's payment; what becomes of its money is this order's business all the same.
#[tokio::test]
async fn money_that_did_not_fit_its_order_is_heard_of_as_well() {
    let desk = Desk::open().await;
    let (session, _) = desk.shop.order_by_card(&mut desk.shop.browser()).await;
    let paid = PaidSession { amount: 4135, ..desk.shop.provider.pay(&session.id) };
    desk.told(&StripeProvider::event(COMPLETED, &paid)).await;
    assert_eq!(desk.shop.sold().await, (0, 0));
    desk.told(&StripeProvider::refund_is("refund.failed", &paid, 4135, "failed")).await;
    assert!(desk.only().await.failed);
}

/// Ten tellings at two servers are one; and what is refunded before its voucher is written is shown with the voucher once it is there.
#[tokio::test]
async fn at_the_same_moment_and_before_the_payment_it_counts_once() {
    let desk = Desk::open().await;
    let (session, _) = desk.shop.order_by_card(&mut desk.shop.browser()).await;
    let paid = desk.shop.provider.pay(&session.id);
    let other = desk.shop.another_server().await;
    let (_, body) = StripeProvider::refunded(&paid, 4136);
    let telling: Vec<_> = (0..10)
        .map(|number| {
            let base = if number % 2 == 0 { desk.shop.stage.base.clone() } else { other.url() };
            let (body, signed) = (body.clone(), signature(&body, WEBHOOK_SECRET, desk.shop.stage.clock.now().as_second()));
            tokio::spawn(async move { tell(&base, &body, &signed).await })
        })
        .collect();
    for told in telling {
        assert_eq!(told.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(desk.shop.stage.count("SELECT count(*) FROM payment_event").await, 1);
    assert_eq!(desk.only().await.voucher, None);
    desk.told(&StripeProvider::event(COMPLETED, &paid)).await;
    assert_eq!(desk.only().await.voucher.unwrap().status, Status::Purchased);
    assert_eq!(desk.shop.sold().await, (1, 1));
    other.stop().await;
}
