//! One icon in the tray that shows how the sync stands.

use beadsbox_app::view::StatusBar;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tauri::{
    AppHandle,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

use crate::{unsaved, windows};

const ID: &str = "sync";

/// Creates the icon. A desktop without a tray goes on without.
pub fn create(app: &AppHandle) -> anyhow::Result<()> {
    let open = MenuItem::with_id(app, "open", "My Beads Box", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", "Quit / Quitter", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&open, &quit])?;
    let builder = TrayIconBuilder::with_id(ID)
        .icon(tauri::include_image!("icons/tray.png"))
        .tooltip("My Beads Box")
        .menu(&menu)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => windows::show_front(app),
            "quit" => unsaved::quit(app),
            _ => {}
        });
    // On a Linux desktop without the indicator library the binding panics rather than answers an error.
    match catch_unwind(AssertUnwindSafe(|| builder.build(app))) {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "no tray on this desktop"),
        Err(_) => tracing::warn!("no tray on this desktop: its library is missing"),
    }
    Ok(())
}

/// Shows the sync's state in the icon's words.
pub fn show(app: &AppHandle, status: &StatusBar) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    let state = if status.online { "online" } else { "offline" };
    if let Err(error) = tray.set_tooltip(Some(format!("My Beads Box · {state} · {} ⇡", status.waiting))) {
        tracing::debug!(%error, "the tray does not take words");
    }
}
