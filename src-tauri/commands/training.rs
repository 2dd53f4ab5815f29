//! Commands of training.

use beadsbox_app::view::TrainingVoucher;

use super::{Answer, Beads};

/// Begins a training: nothing that is done from now on touches the books.
#[tauri::command]
#[specta::specta]
pub async fn enter_training(program: Beads<'_>) -> Answer<()> {
    program.enter_training().await
}

/// Ends it, and deletes all of it.
#[tauri::command]
#[specta::specta]
pub async fn leave_training(program: Beads<'_>) -> Answer<()> {
    program.leave_training().await
}

/// The made-up vouchers of a training.
#[tauri::command]
#[specta::specta]
pub async fn training_vouchers(program: Beads<'_>) -> Answer<Vec<TrainingVoucher>> {
    program.seat()?.training_vouchers().await
}
