//! Commands about newer versions of the program.

use tauri::{AppHandle, State};

use super::{Answer, Beads};
use crate::updates::{UpdateView, Updates};

/// What is known of updates.
#[tauri::command]
#[specta::specta]
pub async fn update_state(program: Beads<'_>, updates: State<'_, Updates>) -> Answer<UpdateView> {
    Ok(updates.view(&program, &program.seat_behind_lock()?).await)
}

/// Asks the server whether there is a newer program; what is known then.
#[tauri::command]
#[specta::specta]
pub async fn check_update(app: AppHandle, program: Beads<'_>, updates: State<'_, Updates>) -> Answer<UpdateView> {
    let seat = program.seat()?;
    updates.ask(&app, &program).await;
    Ok(updates.view(&program, &seat).await)
}

/// Keeps where updates come from.
#[tauri::command]
#[specta::specta]
pub async fn set_update_address(app: AppHandle, program: Beads<'_>, updates: State<'_, Updates>, address: String) -> Answer<UpdateView> {
    let seat = program.seat()?;
    seat.set_update_address(&address).await?;
    updates.forget(&app);
    Ok(updates.view(&program, &seat).await)
}

/// Installs the newer program; it runs from the next start on.
#[tauri::command]
#[specta::specta]
pub async fn install_update(app: AppHandle, program: Beads<'_>, updates: State<'_, Updates>) -> Answer<UpdateView> {
    let seat = program.seat()?;
    updates.install(&app, &seat).await?;
    Ok(updates.view(&program, &seat).await)
}

/// Ends the program and starts it again. What was recorded is on disk.
#[tauri::command]
#[specta::specta]
pub async fn restart_program(app: AppHandle, program: Beads<'_>) -> Answer<()> {
    program.seat()?.may_install_update().await?;
    program.close();
    app.restart()
}
