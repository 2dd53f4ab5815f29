//! Commands of a person's own sign-in: the password, and the second factor.

use beadsbox_app::view::{PasswordForm, SecondFactorForm, SecondFactorOfferView, SecondFactorView};

use super::{Answer, Beads};

/// Changes the password of whoever is signed in.
#[tauri::command]
#[specta::specta]
pub async fn change_password(program: Beads<'_>, form: PasswordForm) -> Answer<()> {
    program.seat()?.change_password(form).await
}

/// Whether a second factor is asked of whoever is signed in.
#[tauri::command]
#[specta::specta]
pub async fn second_factor(program: Beads<'_>) -> Answer<SecondFactorView> {
    program.seat()?.second_factor().await
}

/// Begins a second factor: a QR code for the authenticator.
#[tauri::command]
#[specta::specta]
pub async fn begin_second_factor(program: Beads<'_>, form: SecondFactorForm) -> Answer<SecondFactorOfferView> {
    program.seat()?.begin_second_factor(form).await
}

/// Shows a code of the one that was begun; the recovery codes, which are shown this once.
#[tauri::command]
#[specta::specta]
pub async fn confirm_second_factor(program: Beads<'_>, code: String) -> Answer<Vec<String>> {
    program.seat()?.confirm_second_factor(code).await
}
