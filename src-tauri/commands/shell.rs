//! Commands of what is around the screens: the palette, the menu, the size of letters, notifications, and what to hand to whoever helps.

use beadsbox_app::{
    AppError, ErrorCode,
    view::{CodeHit, FaultSettings, NotificationSettings, SupportPart, ZoomStep},
};
use serde::Deserialize;
use tauri::{AppHandle, Manager as _, State, WebviewWindow, async_runtime::spawn_blocking};

use super::{Answer, Beads};
use crate::{
    faults, log,
    menu::{Dress, Menus},
    notices::Notices,
    save_dialog, tray,
    unsaved::Unsaved,
    zoom::Zoom,
};

/// Has the window's title and menu, the tray and the notifications say what the page can do, in its language.
#[tauri::command]
#[specta::specta]
pub async fn dress_window(
    window: WebviewWindow,
    menus: State<'_, Menus>,
    notices: State<'_, Notices>,
    unsaved: State<'_, Unsaved>,
    dress: Dress,
) -> Answer<()> {
    dress.check()?;
    unsaved.note(window.label(), dress.unsaved);
    notices.dress(window.label(), &dress);
    tray::dress(window.app_handle(), &dress.tray);
    window.set_title(&dress.title).map_err(AppError::internal)?;
    menus.dress(&window, dress).await
}

/// Lets the window go, or with `quit` the whole program, once its page has asked for what was not saved.
#[tauri::command]
#[specta::specta]
pub async fn leave_window(app: AppHandle, window: WebviewWindow, unsaved: State<'_, Unsaved>, quit: bool) -> Answer<()> {
    unsaved.note(window.label(), false);
    if quit {
        crate::unsaved::quit(&app);
        return Ok(());
    }
    window.close().map_err(AppError::internal)
}

/// Draws every window larger or smaller, and remembers it. How large, in hundredths.
#[tauri::command]
#[specta::specta]
pub async fn zoom(app: AppHandle, program: Beads<'_>, size: State<'_, Zoom>, step: ZoomStep) -> Answer<u16> {
    let hundredths = program.step_zoom(step).await?;
    size.set(&app, hundredths);
    Ok(hundredths)
}

/// Fills the screen with the window, or takes that back.
#[tauri::command]
#[specta::specta]
pub async fn toggle_full_screen(window: WebviewWindow) -> Answer<()> {
    let full = window.is_fullscreen().map_err(AppError::internal)?;
    window.set_fullscreen(!full).map_err(AppError::internal)
}

/// The voucher of a typed code.
#[tauri::command]
#[specta::specta]
pub async fn find_voucher(program: Beads<'_>, typed: String) -> Answer<CodeHit> {
    program.seat()?.find_voucher(typed).await
}

/// What this person last did from the palette, the last first.
#[tauri::command]
#[specta::specta]
pub async fn recent_actions(program: Beads<'_>) -> Answer<Vec<String>> {
    program.seat()?.recent_actions().await
}

/// Remembers that this person did it.
#[tauri::command]
#[specta::specta]
pub async fn note_action(program: Beads<'_>, id: String) -> Answer<Vec<String>> {
    program.seat()?.note_action(id).await
}

/// What a support bundle holds now, to be read before it is saved.
#[tauri::command]
#[specta::specta]
pub async fn support_bundle(app: AppHandle, window: WebviewWindow, program: Beads<'_>) -> Answer<Vec<SupportPart>> {
    let folder = app.path().app_log_dir().map_err(AppError::internal)?;
    let end = spawn_blocking(move || log::end(&folder).unwrap_or_default());
    program.support_bundle(window.label(), &end.await.map_err(AppError::internal)?).await
}

/// Saves the bundle that this window showed last where the person says. The file's name; none where they closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn save_support(window: WebviewWindow, program: Beads<'_>) -> Answer<Option<String>> {
    let seat = program.seat()?;
    let Some(path) = save_dialog::ask(&window, "my-beads-box-support.zip", save_dialog::ZIP).await else { return Ok(None) };
    seat.save_support(window.label(), &path).await?;
    Ok(Some(path.file_name().unwrap_or_default().to_string_lossy().into_owned()))
}

/// A folder of this program.
#[derive(Debug, Clone, Copy, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// The device's files.
    Data,
    /// The log.
    Log,
}

/// Opens a folder in the computer's own file manager.
#[tauri::command]
#[specta::specta]
pub async fn open_folder(app: AppHandle, program: Beads<'_>, folder: Folder) -> Answer<()> {
    program.seat()?;
    let path = match folder {
        Folder::Data => program.state().await.about.data_folder.into(),
        Folder::Log => app.path().app_log_dir().map_err(AppError::internal)?,
    };
    let opened = spawn_blocking(move || tauri_plugin_opener::open_path(path, None::<&str>));
    opened.await.map_err(AppError::internal)?.map_err(|error| AppError::new(ErrorCode::ViewerFailed, error.to_string()))
}

/// Of what this computer tells while nobody looks.
#[tauri::command]
#[specta::specta]
pub async fn notification_settings(program: Beads<'_>) -> Answer<NotificationSettings> {
    Ok(program.notification_settings().await)
}

/// Keeps it.
#[tauri::command]
#[specta::specta]
pub async fn set_notification_settings(program: Beads<'_>, settings: NotificationSettings) -> Answer<NotificationSettings> {
    program.set_notification_settings(settings).await
}

/// Whether faults of the program are told to whoever mends it.
#[tauri::command]
#[specta::specta]
pub async fn fault_settings(program: Beads<'_>) -> Answer<FaultSettings> {
    Ok(program.fault_settings().await)
}

/// Switches it on or off, from now on.
#[tauri::command]
#[specta::specta]
pub async fn tell_faults(app: AppHandle, program: Beads<'_>, on: bool) -> Answer<FaultSettings> {
    let settings = program.tell_faults(on).await?;
    faults::follow(&app, &program).await;
    Ok(settings)
}
