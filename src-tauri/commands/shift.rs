//! Commands of whoever works here now: changing people, locking, PINs.

#![expect(clippy::needless_pass_by_value, reason = "Tauri hands a command its arguments by value")]

use beadsbox_app::view::{PersonView, PinForm, PinSignIn, SessionView, SignInForm};

use super::{Answer, Beads};

/// Who works here, and whether the screens are locked.
#[tauri::command]
#[specta::specta]
pub fn current_session(program: Beads<'_>) -> Answer<SessionView> {
    program.session_view()
}

/// Who may work here.
#[tauri::command]
#[specta::specta]
pub async fn people(program: Beads<'_>) -> Answer<Vec<PersonView>> {
    program.people().await
}

/// Whoever that badge names works here from now on.
#[tauri::command]
#[specta::specta]
pub async fn switch_by_badge(program: Beads<'_>, scanned: String) -> Answer<SessionView> {
    program.switch_by_badge(&scanned).await
}

/// Whoever typed their PIN works here from now on.
#[tauri::command]
#[specta::specta]
pub async fn switch_by_pin(program: Beads<'_>, form: PinSignIn) -> Answer<SessionView> {
    program.switch_by_pin(form).await
}

/// Whoever typed their password works here from now on, with all that they may.
#[tauri::command]
#[specta::specta]
pub async fn unlock(program: Beads<'_>, form: SignInForm) -> Answer<SessionView> {
    program.unlock(form).await
}

/// Locks the screens.
#[tauri::command]
#[specta::specta]
pub fn lock(program: Beads<'_>) {
    program.lock();
}

/// A key or the mouse was touched.
#[tauri::command]
#[specta::specta]
pub fn note_activity(program: Beads<'_>) {
    program.note_activity();
}

/// Sets the PIN of whoever is signed in.
#[tauri::command]
#[specta::specta]
pub async fn set_pin(program: Beads<'_>, form: PinForm) -> Answer<()> {
    program.seat()?.set_pin(form).await
}
