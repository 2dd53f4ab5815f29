//! Commands of the conflicts' inbox.

use beadsbox_app::view::{ConflictRow, SettleForm};

use super::{Answer, Beads};

/// The inbox.
#[tauri::command]
#[specta::specta]
pub async fn conflicts(program: Beads<'_>, include_settled: bool) -> Answer<Vec<ConflictRow>> {
    program.seat()?.conflicts(include_settled).await
}

/// Settles a conflict.
#[tauri::command]
#[specta::specta]
pub async fn settle_conflict(program: Beads<'_>, form: SettleForm) -> Answer<Vec<ConflictRow>> {
    program.seat()?.settle_conflict(form).await
}
