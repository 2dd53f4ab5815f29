//! Commands of the start window.

use beadsbox_app::{
    Program,
    view::{EnrolForm, EnrolmentScan, NewPasswordForm, ProgramState, SessionView, SignInForm},
};
use beadsbox_protocol::mail::MailLanguage;
use tauri::{AppHandle, Manager as _};

use super::{Answer, Beads};
use crate::windows::{self, Kind};

/// Tries again to open the files.
#[tauri::command]
#[specta::specta]
pub async fn retry_start(app: AppHandle) -> ProgramState {
    let program = app.state::<Program>();
    program.start().await;
    program.state().await
}

/// What somebody scanned or pasted before this device was enrolled.
#[tauri::command]
#[specta::specta]
pub fn read_enrolment_scan(readings: Vec<String>) -> EnrolmentScan {
    beadsbox_app::read_enrolment_scan(readings)
}

/// Makes this device known to a server.
#[tauri::command]
#[specta::specta]
pub async fn enrol(program: Beads<'_>, form: EnrolForm) -> Answer<ProgramState> {
    program.enrol(form).await
}

/// Signs in, and opens the window of the role.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(app: AppHandle, program: Beads<'_>, form: SignInForm) -> Answer<SessionView> {
    let session = program.sign_in(form).await?;
    let kind = Kind::of_role(session.role);
    windows::open(&app, kind).map_err(beadsbox_app::AppError::internal)?;
    windows::close_others(&app, kind);
    Ok(session)
}

/// Has a mail sent with which somebody sets another password.
#[tauri::command]
#[specta::specta]
pub async fn ask_password_reset(program: Beads<'_>, name: String, language: MailLanguage) -> Answer<()> {
    program.ask_password_reset(&name, language).await
}

/// Sets another password with what that mail said.
#[tauri::command]
#[specta::specta]
pub async fn set_forgotten_password(program: Beads<'_>, form: NewPasswordForm) -> Answer<()> {
    program.set_forgotten_password(form).await
}
