//! Commands of the printer. What becomes a PDF is put into a folder of the program and opened by the computer's own viewer; a page never
//! sees or names a path.

use beadsbox_app::{
    AppError, ErrorCode, Paper, Program,
    view::{BadgeForm, PaperForm, PaperLanguage, PrinterSettings},
};
use tauri::async_runtime::spawn_blocking;

use super::{Answer, Beads};

/// The printer of this device.
#[tauri::command]
#[specta::specta]
pub async fn printer_settings(program: Beads<'_>) -> Answer<PrinterSettings> {
    program.seat()?.printer_settings().await
}

/// Keeps which printer this device has.
#[tauri::command]
#[specta::specta]
pub async fn set_printer_settings(program: Beads<'_>, settings: PrinterSettings) -> Answer<PrinterSettings> {
    program.seat()?.set_printer_settings(settings).await
}

/// Prints a page that shows what the printer can do.
#[tauri::command]
#[specta::specta]
pub async fn print_test(program: Beads<'_>, settings: PrinterSettings, language: PaperLanguage) -> Answer<()> {
    program.seat()?.print_test(settings, language).await
}

/// Prints the receipt of a sale; every print after the first says that it is a duplicate.
#[tauri::command]
#[specta::specta]
pub async fn print_receipt(program: Beads<'_>, form: PaperForm) -> Answer<()> {
    program.seat()?.print_receipt(&form).await
}

/// Opens the receipt of a sale as a PDF.
#[tauri::command]
#[specta::specta]
pub async fn open_receipt(program: Beads<'_>, form: PaperForm) -> Answer<()> {
    let paper = program.seat()?.receipt_paper(&form).await?;
    open(&program, vec![paper]).await
}

/// Opens vouchers as PDFs.
#[tauri::command]
#[specta::specta]
pub async fn open_vouchers(program: Beads<'_>, form: PaperForm) -> Answer<()> {
    let papers = program.seat()?.voucher_papers(&form).await?;
    open(&program, papers).await
}

/// Opens a badge as a PDF.
#[tauri::command]
#[specta::specta]
pub async fn open_badge(program: Beads<'_>, form: BadgeForm) -> Answer<()> {
    let paper = program.seat()?.badge_paper(&form).await?;
    open(&program, vec![paper]).await
}

/// Puts the papers where the computer's own viewer finds them, and opens them.
pub(super) async fn open(program: &Program, papers: Vec<Paper>) -> Answer<()> {
    let program = program.clone();
    let opened = spawn_blocking(move || {
        for path in program.keep_papers(&papers)? {
            tauri_plugin_opener::open_path(path, None::<&str>).map_err(|error| AppError::new(ErrorCode::ViewerFailed, error.to_string()))?;
        }
        Ok(())
    });
    opened.await.unwrap_or_else(|error| Err(AppError::internal(error)))
}
