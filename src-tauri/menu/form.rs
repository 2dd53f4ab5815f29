//! What a page says of its window.

use beadsbox_app::{AppError, ErrorCode};
use serde::Deserialize;

/// More than any window has; a page that says more is broken.
const MOST_ENTRIES: usize = 200;
/// Characters of any words.
const LONGEST: usize = 300;

/// What a window is called, what stands in its menu, and what notifications and the tray say, in the language that is spoken.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct Dress {
    /// The window's own.
    pub title: String,
    pub titles: MenuTitles,
    pub tray: TrayWords,
    pub entries: Vec<MenuEntry>,
    pub notices: NoticeWords,
    /// The screen that is open.
    pub screen: String,
    /// Text stands there that nobody has saved: the window asks before it goes.
    pub unsaved: bool,
}

/// The words of the bar, and of what every menu has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct MenuTitles {
    pub file: String,
    pub edit: String,
    pub view: String,
    pub go: String,
    pub help: String,
    pub undo: String,
    pub redo: String,
    pub cut: String,
    pub copy: String,
    pub paste: String,
    pub select_all: String,
    pub close: String,
    pub quit: String,
}

impl Default for MenuTitles {
    /// Until the first page has said more.
    fn default() -> Self {
        let word = str::to_owned;
        Self {
            file: word("File"),
            edit: word("Edit"),
            view: word("View"),
            go: word("Go"),
            help: word("Help"),
            undo: word("Undo"),
            redo: word("Redo"),
            cut: word("Cut"),
            copy: word("Copy"),
            paste: word("Paste"),
            select_all: word("Select all"),
            close: word("Close"),
            quit: word("Quit"),
        }
    }
}

/// What the icon in the tray says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct TrayWords {
    pub open: String,
    pub quit: String,
    pub online: String,
    pub offline: String,
}

impl Default for TrayWords {
    /// Until the first page has said more.
    fn default() -> Self {
        let word = str::to_owned;
        Self { open: word("My Beads Box"), quit: word("Quit / Quitter"), online: word("Online"), offline: word("Offline") }
    }
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Do,
    View,
    Go,
    Help,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct MenuEntry {
    pub id: String,
    pub words: String,
    pub group: Group,
    /// Its keys, as the system's menus name them.
    pub accelerator: Option<String>,
    pub enabled: bool,
    /// A line stands before it.
    pub apart: bool,
}

/// What notifications say. No person, code or sum is ever in them: a locked screen shows them too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, specta::Type)]
pub struct NoticeWords {
    pub conflicts_title: String,
    pub conflicts_text: String,
    pub refused_title: String,
    pub refused_text: String,
    pub failed_title: String,
    pub failed_text: String,
}

impl Dress {
    /// Holds what a page says within bounds.
    pub fn check(&self) -> Result<(), AppError> {
        let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let short = |text: &str| text.chars().count() <= LONGEST;
        let (titles, notices, tray) = (&self.titles, &self.notices, &self.tray);
        let words = [&titles.file, &titles.edit, &titles.view, &titles.go, &titles.help, &titles.undo, &titles.redo, &titles.cut, &titles.copy];
        let more = [&titles.paste, &titles.select_all, &titles.close, &titles.quit, &self.screen, &notices.conflicts_title, &notices.conflicts_text];
        let fits = self.entries.len() <= MOST_ENTRIES
            && words
                .into_iter()
                .chain(more)
                .chain([&notices.refused_title, &notices.refused_text, &notices.failed_title, &notices.failed_text])
                .chain([&self.title, &tray.open, &tray.quit, &tray.online, &tray.offline])
                .all(|text| short(text))
            && self
                .entries
                .iter()
                .all(|entry| is_id(&entry.id) && short(&entry.id) && short(&entry.words) && entry.accelerator.as_deref().is_none_or(short));
        if fits { Ok(()) } else { Err(AppError::new(ErrorCode::InvalidInput, "a menu out of bounds")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dress(entries: Vec<MenuEntry>) -> Dress {
        let (titles, tray, notices) = (MenuTitles::default(), TrayWords::default(), NoticeWords::default());
        Dress { title: "My Beads Box – Office".to_owned(), titles, tray, entries, notices, screen: "vouchers".to_owned(), unsaved: false }
    }

    fn entry(id: &str) -> MenuEntry {
        MenuEntry { id: id.to_owned(), words: "Vouchers".to_owned(), group: Group::Go, accelerator: None, enabled: true, apart: false }
    }

    #[test]
    fn a_page_stays_within_bounds() {
        assert!(dress(vec![entry("go_vouchers"), entry("report_vat")]).check().is_ok());
        for id in ["", "office:quit", "edit/copy", "Go", &"x".repeat(301)] {
            assert!(dress(vec![entry(id)]).check().is_err(), "{id}");
        }
        assert!(dress(vec![entry("a"); 201]).check().is_err());
        assert!(dress(vec![MenuEntry { words: "x".repeat(301), ..entry("a") }]).check().is_err());
        assert!(Dress { title: "x".repeat(301), ..dress(vec![]) }.check().is_err());
        assert!(Dress { tray: TrayWords { open: "x".repeat(301), ..TrayWords::default() }, ..dress(vec![]) }.check().is_err());
    }
}
