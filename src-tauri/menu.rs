//! The windows' menus. The page says what can be done and in which words; what is chosen goes back to it, and it does what its palette
//! would do. Cut, copy and paste alone are the web view's own.

mod build;
mod edit;
mod form;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use beadsbox_app::AppError;
use serde::Serialize;
use tauri::{AppHandle, Manager as _, WebviewWindow, Wry, menu::MenuEvent};
use tauri_specta::Event as _;

pub use build::Bar;
pub use form::{Dress, MenuTitles, NoticeWords, TrayWords};

/// Something was chosen in the menu of that window.
#[derive(Debug, Clone, Serialize, specta::Type, tauri_specta::Event)]
pub struct MenuChosen {
    /// The window's label, which is its page's name.
    pub window: String,
    /// The action's own name.
    pub action: String,
}

/// The menus of the windows that are open, by their labels.
#[derive(Default)]
pub struct Menus {
    bars: Mutex<HashMap<String, Bar>>,
    /// What the last page said: a window that opens begins with it.
    titles: Mutex<MenuTitles>,
    /// One change at a time. Never held on the main thread, which builds what is changed.
    turn: tokio::sync::Mutex<()>,
}

impl Menus {
    fn bars(&self) -> MutexGuard<'_, HashMap<String, Bar>> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn titles(&self) -> MenuTitles {
        self.titles.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The bar of a window that opens: it has its height from the first moment on, and its page fills it.
    pub fn begin(&self, app: &AppHandle, label: &str) -> tauri::Result<tauri::menu::Menu<Wry>> {
        let bar = Bar::new(app, label, &self.titles())?;
        let menu = bar.menu.clone();
        self.bars().insert(label.to_owned(), bar);
        Ok(menu)
    }

    /// The window is gone.
    pub fn end(&self, label: &str) {
        self.bars().remove(label);
    }

    /// Shows what the page of that window said.
    pub async fn dress(&self, window: &WebviewWindow, dress: Dress) -> Result<(), AppError> {
        dress.check()?;
        let _turn = self.turn.lock().await;
        // Taken out and put back: what is built meanwhile is built on the main thread, which may ask for the bars.
        let Some(mut bar) = self.bars().remove(window.label()) else { return Ok(()) };
        *self.titles.lock().unwrap_or_else(PoisonError::into_inner) = dress.titles.clone();
        let shown = if bar.is_called(&dress.titles) {
            bar.show(window.app_handle(), window.label(), dress)
        } else {
            // GTK keeps the titles that a bar began with: another language has another bar.
            Bar::new(window.app_handle(), window.label(), &dress.titles).and_then(|mut other| {
                other.show(window.app_handle(), window.label(), dress)?;
                attach(window, &other)?;
                bar = other;
                Ok(())
            })
        };
        if window.app_handle().get_webview_window(window.label()).is_some() {
            self.bars().insert(window.label().to_owned(), bar);
        }
        shown.map_err(AppError::internal)
    }

    /// On a Mac there is one menu: that of the window in front.
    #[cfg(target_os = "macos")]
    pub fn bring_to_front(&self, app: &AppHandle, label: &str) {
        let menu = self.bars().get(label).map(|bar| bar.menu.clone());
        if let Some(Err(error)) = menu.map(|menu| app.set_menu(menu)) {
            tracing::warn!(%error, "the menu did not change");
        }
    }
}

/// Gives the window that bar; a Mac has one for all windows.
fn attach(window: &WebviewWindow, bar: &Bar) -> tauri::Result<()> {
    #[cfg(target_os = "macos")]
    window.app_handle().set_menu(bar.menu.clone())?;
    #[cfg(not(target_os = "macos"))]
    window.set_menu(bar.menu.clone())?;
    Ok(())
}

/// Passes on what was chosen. The tray's own items have no window in their names.
pub fn on_event(app: &AppHandle, event: &MenuEvent) {
    let Some((label, action)) = event.id().as_ref().split_once(':') else { return };
    let Some(window) = app.get_webview_window(label) else { return };
    let done = match action {
        build::CLOSE => window.close(),
        build::QUIT => {
            crate::unsaved::quit(app);
            Ok(())
        }
        _ => match edit::command(action) {
            Some(command) => edit::run(&window, command),
            None => choose(app, label, action),
        },
    };
    if let Err(error) = done {
        tracing::warn!(%error, "what was chosen in the menu was not done");
    }
}

/// Has the page of that window do what it calls so, if it can be done there now.
pub fn choose(app: &AppHandle, label: &str, action: &str) -> tauri::Result<()> {
    MenuChosen { window: label.to_owned(), action: action.to_owned() }.emit_to(app, label)
}
