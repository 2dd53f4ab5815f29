//! Windows that hold text which nobody has saved. Their pages say so, and are asked before such a window goes.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use beadsbox_app::Program;
use tauri::{AppHandle, Manager as _};
use tauri_specta::Event as _;

use crate::menu::MenuChosen;

/// The labels of those windows.
#[derive(Default)]
pub struct Unsaved(Mutex<BTreeSet<String>>);

impl Unsaved {
    fn labels(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the page of that window said.
    pub fn note(&self, label: &str, unsaved: bool) {
        if unsaved {
            self.labels().insert(label.to_owned());
        } else {
            self.labels().remove(label);
        }
    }

    /// One of them other than that window; `None`: any.
    fn beside(&self, label: Option<&str>) -> Option<String> {
        self.labels().iter().find(|known| Some(known.as_str()) != label).cloned()
    }
}

/// What is to be done once the page has asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    Close,
    Quit,
    SignOut,
}

impl Leaving {
    /// What the page knows it by.
    const fn action(self) -> &'static str {
        match self {
            Self::Close => "close_window",
            Self::Quit => "quit_program",
            Self::SignOut => "sign_out",
        }
    }
}

/// Asks the page of that window, where it holds something. Whether it does: then it has the last word.
pub fn asks(app: &AppHandle, label: &str, leaving: Leaving) -> bool {
    app.state::<Unsaved>().labels().contains(label) && ask(app, label, leaving)
}

/// The same of any window but that one; `None`: of any.
pub fn another_asks(app: &AppHandle, label: Option<&str>, leaving: Leaving) -> bool {
    let other = app.state::<Unsaved>().beside(label);
    other.is_some_and(|other| ask(app, &other, leaving))
}

fn ask(app: &AppHandle, label: &str, leaving: Leaving) -> bool {
    // Behind the lock nobody can answer, and whoever stands there may go.
    let locked = app.state::<Program>().session_view().is_ok_and(|session| session.locked);
    let Some(window) = app.get_webview_window(label).filter(|_| !locked) else { return false };
    let asked = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus())
        .and_then(|()| MenuChosen { window: label.to_owned(), action: leaving.action().to_owned() }.emit_to(app, label));
    if let Err(error) = &asked {
        tracing::warn!(%error, "the page was not asked for what is not saved");
    }
    asked.is_ok()
}

/// Ends the program, unless a window has something to ask first.
pub fn quit(app: &AppHandle) {
    if !another_asks(app, None, Leaving::Quit) {
        app.exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_something_until_its_page_says_otherwise() {
        let unsaved = Unsaved::default();
        unsaved.note("office", true);
        assert_eq!(unsaved.beside(None).as_deref(), Some("office"));
        assert_eq!(unsaved.beside(Some("counter")).as_deref(), Some("office"));
        assert_eq!(unsaved.beside(Some("office")), None);
        unsaved.note("office", false);
        assert_eq!(unsaved.beside(None), None);
    }
}
