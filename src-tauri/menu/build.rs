//! Builds a window's menu, and changes of it only what is otherwise: a bar that is made anew jumps.

use tauri::{
    AppHandle, Wry,
    menu::{IsMenuItem, Menu, MenuItem, MenuItemBuilder, PredefinedMenuItem, Submenu},
};

use super::{
    edit,
    form::{Dress, Group, MenuEntry, MenuTitles},
};

/// Closes the window.
pub const CLOSE: &str = "window/close";
/// Ends the program.
pub const QUIT: &str = "window/quit";

/// The menu of one window.
pub struct Bar {
    pub menu: Menu<Wry>,
    file: Submenu<Wry>,
    edit: Submenu<Wry>,
    view: Submenu<Wry>,
    go: Submenu<Wry>,
    help: Submenu<Wry>,
    titles: MenuTitles,
    shown: Vec<(MenuEntry, MenuItem<Wry>)>,
}

impl Bar {
    /// A bar without the page's entries.
    pub fn new(app: &AppHandle, label: &str, titles: &MenuTitles) -> tauri::Result<Self> {
        let submenu = |text: &str| Submenu::new(app, text, true);
        let (file, edit, view) = (submenu(&titles.file)?, submenu(&titles.edit)?, submenu(&titles.view)?);
        let (go, help) = (submenu(&titles.go)?, submenu(&titles.help)?);
        let menu = Menu::with_items(app, &[&file, &edit, &view, &go, &help])?;
        let bar = Self { menu, file, edit, view, go, help, titles: titles.clone(), shown: Vec::new() };
        bar.fill_fixed(app, label)?;
        Ok(bar)
    }

    /// Whether its titles are those.
    pub fn is_called(&self, titles: &MenuTitles) -> bool {
        self.titles == *titles
    }

    /// Shows what the page says, under the same titles.
    pub fn show(&mut self, app: &AppHandle, label: &str, dress: Dress) -> tauri::Result<()> {
        if self.says_otherwise(&dress) {
            self.rebuild(app, label, dress.entries)
        } else {
            for ((shown, item), entry) in self.shown.iter_mut().zip(dress.entries) {
                if shown.enabled != entry.enabled {
                    item.set_enabled(entry.enabled)?;
                    *shown = entry;
                }
            }
            Ok(())
        }
    }

    /// Whether more than what can be chosen is otherwise.
    fn says_otherwise(&self, dress: &Dress) -> bool {
        let same = |(shown, _): &(MenuEntry, MenuItem<Wry>), entry: &MenuEntry| MenuEntry { enabled: entry.enabled, ..shown.clone() } == *entry;
        self.shown.len() != dress.entries.len() || !self.shown.iter().zip(&dress.entries).all(|(shown, entry)| same(shown, entry))
    }

    fn rebuild(&mut self, app: &AppHandle, label: &str, entries: Vec<MenuEntry>) -> tauri::Result<()> {
        for submenu in [&self.file, &self.edit, &self.view, &self.go, &self.help] {
            while !submenu.items()?.is_empty() {
                submenu.remove_at(0)?;
            }
        }
        self.shown.clear();
        for entry in entries {
            let submenu = self.submenu(entry.group);
            if entry.apart && !submenu.items()?.is_empty() {
                submenu.append(&PredefinedMenuItem::separator(app)?)?;
            }
            let item = item_of(app, label, &entry)?;
            submenu.append(&item)?;
            self.shown.push((entry, item));
        }
        self.fill_fixed(app, label)
    }

    const fn submenu(&self, group: Group) -> &Submenu<Wry> {
        match group {
            Group::Do => &self.file,
            Group::View => &self.view,
            Group::Go => &self.go,
            Group::Help => &self.help,
        }
    }

    /// What every window's menu has: the edit menu, and the end of the file menu.
    fn fill_fixed(&self, app: &AppHandle, label: &str) -> tauri::Result<()> {
        for item in edit::items(app, label, &self.titles)? {
            self.edit.append(item.as_ref())?;
        }
        if !self.file.items()?.is_empty() {
            self.file.append(&PredefinedMenuItem::separator(app)?)?;
        }
        let close = MenuItemBuilder::with_id(id_of(label, CLOSE), &self.titles.close).build(app)?;
        let quit = MenuItemBuilder::with_id(id_of(label, QUIT), &self.titles.quit).build(app)?;
        self.file.append_items(&[&close as &dyn IsMenuItem<Wry>, &quit])
    }
}

/// The id of an item: the window's label and what it does.
pub fn id_of(label: &str, action: &str) -> String {
    format!("{label}:{action}")
}

/// An item with its keys; where the system has no such keys, without.
fn item_of(app: &AppHandle, label: &str, entry: &MenuEntry) -> tauri::Result<MenuItem<Wry>> {
    let item = || MenuItemBuilder::with_id(id_of(label, &entry.id), &entry.words).enabled(entry.enabled);
    let with_keys = entry.accelerator.as_deref().map(|keys| item().accelerator(keys).build(app));
    match with_keys {
        Some(Ok(item)) => Ok(item),
        Some(Err(error)) => {
            tracing::debug!(%error, "an entry of the menu has no keys here");
            item().build(app)
        }
        None => item().build(app),
    }
}
