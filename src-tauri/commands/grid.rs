//! Commands of what is done with the grid as a whole: remembered, chosen, acted on, copied, saved.

use beadsbox_app::view::{
    BulkForm, BulkReasonForm, BulkRow, BulkView, BulkWords, CopiedTable, FilterChoices, GridMemory, SavedTable, SelectionSums, TableForm, TableFormat,
    TableProgress, VoucherSelection,
};
use tauri::WebviewWindow;

use super::{Answer, Beads};
use crate::save_dialog;

/// What there is to filter by.
#[tauri::command]
#[specta::specta]
pub async fn filter_choices(program: Beads<'_>) -> Answer<FilterChoices> {
    program.seat()?.filter_choices().await
}

/// How this person likes the grid here.
#[tauri::command]
#[specta::specta]
pub async fn grid_memory(program: Beads<'_>) -> Answer<GridMemory> {
    program.seat()?.grid_memory().await
}

/// Keeps it.
#[tauri::command]
#[specta::specta]
pub async fn remember_grid(program: Beads<'_>, memory: GridMemory) -> Answer<GridMemory> {
    program.seat()?.remember_grid(memory).await
}

/// What was chosen, in numbers; nothing where adding it up would take too long.
#[tauri::command]
#[specta::specta]
pub async fn selection_sums(program: Beads<'_>, selection: VoucherSelection) -> Answer<Option<SelectionSums>> {
    program.seat()?.selection_sums(selection).await
}

/// Looks at each of many vouchers, whether an action is allowed.
#[tauri::command]
#[specta::specta]
pub async fn begin_bulk(program: Beads<'_>, form: BulkForm) -> Answer<BulkView> {
    program.seat()?.begin_bulk(form).await
}

/// How far it is.
#[tauri::command]
#[specta::specta]
pub async fn bulk_state(program: Beads<'_>) -> Answer<Option<BulkView>> {
    program.seat()?.bulk_state()
}

/// Does it with all that may.
#[tauri::command]
#[specta::specta]
pub async fn run_bulk(program: Beads<'_>, form: BulkReasonForm) -> Answer<BulkView> {
    program.seat()?.run_bulk(form).await
}

/// Stops it; what is recorded stays.
#[tauri::command]
#[specta::specta]
pub async fn stop_bulk(program: Beads<'_>) -> Answer<BulkView> {
    program.seat()?.stop_bulk()
}

/// Lets its results go.
#[tauri::command]
#[specta::specta]
pub async fn close_bulk(program: Beads<'_>) -> Answer<()> {
    program.seat()?.close_bulk()
}

/// A page of its results.
#[tauri::command]
#[specta::specta]
pub async fn bulk_rows(program: Beads<'_>, from: u64, limit: u32) -> Answer<Vec<BulkRow>> {
    program.seat()?.bulk_rows(from, limit)
}

/// Its results as a table in a file that the person names; no where they named none.
#[tauri::command]
#[specta::specta]
pub async fn save_bulk_results(window: WebviewWindow, program: Beads<'_>, words: BulkWords) -> Answer<bool> {
    program.seat()?;
    let Some(path) = save_dialog::ask(&window, &format!("{}.csv", words.title), save_dialog::CSV).await else {
        return Ok(false);
    };
    // Anew: the dialog may have stood there for long.
    program.seat()?.save_bulk_results(words, &path).await?;
    Ok(true)
}

/// What the grid shows as a table in a file that the person names; nothing where they named none.
#[tauri::command]
#[specta::specta]
pub async fn save_table(window: WebviewWindow, program: Beads<'_>, form: TableForm, format: TableFormat) -> Answer<Option<SavedTable>> {
    program.seat()?;
    let kind = match format {
        TableFormat::Csv => save_dialog::CSV,
        TableFormat::Xlsx => save_dialog::XLSX,
    };
    let Some(path) = save_dialog::ask(&window, &format!("{}.{}", form.title, kind.extension), kind).await else {
        return Ok(None);
    };
    program.seat()?.save_table(form, format, &path).await.map(Some)
}

/// How far that table is.
#[tauri::command]
#[specta::specta]
pub async fn table_progress(program: Beads<'_>) -> Answer<Option<TableProgress>> {
    program.seat()?.table_progress()
}

/// Stops it.
#[tauri::command]
#[specta::specta]
pub async fn stop_table(program: Beads<'_>) -> Answer<()> {
    program.seat()?.stop_table()
}

/// What the grid shows as a table for the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn copy_table(program: Beads<'_>, form: TableForm) -> Answer<CopiedTable> {
    program.seat()?.copy_table(form).await
}
