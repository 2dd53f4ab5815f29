//! Commands of files of operations: saved at a till that will not be online again, taken in by an admin.

use beadsbox_app::view::{OutboxFileFound, OutboxFileView, SaveOutboxForm, SavedOutbox, TakeInForm, TakenIn};

use super::{Answer, Beads};

/// Drives that can be carried away.
#[tauri::command]
#[specta::specta]
pub async fn drives(program: Beads<'_>) -> Answer<Vec<String>> {
    program.seat()?.drives().await
}

/// Saves what waits to a file in a folder.
#[tauri::command]
#[specta::specta]
pub async fn save_outbox(program: Beads<'_>, form: SaveOutboxForm) -> Answer<SavedOutbox> {
    program.seat()?.save_outbox(form).await
}

/// Files of operations on the drives of this computer.
#[tauri::command]
#[specta::specta]
pub async fn outbox_files(program: Beads<'_>) -> Answer<Vec<OutboxFileFound>> {
    program.seat()?.outbox_files().await
}

/// What is in a file; nothing is sent.
#[tauri::command]
#[specta::specta]
pub async fn look_into_outbox_file(program: Beads<'_>, path: String) -> Answer<OutboxFileView> {
    program.seat()?.look_into_outbox_file(path).await
}

/// Hands a file over to the server, that was looked at.
#[tauri::command]
#[specta::specta]
pub async fn take_in_outbox_file(program: Beads<'_>, form: TakeInForm) -> Answer<TakenIn> {
    program.seat()?.take_in_outbox_file(form).await
}
