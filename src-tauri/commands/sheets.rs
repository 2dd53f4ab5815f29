//! Commands of tables that a person opens, whatever for.

use beadsbox_app::view::{RefusedWords, SheetLine, SheetUse, SheetView, WorkProgress};
use tauri::WebviewWindow;

use super::{Answer, Beads};
use crate::{open_dialog, save_dialog};

/// Opens a table that the person chooses; nothing where they chose none.
#[tauri::command]
#[specta::specta]
pub async fn open_sheet(window: WebviewWindow, program: Beads<'_>, purpose: SheetUse) -> Answer<Option<SheetView>> {
    program.seat()?;
    let Some(path) = open_dialog::ask(&window, open_dialog::TABLE).await else { return Ok(None) };
    // Anew: the dialog may have stood there for long.
    program.seat()?.open_sheet(&path, purpose).await.map(Some)
}

/// Lets the table go.
#[tauri::command]
#[specta::specta]
pub async fn close_sheet(program: Beads<'_>) -> Answer<()> {
    program.seat()?.close_sheet()
}

/// A page of its lines, after they were looked at.
#[tauri::command]
#[specta::specta]
pub async fn sheet_lines(program: Beads<'_>, purpose: SheetUse, only_refused: bool, from: u64, limit: u32) -> Answer<Vec<SheetLine>> {
    program.seat()?.sheet_lines(purpose, only_refused, from, limit)
}

/// Its refused lines with their reasons, in a file that the person names; no where they named none.
#[tauri::command]
#[specta::specta]
pub async fn save_refused_lines(window: WebviewWindow, program: Beads<'_>, purpose: SheetUse, words: RefusedWords) -> Answer<bool> {
    program.seat()?;
    let Some(path) = save_dialog::ask(&window, &format!("{}.csv", words.title), save_dialog::CSV).await else {
        return Ok(false);
    };
    program.seat()?.save_refused_lines(purpose, words, &path).await?;
    Ok(true)
}

/// How far the work on a table or a batch is.
#[tauri::command]
#[specta::specta]
pub async fn work_progress(program: Beads<'_>) -> Answer<Option<WorkProgress>> {
    program.seat()?.work_progress()
}

/// Stops it, as soon as it can be stopped.
#[tauri::command]
#[specta::specta]
pub async fn stop_work(program: Beads<'_>) -> Answer<()> {
    program.seat()?.stop_work()
}
