//! Commands of the sync screen, and of an admin.

use beadsbox_app::view::{EnrolmentCodeView, ShopView, SyncOverview};

use super::{Answer, Beads};

/// How the sync stands, in full.
#[tauri::command]
#[specta::specta]
pub async fn sync_overview(program: Beads<'_>) -> Answer<SyncOverview> {
    program.seat()?.sync_overview().await
}

/// Compares this device's copy with the server, and repairs what differs.
#[tauri::command]
#[specta::specta]
pub async fn check_cache(program: Beads<'_>) -> Answer<SyncOverview> {
    program.seat()?.check_cache().await
}

/// A person has seen that the server refused it.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_refusal(program: Beads<'_>, op_id: String) -> Answer<SyncOverview> {
    program.seat()?.acknowledge_refusal(&op_id).await
}

/// A one-time code for a new device.
#[tauri::command]
#[specta::specta]
pub async fn create_enrolment_code(program: Beads<'_>, shop_id: String) -> Answer<EnrolmentCodeView> {
    program.seat()?.create_enrolment_code(&shop_id).await
}

/// Revokes a device.
#[tauri::command]
#[specta::specta]
pub async fn revoke_device(program: Beads<'_>, device_id: String) -> Answer<SyncOverview> {
    program.seat()?.revoke_device(&device_id).await
}

/// Every shop.
#[tauri::command]
#[specta::specta]
pub async fn shops(program: Beads<'_>) -> Answer<Vec<ShopView>> {
    program.seat()?.shops().await
}
