//! Commands of the till.

use beadsbox_app::view::{ApprovalForm, CodeCheck, PersonView, RecentRedemption, RedeemAnswer, ReservationView, SaleChoices, SaleForm, SaleReceipt};
use beadsbox_domain::Payment;

use super::{Answer, Beads};

/// How far a typed code is.
#[tauri::command]
#[specta::specta]
pub fn check_code(text: &str) -> CodeCheck {
    beadsbox_app::check_code(text)
}

/// Which reading of a scan is meant.
#[tauri::command]
#[specta::specta]
pub async fn choose_reading(program: Beads<'_>, readings: Vec<String>) -> Answer<String> {
    program.seat()?.choose_reading(readings).await
}

/// Redeems a voucher. An error means that nothing was recorded.
#[tauri::command]
#[specta::specta]
pub async fn redeem(program: Beads<'_>, code: String) -> Answer<RedeemAnswer> {
    program.seat()?.redeem(&code).await
}

/// Who may let a redemption pass the offline limits here.
#[tauri::command]
#[specta::specta]
pub async fn approvers(program: Beads<'_>) -> Answer<Vec<PersonView>> {
    program.seat()?.approvers().await
}

/// Redeems a voucher beyond the offline limits, with the PIN of somebody who may let it pass.
#[tauri::command]
#[specta::specta]
pub async fn redeem_approved(program: Beads<'_>, form: ApprovalForm) -> Answer<RedeemAnswer> {
    program.seat()?.redeem_approved(form).await
}

/// Takes a redemption back.
#[tauri::command]
#[specta::specta]
pub async fn undo_redemption(program: Beads<'_>, voucher_id: String, redemption: String, reason: String) -> Answer<Vec<RecentRedemption>> {
    program.seat()?.undo_redemption(&voucher_id, &redemption, &reason).await
}

/// This till's last redemptions.
#[tauri::command]
#[specta::specta]
pub async fn recent_redemptions(program: Beads<'_>) -> Answer<Vec<RecentRedemption>> {
    program.seat()?.recent_redemptions().await
}

/// What can be sold, and what a seller is asked.
#[tauri::command]
#[specta::specta]
pub async fn sale_choices(program: Beads<'_>) -> Answer<SaleChoices> {
    program.seat()?.sale_choices().await
}

/// Sells a voucher.
#[tauri::command]
#[specta::specta]
pub async fn sell(program: Beads<'_>, form: SaleForm) -> Answer<SaleReceipt> {
    program.seat()?.sell(form).await
}

/// A sale that is made and whose receipt nobody saw; none where all were shown.
#[tauri::command]
#[specta::specta]
pub async fn unshown_sale(program: Beads<'_>) -> Answer<Option<SaleReceipt>> {
    program.seat()?.unshown_sale().await
}

/// The receipt of that sale was shown.
#[tauri::command]
#[specta::specta]
pub async fn sale_shown(program: Beads<'_>, sale: String) -> Answer<()> {
    program.seat()?.sale_shown(&sale).await
}

/// What somebody ordered on the shop page to pay it here.
#[tauri::command]
#[specta::specta]
pub async fn find_reservation(program: Beads<'_>, code: String) -> Answer<ReservationView> {
    program.seat()?.find_reservation(&code).await
}

/// Sells what was reserved.
#[tauri::command]
#[specta::specta]
pub async fn sell_reservation(program: Beads<'_>, code: String, payment: Payment) -> Answer<SaleReceipt> {
    program.seat()?.sell_reservation(&code, payment).await
}
