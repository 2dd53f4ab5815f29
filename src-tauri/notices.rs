//! What the desktop tells while nobody looks: that conflicts have come, and that the server refused something. Words of the page's
//! catalogue alone, never a person, a code or a sum: a locked screen shows them as well.

mod inbox;
mod level;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use beadsbox_app::{Program, view::StatusBar};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;

use self::level::Level;
use crate::menu::{Dress, NoticeWords};

/// What is watched. Whatever else is counted in the status bar and is worth a word, as jobs that failed, gets its line here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Conflicts,
    Refused,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Conflicts, Self::Refused];

    const fn count(self, status: &StatusBar) -> u64 {
        match self {
            Self::Conflicts => status.open_conflicts,
            Self::Refused => status.refused,
        }
    }

    /// The screen that shows it: whoever looks at it needs no word.
    const fn screen(self) -> &'static str {
        match self {
            Self::Conflicts => "conflicts",
            Self::Refused => "sync",
        }
    }

    fn words(self, words: &NoticeWords) -> (String, String) {
        match self {
            Self::Conflicts => (words.conflicts_title.clone(), words.conflicts_text.clone()),
            Self::Refused => (words.refused_title.clone(), words.refused_text.clone()),
        }
    }
}

/// What was told, and what can be seen.
#[derive(Default)]
pub struct Notices(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    words: NoticeWords,
    /// The screen of each window.
    screens: HashMap<String, String>,
    levels: HashMap<Kind, Level>,
}

impl Notices {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the page of that window said.
    pub fn dress(&self, label: &str, dress: &Dress) {
        let mut seen = self.seen();
        seen.words = dress.notices.clone();
        seen.screens.insert(label.to_owned(), dress.screen.clone());
    }

    /// The window is gone.
    pub fn forget_screen(&self, label: &str) {
        self.seen().screens.remove(label);
    }

    /// What there is to tell now.
    fn news(&self, status: &StatusBar, focused: Option<&str>, now: Instant) -> Vec<(String, String)> {
        let mut seen = self.seen();
        let shown = focused.and_then(|label| seen.screens.get(label)).cloned();
        let mut news = Vec::new();
        for kind in Kind::ALL {
            let looks = shown.as_deref() == Some(kind.screen());
            if seen.levels.entry(kind).or_default().rises(kind.count(status), looks, now) {
                news.push(kind.words(&seen.words));
            }
        }
        news
    }
}

/// Tells what is new in the status, where somebody wants to be told.
pub async fn consider(app: &AppHandle, program: &Program, status: &StatusBar) {
    // In training nothing is real.
    if status.training {
        return;
    }
    let status = &inbox::as_seen(status);
    let focused = app.webview_windows().into_iter().find(|(_, window)| window.is_focused().unwrap_or(false)).map(|(label, _)| label);
    let news = app.state::<Notices>().news(status, focused.as_deref(), Instant::now());
    if news.is_empty() || !program.notification_settings().await.on {
        return;
    }
    for (title, text) in news {
        // Before a page has said its words there are none to show.
        if title.is_empty() {
            continue;
        }
        if let Err(error) = app.notification().builder().title(title).body(text).show() {
            tracing::info!(%error, "the desktop shows no notification");
        }
    }
}
