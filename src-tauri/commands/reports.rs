//! Commands of the reports.

use beadsbox_app::view::{AccountsForm, ReportChoices, ReportForm, ReportFormat, ReportView};
use tauri::WebviewWindow;

use super::{Answer, Beads, printing};
use crate::save_dialog;

/// What reports may be narrowed to.
#[tauri::command]
#[specta::specta]
pub async fn report_choices(program: Beads<'_>) -> Answer<ReportChoices> {
    program.seat()?.report_choices().await
}

/// A report, as the server makes it now.
#[tauri::command]
#[specta::specta]
pub async fn report(program: Beads<'_>, form: ReportForm) -> Answer<ReportView> {
    program.seat()?.report(form).await
}

/// Saves a report where the person says. The file's name; none where they closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn save_report(window: WebviewWindow, program: Beads<'_>, form: ReportForm, format: ReportFormat) -> Answer<Option<String>> {
    let file = program.seat()?.report_file(form, format).await?;
    let kind = match format {
        ReportFormat::Csv | ReportFormat::Journal => save_dialog::CSV,
        ReportFormat::Xlsx => save_dialog::XLSX,
        ReportFormat::Pdf => save_dialog::PDF,
    };
    let Some(path) = save_dialog::ask(&window, &file.name, kind).await else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    program.seat()?.save_report(file, &path).await?;
    Ok(Some(name))
}

/// Opens a report as a PDF, to print it.
#[tauri::command]
#[specta::specta]
pub async fn open_report(program: Beads<'_>, form: ReportForm) -> Answer<()> {
    let paper = program.seat()?.report_paper(form).await?;
    printing::open(&program, vec![paper]).await
}

/// The numbers of the accounts in the accounting export.
#[tauri::command]
#[specta::specta]
pub async fn accounts(program: Beads<'_>) -> Answer<AccountsForm> {
    program.seat()?.accounts().await
}

/// Sets the numbers of the accounts in the accounting export.
#[tauri::command]
#[specta::specta]
pub async fn set_accounts(program: Beads<'_>, form: AccountsForm) -> Answer<AccountsForm> {
    program.seat()?.set_accounts(form).await
}
