//! Commands of the till's day.

use beadsbox_app::view::{CashForm, CloseForm, ClosedDayView, CountForm, DayCloseRow, DayCountView, DayView};

use super::{Answer, Beads, printing};

/// How the till's day stands, without what should lie in the drawer.
#[tauri::command]
#[specta::specta]
pub async fn day(program: Beads<'_>) -> Answer<DayView> {
    program.seat()?.day().await
}

/// An earlier day that was not closed.
#[tauri::command]
#[specta::specta]
pub async fn missed_day(program: Beads<'_>) -> Answer<Option<String>> {
    program.seat()?.missed_day().await
}

/// Cash at the opening, put in or taken out.
#[tauri::command]
#[specta::specta]
pub async fn move_cash(program: Beads<'_>, form: CashForm) -> Answer<DayView> {
    program.seat()?.move_cash(form).await
}

/// What was counted against what should be there.
#[tauri::command]
#[specta::specta]
pub async fn count_day(program: Beads<'_>, form: CountForm) -> Answer<DayCountView> {
    program.seat()?.count_day(form).await
}

/// Closes the day.
#[tauri::command]
#[specta::specta]
pub async fn close_day(program: Beads<'_>, form: CloseForm) -> Answer<ClosedDayView> {
    program.seat()?.close_day(form).await
}

/// This till's closes before that one, the newest first.
#[tauri::command]
#[specta::specta]
pub async fn day_closes(program: Beads<'_>, before: Option<u64>) -> Answer<Vec<DayCloseRow>> {
    program.seat()?.day_closes(before).await
}

/// A closed day, whole.
#[tauri::command]
#[specta::specta]
pub async fn closed_day(program: Beads<'_>, op_id: String) -> Answer<ClosedDayView> {
    program.seat()?.closed_day(&op_id).await
}

/// Opens the report of a closed day as a PDF.
#[tauri::command]
#[specta::specta]
pub async fn open_day_report(program: Beads<'_>, op_id: String) -> Answer<()> {
    let paper = program.seat()?.day_report(&op_id).await?;
    printing::open(&program, vec![paper]).await
}
