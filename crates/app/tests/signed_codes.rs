//! A till reads what another one signed, also where it has never heard of the voucher.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use beadsbox_app::view::{AnswerKind, CodeState, RedeemAnswer, RefusalView};
use beadsbox_domain::{Currency, DeviceId, Money, Status, VoucherCode, VoucherId};
use beadsbox_protocol::signed_code::{SignedCode, SignedVoucher};
use ed25519_dalek::SigningKey;
use stage::{Centre, Till};
use uuid::Uuid;

async fn two_tills() -> (Centre, Till, Till) {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    other.sync().await;
    (centre, one, other)
}

fn told(answer: &RedeemAnswer) -> (AnswerKind, Option<&RefusalView>) {
    (answer.answer, answer.refusal.as_ref())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_redeems_its_voucher_at_another_till() {
    let (_centre, one, other) = two_tills().await;
    let sold = one.sell("Buyer").await;
    one.sync().await;
    let check = beadsbox_app::check_code(&sold.qr.text);
    assert_eq!((check.state, check.shown.as_str()), (CodeState::WellFormed, sold.code.as_str()), "pasted");
    let answer = other.seat().redeem(&sold.qr.text).await.unwrap();
    assert_eq!((answer.answer, answer.code.as_str()), (AnswerKind::Confirmed, sold.code.as_str()));
    one.sync().await;
    assert_eq!(one.status_of(&sold.code).await, Status::Used);
    let again = one.seat().redeem(&sold.qr.text).await.unwrap();
    assert!(matches!(told(&again), (AnswerKind::Refused, Some(RefusalView::StatusIs { status: Status::Used, .. }))), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_never_heard_of_the_voucher_tells_what_it_is() {
    let (_centre, one, other) = two_tills().await;
    one.go_offline().await;
    let sold = one.sell("Buyer").await;
    let genuine = other.seat().redeem(&sold.qr.text).await.unwrap();
    assert_eq!(told(&genuine), (AnswerKind::Unknown, Some(&RefusalView::NotHereYet)));
    assert_eq!((genuine.code, genuine.price, genuine.expires_on), (sold.code.clone(), Some(sold.price.clone()), sold.expires_on.clone()));

    let cut = &sold.qr.text[..sold.qr.text.len() - 5];
    assert_eq!(told(&other.seat().redeem(cut).await.unwrap()), (AnswerKind::Refused, Some(&RefusalView::DamagedCode)));
    let says = SignedCode::parse(&sold.qr.text).unwrap();
    let dearer = SignedVoucher { price: Money::new(999_999, Currency::from_code("EUR").unwrap()), ..says.says };
    let altered = dearer.sign(says.signer, &SigningKey::from_bytes(&[9; 32]));
    assert_eq!(told(&other.seat().redeem(&altered).await.unwrap()), (AnswerKind::Refused, Some(&RefusalView::NotGenuine)));
    let stranger = dearer.sign(DeviceId(Uuid::now_v7()), &SigningKey::from_bytes(&[9; 32]));
    assert_eq!(told(&other.seat().redeem(&stranger).await.unwrap()), (AnswerKind::Unknown, Some(&RefusalView::NotProven)));
    // As if the server had sent it: its key is another one.
    let not_the_server = dearer.sign(DeviceId(Uuid::nil()), &SigningKey::from_bytes(&[9; 32]));
    assert_eq!(told(&other.seat().redeem(&not_the_server).await.unwrap()), (AnswerKind::Refused, Some(&RefusalView::NotGenuine)));
    assert!(other.seat().recent_redemptions().await.unwrap().is_empty(), "nothing of it was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_revoked_till_signed_is_for_the_server_to_tell() {
    let (_centre, one, other) = two_tills().await;
    one.go_offline().await;
    let sold = one.sell("Buyer").await;
    let device = SignedCode::parse(&sold.qr.text).unwrap().signer;
    other.seat().revoke_device(&device.to_string()).await.unwrap();
    other.sync().await;
    assert_eq!(told(&other.seat().redeem(&sold.qr.text).await.unwrap()), (AnswerKind::Unknown, Some(&RefusalView::SignerRevoked)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_voucher_without_its_code_redeems_nothing() {
    let (_centre, one, other) = two_tills().await;
    let sold = one.sell("Buyer").await;
    one.sync().await;
    other.sync().await;
    let guessed = SignedVoucher { code: VoucherCode::from_random([3; 8]), ..SignedCode::parse(&sold.qr.text).unwrap().says };
    assert_eq!(guessed.voucher, sold.voucher_id.parse::<VoucherId>().unwrap());
    let by_a_stranger = guessed.sign(DeviceId(Uuid::now_v7()), &SigningKey::from_bytes(&[9; 32]));
    assert_eq!(told(&other.seat().redeem(&by_a_stranger).await.unwrap()), (AnswerKind::Refused, Some(&RefusalView::NotGenuine)));
    assert_eq!(other.status_of(&sold.code).await, Status::Purchased);
}
