//! Commands of issuing many vouchers, and of taking over those of another system.

use beadsbox_app::view::{BatchFileForm, BatchFormat, BatchRow, ImportCheck, ImportDone, ImportForm, IssueCheck, IssueChoices, IssueForm, SavedTable};
use tauri::WebviewWindow;

use super::{Answer, Beads};
use crate::save_dialog;

/// What can be issued.
#[tauri::command]
#[specta::specta]
pub async fn issue_choices(program: Beads<'_>) -> Answer<IssueChoices> {
    program.seat()?.issue_choices().await
}

/// What would be issued.
#[tauri::command]
#[specta::specta]
pub async fn check_issue(program: Beads<'_>, form: IssueForm) -> Answer<IssueCheck> {
    program.seat()?.check_issue(form).await
}

/// Issues it, all or nothing.
#[tauri::command]
#[specta::specta]
pub async fn issue_batch(program: Beads<'_>, form: IssueForm, batch_id: String) -> Answer<BatchRow> {
    program.seat()?.issue_batch(form, &batch_id).await
}

/// The batches that there are.
#[tauri::command]
#[specta::specta]
pub async fn batches(program: Beads<'_>) -> Answer<Vec<BatchRow>> {
    program.seat()?.batches().await
}

/// A batch in a file that the person names; nothing where they named none.
#[tauri::command]
#[specta::specta]
pub async fn save_batch(window: WebviewWindow, program: Beads<'_>, form: BatchFileForm) -> Answer<Option<SavedTable>> {
    program.seat()?;
    let kind = match form.format {
        BatchFormat::Csv => save_dialog::CSV,
        BatchFormat::Xlsx => save_dialog::XLSX,
        BatchFormat::Pdf => save_dialog::PDF,
    };
    let Some(path) = save_dialog::ask(&window, &format!("{}.{}", form.title, kind.extension), kind).await else {
        return Ok(None);
    };
    program.seat()?.save_batch(form, &path).await.map(Some)
}

/// What an import would do.
#[tauri::command]
#[specta::specta]
pub async fn check_import(program: Beads<'_>, form: ImportForm) -> Answer<ImportCheck> {
    program.seat()?.check_import(form).await
}

/// Does it.
#[tauri::command]
#[specta::specta]
pub async fn run_import(program: Beads<'_>, form: ImportForm) -> Answer<ImportDone> {
    program.seat()?.run_import(form).await
}

/// What came of this person's last import.
#[tauri::command]
#[specta::specta]
pub async fn last_import(program: Beads<'_>) -> Answer<Option<ImportDone>> {
    program.seat()?.last_import()
}
