//! The windows: `start` before somebody signs in, then `counter` or `office`.

use beadsbox_app::Program;
use beadsbox_domain::Role;
use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::{
    menu::Menus,
    unsaved::{self, Leaving, Unsaved},
    zoom::Zoom,
};

/// A window; its label is also the name of its capability file and of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Start,
    Counter,
    Office,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Start, Self::Counter, Self::Office];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Counter => "counter",
            Self::Office => "office",
        }
    }

    const fn size(self) -> (f64, f64) {
        match self {
            Self::Start => (920.0, 640.0),
            Self::Counter => (1180.0, 800.0),
            Self::Office => (1360.0, 860.0),
        }
    }

    /// The window that a role works in.
    pub const fn of_role(role: Role) -> Self {
        match role {
            Role::Counter => Self::Counter,
            Role::BackOffice | Role::Admin => Self::Office,
        }
    }
}

/// What the shell remembers of a window.
pub fn remembered() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED
}

/// Opens the window, or brings it to the front.
pub fn open(app: &AppHandle, kind: Kind) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(kind.label()) {
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    let (width, height) = kind.size();
    let mut builder = WebviewWindowBuilder::new(app, kind.label(), WebviewUrl::App(format!("{}.html", kind.label()).into()))
        // Until its page says more, in the language that is spoken.
        .title("My Beads Box")
        .inner_size(width, height)
        .min_inner_size(760.0, 560.0)
        .center();
    if kind != Kind::Start {
        match app.state::<Menus>().begin(app, kind.label()) {
            Ok(menu) => builder = builder.menu(menu),
            // Everything in it is in the palette as well.
            Err(error) => tracing::warn!(%error, window = kind.label(), "the window has no menu"),
        }
    }
    app.state::<Zoom>().apply_to(&builder.build()?)
}

/// Closes every window but this one.
pub fn close_others(app: &AppHandle, kept: Kind) {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != kept) {
        if let Some(window) = app.get_webview_window(kind.label())
            && let Err(error) = window.destroy()
        {
            tracing::warn!(%error, window = kind.label(), "a window did not close");
        }
    }
}

/// Brings whatever is open to the front: a second copy was started, or the tray was clicked.
pub fn show_front(app: &AppHandle) {
    let open_one = [Kind::Office, Kind::Counter, Kind::Start].into_iter().find(|kind| app.get_webview_window(kind.label()).is_some());
    if let Err(error) = open(app, open_one.unwrap_or(Kind::Start)) {
        tracing::warn!(%error, "no window came to the front");
    }
}

/// The last window that is closed ends the program. What was recorded is on disk already; the rest is sent at the next start.
pub fn on_event(window: &Window, event: &WindowEvent) {
    #[cfg(target_os = "macos")]
    if matches!(event, WindowEvent::Focused(true)) {
        window.state::<Menus>().bring_to_front(window.app_handle(), window.label());
    }
    if let WindowEvent::CloseRequested { api, .. } = event
        && unsaved::asks(window.app_handle(), window.label(), Leaving::Close)
    {
        api.prevent_close();
    }
    if !matches!(event, WindowEvent::Destroyed) {
        return;
    }
    window.state::<Menus>().end(window.label());
    window.state::<crate::notices::Notices>().forget_screen(window.label());
    window.state::<Unsaved>().note(window.label(), false);
    if window.app_handle().webview_windows().is_empty() {
        if let Some(program) = window.try_state::<Program>() {
            program.close();
        }
        window.app_handle().exit(0);
    }
}
