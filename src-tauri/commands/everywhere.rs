//! Commands of every window.

use beadsbox_app::{
    Program,
    view::{Preferences, ProgramState, QrView, ScannerSettings, StatusBar},
};
use tauri::{AppHandle, Manager as _, WebviewWindow};

use super::{Answer, Beads};
use crate::{
    unsaved::{self, Leaving},
    windows::{self, Kind},
};

/// How far the program is.
#[tauri::command]
#[specta::specta]
pub async fn program_state(app: AppHandle) -> ProgramState {
    app.state::<Program>().state().await
}

/// Keeps a person's choices.
#[tauri::command]
#[specta::specta]
pub async fn set_preferences(program: Beads<'_>, preferences: Preferences) -> Answer<Preferences> {
    program.set_preferences(preferences).await
}

/// How scans are told from typing.
#[tauri::command]
#[specta::specta]
pub async fn scanner_settings(app: AppHandle) -> ScannerSettings {
    app.state::<Program>().scanner_settings().await
}

/// Keeps how scans are told from typing.
#[tauri::command]
#[specta::specta]
pub async fn set_scanner_settings(program: Beads<'_>, settings: ScannerSettings) -> Answer<ScannerSettings> {
    program.set_scanner_settings(settings).await
}

/// A QR code that tells how a scanner is set.
#[tauri::command]
#[specta::specta]
pub fn scanner_test() -> Answer<QrView> {
    beadsbox_app::scanner_test()
}

/// Signs out, and shows the start window again; a window that holds unsaved text asks first. The calling page has asked already.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(app: AppHandle, window: WebviewWindow, program: Beads<'_>) -> Answer<()> {
    if unsaved::another_asks(&app, Some(window.label()), Leaving::SignOut) {
        return Ok(());
    }
    program.sign_out();
    windows::open(&app, Kind::Start).map_err(beadsbox_app::AppError::internal)?;
    windows::close_others(&app, Kind::Start);
    Ok(())
}

/// The line at the bottom.
#[tauri::command]
#[specta::specta]
pub async fn status_bar(program: Beads<'_>) -> Answer<StatusBar> {
    program.seat_behind_lock()?.status_bar().await
}

/// Sends and takes everything; answers when that is done.
#[tauri::command]
#[specta::specta]
pub async fn sync_now(program: Beads<'_>) -> Answer<StatusBar> {
    program.seat()?.sync_now().await
}
