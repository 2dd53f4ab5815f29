//! Commands of the conflicts' inbox.

use beadsbox_app::view::{AssigneeForm, ConflictFilter, ConflictInbox, ConflictRow, SettleForm};

use super::{Answer, Beads};

/// The inbox.
#[tauri::command]
#[specta::specta]
pub async fn conflicts(program: Beads<'_>, filter: ConflictFilter) -> Answer<ConflictInbox> {
    program.seat()?.conflicts(filter).await
}

/// Settles a conflict.
#[tauri::command]
#[specta::specta]
pub async fn settle_conflict(program: Beads<'_>, form: SettleForm) -> Answer<ConflictRow> {
    program.seat()?.settle_conflict(form).await
}

/// Takes a conflict, hands it to somebody, or lets it go.
#[tauri::command]
#[specta::specta]
pub async fn assign_conflict(program: Beads<'_>, form: AssigneeForm) -> Answer<ConflictRow> {
    program.seat()?.assign_conflict(form).await
}
