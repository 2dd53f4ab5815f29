//! A sale whose receipt nobody saw is shown before it can be sold again; one that was not made is not.

use beadsbox_app::ErrorCode;
use jiff::SignedDuration;

use crate::stage::{Centre, PASSWORD, Till};

async fn unshown(till: &Till) -> Option<Vec<String>> {
    let receipt = till.seat().unshown_sale().await.unwrap()?;
    Some(receipt.vouchers.into_iter().map(|voucher| voucher.voucher_id).collect())
}

async fn sell(till: &Till, buyer: &str, quantity: u32) -> Vec<String> {
    let receipt = till.seat().sell(till.sale(buyer, quantity).await).await.unwrap();
    receipt.vouchers.into_iter().map(|voucher| voucher.voucher_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_that_nobody_saw_is_shown_as_it_was_made_until_somebody_has() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Bruno").await;
    assert_eq!(unshown(&till).await, None);
    till.go_offline().await;
    let form = till.sale("Zoé Petit", 2).await;
    let sold = till.seat().sell(form).await.unwrap();
    // The program ends before anybody sees that.
    till.restart().await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    let shown = till.seat().unshown_sale().await.unwrap().unwrap();
    assert_eq!(
        (&shown.vouchers, shown.total.clone(), &shown.buyer, &shown.sold_at),
        (&sold.vouchers, sold.total.clone(), &sold.buyer, &sold.sold_at)
    );
    let ids: Vec<String> = sold.vouchers.iter().map(|voucher| voucher.voucher_id.clone()).collect();
    // Asked for, it is not yet seen.
    assert_eq!(unshown(&till).await.as_ref(), Some(&ids));
    till.seat().sale_shown(&ids).await.unwrap();
    assert_eq!(unshown(&till).await, None);
    till.restart().await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(unshown(&till).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_is_shown_and_what_was_shown_at_once_never_again() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let (first, second) = (sell(&till, "Zoé Petit", 1).await, sell(&till, "Hugo Martin", 3).await);
    till.seat().sale_shown(&sell(&till, "Léa Dubois", 1).await).await.unwrap();
    let mut seen = vec![];
    while let Some(ids) = unshown(&till).await {
        till.seat().sale_shown(&ids).await.unwrap();
        seen.push(ids);
    }
    seen.sort();
    let mut expected = [first, second];
    expected.sort();
    assert_eq!(seen, expected);
    assert_eq!(till.seat().sale_shown(&["nonsense".to_owned()]).await.unwrap_err().code, ErrorCode::UnknownVoucher);
}

/// The clock is looked at where sales are recorded, when this one is noted already.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_recorded_is_no_sale_that_nobody_saw() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let form = till.sale("Zoé Petit", 1).await;
    let days = SignedDuration::from_hours(3 * 24);
    till.clock.turn(-days);
    assert_eq!(till.seat().sell(form).await.unwrap_err().code, ErrorCode::ClockWrong);
    till.clock.turn(days);
    assert_eq!(unshown(&till).await, None);
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 0);
}
