//! Commands of mail: what a buyer was sent, how the organisation writes, and what could not be sent.

use beadsbox_app::view::{
    FailedJobs, MailDraftForm, MailPreviewView, MailSettingsForm, MailSetupView, MailTestForm, MailTextForm, StaffAddressForm, StaffAddressView,
    VoucherMailsView,
};

use beadsbox_protocol::job::JobTrouble;

use super::{Answer, Beads};

/// What was mailed about a voucher.
#[tauri::command]
#[specta::specta]
pub async fn voucher_mails(program: Beads<'_>, id: String) -> Answer<VoucherMailsView> {
    program.seat()?.voucher_mails(&id).await
}

/// Mails a voucher to its buyer once more.
#[tauri::command]
#[specta::specta]
pub async fn mail_voucher(program: Beads<'_>, id: String) -> Answer<VoucherMailsView> {
    program.seat()?.mail_voucher(&id).await
}

/// How the organisation writes.
#[tauri::command]
#[specta::specta]
pub async fn mail_setup(program: Beads<'_>) -> Answer<MailSetupView> {
    program.seat()?.mail_setup().await
}

/// Sets how the organisation writes.
#[tauri::command]
#[specta::specta]
pub async fn set_mail_settings(program: Beads<'_>, form: MailSettingsForm) -> Answer<MailSetupView> {
    program.seat()?.set_mail_settings(form).await
}

/// Sets the text of a mail, or has the program's own hold again.
#[tauri::command]
#[specta::specta]
pub async fn set_mail_text(program: Beads<'_>, form: MailTextForm) -> Answer<MailSetupView> {
    program.seat()?.set_mail_text(form).await
}

/// A text filled in with sample data, or what is wrong with it.
#[tauri::command]
#[specta::specta]
pub async fn preview_mail(program: Beads<'_>, form: MailDraftForm) -> Answer<MailPreviewView> {
    program.seat()?.preview_mail(form).await
}

/// Sends a text, filled in with sample data.
#[tauri::command]
#[specta::specta]
pub async fn send_test_mail(program: Beads<'_>, form: MailTestForm) -> Answer<()> {
    program.seat()?.send_test_mail(form).await
}

/// What the server gave up.
#[tauri::command]
#[specta::specta]
pub async fn failed_jobs(program: Beads<'_>) -> Answer<FailedJobs> {
    program.seat()?.failed_jobs().await
}

/// Has it tried again, or ends it.
#[tauri::command]
#[specta::specta]
pub async fn decide_job(program: Beads<'_>, id: String, again: bool) -> Answer<()> {
    program.seat()?.decide_job(&id, again).await
}

/// Has all that failed for that reason tried again, or for any.
#[tauri::command]
#[specta::specta]
pub async fn try_jobs_again(program: Beads<'_>, trouble: Option<JobTrouble>) -> Answer<()> {
    program.seat()?.try_jobs_again(trouble).await
}

/// Where staff members get mail.
#[tauri::command]
#[specta::specta]
pub async fn staff_addresses(program: Beads<'_>) -> Answer<Vec<StaffAddressView>> {
    program.seat()?.staff_addresses().await
}

/// Sets where a staff member gets mail.
#[tauri::command]
#[specta::specta]
pub async fn set_staff_address(program: Beads<'_>, form: StaffAddressForm) -> Answer<()> {
    program.seat()?.set_staff_address(form).await
}
