//! One icon in the tray that shows how the sync stands, in the language that is spoken.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
};

use beadsbox_app::view::StatusBar;
use tauri::{
    AppHandle, Manager as _, Wry,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

use crate::{menu::TrayWords, unsaved, windows};

const ID: &str = "sync";
const PROGRAM: &str = "My Beads Box";

/// What the tray says.
pub struct Tray {
    open: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    said: Mutex<Said>,
}

/// In which words, and of what.
#[derive(Default)]
struct Said {
    words: TrayWords,
    /// Whether the server answers, and how many operations wait. None until it is known.
    sync: Option<(bool, u64)>,
}

impl Said {
    fn tooltip(&self) -> String {
        let Some((online, waiting)) = self.sync else { return PROGRAM.to_owned() };
        let state = if online { &self.words.online } else { &self.words.offline };
        format!("{PROGRAM} · {state} · {waiting} ⇡")
    }
}

impl Tray {
    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Creates the icon. A desktop without a tray goes on without.
pub fn create(app: &AppHandle) -> anyhow::Result<()> {
    let words = TrayWords::default();
    let open = MenuItem::with_id(app, "open", &words.open, true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", &words.quit, true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&open, &quit])?;
    app.manage(Tray { open, quit, said: Mutex::default() });
    let builder =
        TrayIconBuilder::with_id(ID)
            .icon(tauri::include_image!("icons/tray.png"))
            .tooltip(PROGRAM)
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
    let Some(tray) = app.try_state::<Tray>() else { return };
    tray.said().sync = Some((status.online, status.waiting));
    say(app, &tray);
}

/// Speaks in the words that a page said.
pub fn dress(app: &AppHandle, words: &TrayWords) {
    let Some(tray) = app.try_state::<Tray>() else { return };
    if tray.said().words == *words {
        return;
    }
    tray.said().words = words.clone();
    // Built on the main thread, which may be about to show the state: nothing is held here.
    for (item, text) in [(&tray.open, &words.open), (&tray.quit, &words.quit)] {
        if let Err(error) = item.set_text(text) {
            tracing::debug!(%error, "the tray's menu does not take words");
        }
    }
    say(app, &tray);
}

fn say(app: &AppHandle, tray: &Tray) {
    let text = tray.said().tooltip();
    if let Some(Err(error)) = app.tray_by_id(ID).map(|icon| icon.set_tooltip(Some(text))) {
        tracing::debug!(%error, "the tray does not take words");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tray_says_how_the_sync_stands_in_the_last_words_it_was_given() {
        let mut said = Said::default();
        assert_eq!(said.tooltip(), "My Beads Box");
        said.sync = Some((false, 3));
        assert_eq!(said.tooltip(), "My Beads Box · Offline · 3 ⇡");
        said.words = TrayWords { online: "En ligne".to_owned(), offline: "Hors ligne".to_owned(), ..TrayWords::default() };
        assert_eq!(said.tooltip(), "My Beads Box · Hors ligne · 3 ⇡");
        said.sync = Some((true, 0));
        assert_eq!(said.tooltip(), "My Beads Box · En ligne · 0 ⇡");
    }
}
