//! What the desktop tells while nobody looks: that conflicts have come, that the server refused something, or gave something up. Words of
//! the page's catalogue alone, never a person, a code or a sum: a locked screen shows them as well. A click leads to the screen.

mod inbox;
mod level;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use beadsbox_app::{Program, view::StatusBar};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;

use self::level::Level;
use crate::{
    menu::{self, Dress, NoticeWords},
    windows,
};

/// How often an admin's program asks the server what it gave up: no change of rows tells of it.
const ASK: Duration = Duration::from_mins(1);

/// What is watched. Whatever else is counted and is worth a word gets its line here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Conflicts,
    Refused,
    Failed,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Conflicts, Self::Refused, Self::Failed];

    /// What the desktop knows it by.
    const fn number(self) -> i32 {
        match self {
            Self::Conflicts => 1,
            Self::Refused => 2,
            Self::Failed => 3,
        }
    }

    fn of(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The screen that shows it: whoever looks at it needs no word.
    const fn screen(self) -> &'static str {
        match self {
            Self::Conflicts => "conflicts",
            Self::Refused => "sync",
            Self::Failed => "mail",
        }
    }

    fn words(self, words: &NoticeWords) -> (String, String) {
        match self {
            Self::Conflicts => (words.conflicts_title.clone(), words.conflicts_text.clone()),
            Self::Refused => (words.refused_title.clone(), words.refused_text.clone()),
            Self::Failed => (words.failed_title.clone(), words.failed_text.clone()),
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

    /// What there is to tell of these numbers now.
    fn news(&self, counts: &[(Kind, u64)], focused: Option<&str>, now: Instant) -> Vec<(Kind, String, String)> {
        let mut seen = self.seen();
        let shown = focused.and_then(|label| seen.screens.get(label)).cloned();
        let mut news = Vec::new();
        for (kind, count) in counts {
            let looks = shown.as_deref() == Some(kind.screen());
            if seen.levels.entry(*kind).or_default().rises(*count, looks, now) {
                let (title, text) = kind.words(&seen.words);
                news.push((*kind, title, text));
            }
        }
        news
    }
}

/// Tells what is new in the status.
pub async fn consider(app: &AppHandle, program: &Program, status: &StatusBar) {
    // In training nothing is real.
    if status.training {
        return;
    }
    let status = &inbox::as_seen(status);
    tell(app, program, &[(Kind::Conflicts, status.open_conflicts), (Kind::Refused, status.refused)]).await;
}

/// Tells an admin what else the server gave up, until the program ends.
pub async fn watch_failed(app: AppHandle, program: Program) {
    loop {
        if let Some(failed) = program.failed_jobs().await {
            tell(&app, &program, &[(Kind::Failed, failed)]).await;
        }
        tokio::time::sleep(ASK).await;
    }
}

/// Has a click on a notification lead to the screen that it told of.
pub fn lead(app: &AppHandle) {
    let clicked = app.clone();
    let heard = app.notification().on_action(move |performed| {
        let Some(kind) = performed.notification().and_then(|told| Kind::of(told.id())) else { return };
        windows::show_front(&clicked);
        // As if it were chosen in the menu: where the page cannot go there, as behind the lock, it stays where it is.
        if let Err(error) = menu::choose(&clicked, windows::Kind::Office.label(), &format!("go_{}", kind.screen())) {
            tracing::warn!(%error, "a click on a notification did not reach the page");
        }
    });
    if let Err(error) = heard {
        tracing::info!(%error, "a click on a notification leads nowhere");
    }
}

/// Tells what is new in these numbers, where somebody wants to be told.
async fn tell(app: &AppHandle, program: &Program, counts: &[(Kind, u64)]) {
    let focused = app.webview_windows().into_iter().find(|(_, window)| window.is_focused().unwrap_or(false)).map(|(label, _)| label);
    let news = app.state::<Notices>().news(counts, focused.as_deref(), Instant::now());
    if news.is_empty() || !program.notification_settings().await.on {
        return;
    }
    for (kind, title, text) in news {
        // Before a page has said its words there are none to show.
        if title.is_empty() {
            continue;
        }
        if let Err(error) = app.notification().builder().id(kind.number()).title(title).body(text).show() {
            tracing::info!(%error, "the desktop shows no notification");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::{MenuTitles, TrayWords};

    fn words() -> NoticeWords {
        let word = str::to_owned;
        NoticeWords {
            conflicts_title: word("conflicts"),
            conflicts_text: word("look at them"),
            refused_title: word("refused"),
            refused_text: word("look at it"),
            failed_title: word("failed"),
            failed_text: word("try again"),
        }
    }

    fn dressed(screen: &str) -> Dress {
        let (titles, tray) = (MenuTitles::default(), TrayWords::default());
        Dress { title: String::new(), titles, tray, entries: Vec::new(), notices: words(), screen: screen.to_owned(), unsaved: false }
    }

    /// The titles of what is told.
    fn told(notices: &Notices, counts: [u64; 3], focused: Option<&str>) -> Vec<String> {
        let counts: Vec<(Kind, u64)> = Kind::ALL.into_iter().zip(counts).collect();
        notices.news(&counts, focused, Instant::now()).into_iter().map(|(_, title, _)| title).collect()
    }

    #[test]
    fn each_kind_is_told_in_its_own_words_and_only_what_is_new() {
        let notices = Notices::default();
        notices.dress("office", &dressed("vouchers"));
        assert!(told(&notices, [1, 1, 1], None).is_empty(), "it was there");
        assert_eq!(told(&notices, [1, 1, 2], None), ["failed"]);
        assert_eq!(told(&notices, [2, 2, 2], None), ["conflicts", "refused"]);
    }

    #[test]
    fn whoever_looks_at_the_screen_is_not_told_of_it() {
        for (screen, others) in [("conflicts", ["refused", "failed"]), ("sync", ["conflicts", "failed"]), ("mail", ["conflicts", "refused"])] {
            let notices = Notices::default();
            notices.dress("office", &dressed(screen));
            told(&notices, [0; 3], None);
            assert_eq!(told(&notices, [1; 3], Some("office")), others, "{screen}");
            assert!(told(&notices, [1; 3], None).is_empty(), "{screen}: they have seen it");
        }
    }

    #[test]
    fn a_click_is_of_the_kind_that_was_told() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.number()), Some(kind));
        }
        assert_eq!(Kind::of(0), None);
    }
}
