//! Commands of the sync screen, and of an admin.

use beadsbox_app::view::{
    BadgeView, CacheCheck, DeviceForm, DeviceLimitsForm, EndOfDayView, EnrolmentCodeView, EnrolmentForm, PolicyForm, QuarantineForm, QuarantineRow,
    RefusedOperation, ShopView, StaffRow, SyncOverview,
};

use super::{Answer, Beads};

/// How the sync stands, in full.
#[tauri::command]
#[specta::specta]
pub async fn sync_overview(program: Beads<'_>) -> Answer<SyncOverview> {
    program.seat()?.sync_overview().await
}

/// One day in every shop; today's where none is named.
#[tauri::command]
#[specta::specta]
pub async fn end_of_day(program: Beads<'_>, day: Option<String>) -> Answer<EndOfDayView> {
    program.seat()?.end_of_day(day).await
}

/// Compares this device's copy with the server, and repairs what differs.
#[tauri::command]
#[specta::specta]
pub async fn check_cache(program: Beads<'_>) -> Answer<CacheCheck> {
    program.seat()?.check_cache().await
}

/// What the server refused and nobody has acknowledged yet.
#[tauri::command]
#[specta::specta]
pub async fn refused_operations(program: Beads<'_>) -> Answer<Vec<RefusedOperation>> {
    program.seat()?.refused_operations().await
}

/// A person has seen that the server refused it; what is left.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_refusal(program: Beads<'_>, op_id: String) -> Answer<Vec<RefusedOperation>> {
    program.seat()?.acknowledge_refusal(&op_id).await
}

/// A one-time code for a new device.
#[tauri::command]
#[specta::specta]
pub async fn create_enrolment_code(program: Beads<'_>, form: EnrolmentForm) -> Answer<EnrolmentCodeView> {
    program.seat()?.create_enrolment_code(form).await
}

/// Changes what a device is called and where it stands.
#[tauri::command]
#[specta::specta]
pub async fn change_device(program: Beads<'_>, form: DeviceForm) -> Answer<SyncOverview> {
    program.seat()?.change_device(form).await
}

/// Revokes a device.
#[tauri::command]
#[specta::specta]
pub async fn revoke_device(program: Beads<'_>, device_id: String) -> Answer<SyncOverview> {
    program.seat()?.revoke_device(&device_id).await
}

/// What copies of devices and revoked devices recorded, until an admin decides.
#[tauri::command]
#[specta::specta]
pub async fn quarantine(program: Beads<'_>) -> Answer<Vec<QuarantineRow>> {
    program.seat()?.quarantine().await
}

/// Takes what waits of one life of a device, or rejects it.
#[tauri::command]
#[specta::specta]
pub async fn decide_quarantine(program: Beads<'_>, form: QuarantineForm) -> Answer<Vec<QuarantineRow>> {
    program.seat()?.decide_quarantine(form).await
}

/// Every shop.
#[tauri::command]
#[specta::specta]
pub async fn shops(program: Beads<'_>) -> Answer<Vec<ShopView>> {
    program.seat()?.shops().await
}

/// What the organisation set.
#[tauri::command]
#[specta::specta]
pub async fn policy(program: Beads<'_>) -> Answer<PolicyForm> {
    program.seat()?.policy().await
}

/// Sets what the organisation sets.
#[tauri::command]
#[specta::specta]
pub async fn set_policy(program: Beads<'_>, form: PolicyForm) -> Answer<PolicyForm> {
    program.seat()?.set_policy(form).await
}

/// Sets what a device may honour without the server.
#[tauri::command]
#[specta::specta]
pub async fn set_device_limits(program: Beads<'_>, form: DeviceLimitsForm) -> Answer<SyncOverview> {
    program.seat()?.set_device_limits(form).await
}

/// Every staff member.
#[tauri::command]
#[specta::specta]
pub async fn staff(program: Beads<'_>) -> Answer<Vec<StaffRow>> {
    program.seat()?.staff().await
}

/// Gives a staff member a new badge, shown this once.
#[tauri::command]
#[specta::specta]
pub async fn create_badge(program: Beads<'_>, staff_id: String) -> Answer<BadgeView> {
    program.seat()?.create_badge(&staff_id).await
}

/// Takes a staff member's badge away.
#[tauri::command]
#[specta::specta]
pub async fn delete_badge(program: Beads<'_>, staff_id: String) -> Answer<()> {
    program.seat()?.delete_badge(&staff_id).await
}
