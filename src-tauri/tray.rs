//! One icon in the tray that shows how the sync stands.

use beadsbox_app::view::StatusBar;
use tauri::{
    AppHandle, Runtime,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

use crate::windows;

const ID: &str = "sync";

/// Creates the icon. A desktop without a tray goes on without.
pub fn create<R: Runtime>(app: &AppHandle<R>) -> anyhow::Result<()> {
    let open = MenuItem::with_id(app, "open", "My Beads Box", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", "Quit / Quitter", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&open, &quit])?;
    let built = TrayIconBuilder::with_id(ID)
        .icon(tauri::include_image!("icons/tray.png"))
        .tooltip("My Beads Box")
        .menu(&menu)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => windows::show_front(app),
            "quit" => app.exit(0),
            _ => {}
        })
        .build(app);
    if let Err(error) = built {
        tracing::warn!(%error, "no tray on this desktop");
    }
    Ok(())
}

/// Shows the sync's state in the icon's words.
pub fn show<R: Runtime>(app: &AppHandle<R>, status: &StatusBar) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    let state = if status.online { "online" } else { "offline" };
    if let Err(error) = tray.set_tooltip(Some(format!("My Beads Box · {state} · {} ⇡", status.waiting))) {
        tracing::debug!(%error, "the tray does not take words");
    }
}
