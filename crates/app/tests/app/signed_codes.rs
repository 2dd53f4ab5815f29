//! A till reads what another one signed, also where it has never heard of the voucher.

use crate::stage::{Centre, Till};
use beadsbox_app::view::{AnswerKind, CodeState, ConflictFilter, RedeemAnswer, RedemptionState, RefusalView, SoldVoucher};
use beadsbox_domain::{Currency, DeviceId, Money, Status, VoucherCode, VoucherId};
use beadsbox_protocol::signed_code::{SignedCode, SignedVoucher};
use ed25519_dalek::SigningKey;
use rstest::rstest;
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

/// Sold without the server at one till, and honoured at the other on its signature's word.
async fn honoured_unheard_of(one: &Till, other: &Till) -> SoldVoucher {
    let sold = one.sell("Buyer").await;
    let answer = other.seat().redeem(&sold.qr.text).await.unwrap();
    assert_eq!((answer.answer, answer.by_signature, answer.refusal.clone()), (AnswerKind::AcceptedOffline, true, None));
    assert_eq!((answer.code, answer.price, answer.expires_on), (sold.code.clone(), Some(sold.price.clone()), sold.expires_on.clone()));
    sold
}

#[rstest]
#[case::the_sale_comes_first(true)]
#[case::the_redemption_comes_first(false)]
#[tokio::test(flavor = "multi_thread")]
async fn a_genuine_voucher_that_was_never_synced_is_honoured_once(#[case] sale_first: bool) {
    let (_centre, one, other) = two_tills().await;
    one.go_offline().await;
    other.go_offline().await;
    let sold = honoured_unheard_of(&one, &other).await;
    let again = other.seat().redeem(&sold.qr.text).await.unwrap();
    assert!(matches!(told(&again), (AnswerKind::Refused, Some(RefusalView::StatusIs { status: Status::Used, .. }))), "{again:?}");
    let recent = other.seat().recent_redemptions().await.unwrap();
    assert_eq!(
        recent.iter().map(|one| (one.code.as_str(), one.state)).collect::<Vec<_>>(),
        [(sold.code.as_str(), RedemptionState::Waiting)]
    );

    let (first, second) = if sale_first { (&one, &other) } else { (&other, &one) };
    first.come_back().await;
    second.come_back().await;
    for till in [&one, &other] {
        till.sync().await;
        assert_eq!(till.status_of(&sold.code).await, Status::Used);
        assert_eq!(till.seat().conflicts(ConflictFilter::default()).await.unwrap().rows, []);
    }
    let recent = other.seat().recent_redemptions().await.unwrap();
    assert_eq!(recent.iter().map(|one| one.state).collect::<Vec<_>>(), [RedemptionState::Confirmed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_has_not_heard_of_is_honoured_within_the_limits() {
    let (_centre, one, other) = two_tills().await;
    one.go_offline().await;
    let sold = honoured_unheard_of(&one, &other).await;
    assert_eq!(other.seat().refused_operations().await.unwrap(), [], "the ask that the server refused was followed up");
    one.come_back().await;
    other.sync().await;
    assert_eq!(other.status_of(&sold.code).await, Status::Used);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_genuine_code_proves_anything() {
    let (_centre, one, other) = two_tills().await;
    one.go_offline().await;
    let sold = one.sell("Buyer").await;
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
