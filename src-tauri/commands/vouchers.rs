//! Commands of the grid and the voucher beside it.

use beadsbox_app::view::{ActionForm, ExchangeChoice, VoucherDetail, VoucherPage, VoucherQuery};
use tauri::AppHandle;

use super::{Answer, Beads};
use crate::windows::{self, Kind};

/// Opens a till beside the office.
#[tauri::command]
#[specta::specta]
pub async fn open_till(app: AppHandle, program: Beads<'_>) -> Answer<()> {
    program.seat()?;
    windows::open(&app, Kind::Counter).map_err(beadsbox_app::AppError::internal)
}

/// A page of the grid.
#[tauri::command]
#[specta::specta]
pub async fn voucher_page(program: Beads<'_>, query: VoucherQuery) -> Answer<VoucherPage> {
    program.seat()?.voucher_page(query).await
}

/// Where the page begins that is behind so many rows; nothing where one goes there page by page.
#[tauri::command]
#[specta::specta]
pub async fn voucher_cursor(program: Beads<'_>, query: VoucherQuery, rows: u64) -> Answer<Option<String>> {
    program.seat()?.voucher_cursor(query, rows).await
}

/// Everything about a voucher.
#[tauri::command]
#[specta::specta]
pub async fn voucher_detail(program: Beads<'_>, id: String) -> Answer<VoucherDetail> {
    program.seat()?.voucher_detail(&id).await
}

/// What a voucher can be exchanged for.
#[tauri::command]
#[specta::specta]
pub async fn exchange_choices(program: Beads<'_>, id: String) -> Answer<Vec<ExchangeChoice>> {
    program.seat()?.exchange_choices(&id).await
}

/// Cancels, refunds, redeems, corrects, replaces.
#[tauri::command]
#[specta::specta]
pub async fn act_on_voucher(program: Beads<'_>, form: ActionForm) -> Answer<VoucherDetail> {
    program.seat()?.act_on_voucher(form).await
}
