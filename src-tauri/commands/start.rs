//! Commands of the start window.

use beadsbox_app::{
    Program,
    view::{EnrolForm, ProgramState, SessionView, SignInForm},
};
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
