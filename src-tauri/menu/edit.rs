//! The edit menu. Mac and Windows have items of their own for it; on Linux the web view is told by us, without keys: it answers those
//! by itself, and a key that the menu took would never reach a list that means something else by it.

use tauri::{AppHandle, WebviewWindow, Wry, menu::IsMenuItem};

use super::form::MenuTitles;

type Items = Vec<Box<dyn IsMenuItem<Wry>>>;

/// What the web view can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Undo,
    Redo,
    Cut,
    Copy,
    Paste,
    SelectAll,
}

const COMMANDS: [(&str, Command); 6] = [
    ("edit/undo", Command::Undo),
    ("edit/redo", Command::Redo),
    ("edit/cut", Command::Cut),
    ("edit/copy", Command::Copy),
    ("edit/paste", Command::Paste),
    ("edit/select_all", Command::SelectAll),
];

/// The command of an item; none for what the page does.
pub fn command(action: &str) -> Option<Command> {
    COMMANDS.into_iter().find(|(name, _)| *name == action).map(|(_, command)| command)
}

#[cfg(target_os = "linux")]
mod own {
    use tauri::menu::{MenuItemBuilder, PredefinedMenuItem};
    use webkit2gtk::WebViewExt as _;

    use super::{super::build::id_of, AppHandle, COMMANDS, Command, Items, MenuTitles, WebviewWindow};

    pub fn items(app: &AppHandle, label: &str, titles: &MenuTitles) -> tauri::Result<Items> {
        let words = [&titles.undo, &titles.redo, &titles.cut, &titles.copy, &titles.paste, &titles.select_all];
        let mut items: Items = Vec::new();
        for ((name, command), words) in COMMANDS.into_iter().zip(words) {
            if command == Command::Cut {
                items.push(Box::new(PredefinedMenuItem::separator(app)?));
            }
            items.push(Box::new(MenuItemBuilder::with_id(id_of(label, name), words).build(app)?));
        }
        Ok(items)
    }

    pub fn run(window: &WebviewWindow, command: Command) -> tauri::Result<()> {
        // WebKit's names.
        let name = match command {
            Command::Undo => "Undo",
            Command::Redo => "Redo",
            Command::Cut => "Cut",
            Command::Copy => "Copy",
            Command::Paste => "Paste",
            Command::SelectAll => "SelectAll",
        };
        window.with_webview(move |view| view.inner().execute_editing_command(name))
    }
}

#[cfg(not(target_os = "linux"))]
mod own {
    use tauri::menu::PredefinedMenuItem;

    use super::{AppHandle, Command, Items, MenuTitles, WebviewWindow};

    pub fn items(app: &AppHandle, _label: &str, titles: &MenuTitles) -> tauri::Result<Items> {
        Ok(vec![
            Box::new(PredefinedMenuItem::undo(app, Some(&titles.undo))?),
            Box::new(PredefinedMenuItem::redo(app, Some(&titles.redo))?),
            Box::new(PredefinedMenuItem::separator(app)?),
            Box::new(PredefinedMenuItem::cut(app, Some(&titles.cut))?),
            Box::new(PredefinedMenuItem::copy(app, Some(&titles.copy))?),
            Box::new(PredefinedMenuItem::paste(app, Some(&titles.paste))?),
            Box::new(PredefinedMenuItem::select_all(app, Some(&titles.select_all))?),
        ])
    }

    /// The system's items do it themselves.
    pub fn run(_window: &WebviewWindow, _command: Command) -> tauri::Result<()> {
        Ok(())
    }
}

pub use own::{items, run};
