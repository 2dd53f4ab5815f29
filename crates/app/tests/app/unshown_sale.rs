//! A sale whose receipt nobody saw is shown before it can be sold again; one that was not made is not.

use beadsbox_app::{ErrorCode, view::SaleReceipt};
use jiff::SignedDuration;

use crate::stage::{Centre, PASSWORD, Till};

async fn unshown(till: &Till) -> Option<String> {
    Some(till.seat().unshown_sale().await.unwrap()?.sale)
}

async fn sell(till: &Till, buyer: &str, quantity: u32) -> SaleReceipt {
    till.seat().sell(till.sale(buyer, quantity).await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_that_nobody_saw_is_shown_as_it_was_made_until_somebody_has() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Bruno").await;
    assert_eq!(unshown(&till).await, None);
    till.go_offline().await;
    let sold = sell(&till, "Zoé Petit", 2).await;
    // The program ends before anybody sees that.
    till.restart().await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    let shown = till.seat().unshown_sale().await.unwrap().unwrap();
    assert_eq!(SaleReceipt { online: sold.online, ..shown }, sold);
    // Asked for, it is not yet seen.
    assert_eq!(unshown(&till).await.as_ref(), Some(&sold.sale));
    till.seat().sale_shown(&sold.sale).await.unwrap();
    assert_eq!(unshown(&till).await, None);
    till.restart().await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(unshown(&till).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_is_shown_and_what_was_shown_at_once_never_again() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let expected = [sell(&till, "Zoé Petit", 1).await.sale, sell(&till, "Hugo Martin", 3).await.sale];
    let shown = sell(&till, "Léa Dubois", 1).await.sale;
    till.seat().sale_shown(&shown).await.unwrap();
    let mut seen = vec![];
    while let Some(sale) = unshown(&till).await {
        till.seat().sale_shown(&sale).await.unwrap();
        seen.push(sale);
    }
    assert_eq!(seen, expected, "the oldest first");
    assert_eq!(till.seat().sale_shown("nonsense").await.unwrap_err().code, ErrorCode::UnknownVoucher);
}

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
}
