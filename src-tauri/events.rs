//! What the program tells the pages by itself.

use beadsbox_app::{Program, ProgramEvent, view};
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_specta::Event as _;

/// The status bar changed.
#[derive(Debug, Clone, Serialize, specta::Type, tauri_specta::Event)]
pub struct StatusChanged(pub view::StatusBar);

/// What a screen should load again.
#[derive(Debug, Clone, Copy, Serialize, specta::Type, tauri_specta::Event)]
pub struct DataChanged(pub view::DataChanged);

/// Language or theme changed in another window.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct PreferencesChanged(pub view::Preferences);

/// The scanner's settings changed in another window.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct ScannerChanged(pub view::ScannerSettings);

/// Somebody else works here, or the screens were locked or unlocked.
#[derive(Debug, Clone, Serialize, specta::Type, tauri_specta::Event)]
pub struct SessionChanged(pub view::SessionView);

/// An update of the program was found, or what is known of it is otherwise.
#[derive(Debug, Clone, Copy, Serialize, specta::Type, tauri_specta::Event)]
pub struct UpdateChanged {
    /// One may be installed.
    pub available: bool,
}

/// Passes the program's events on to every window, and the sync's state to the tray, until the program ends.
pub async fn forward(app: AppHandle, program: Program) {
    let mut events = program.events();
    loop {
        let sent = match events.recv().await {
            Ok(ProgramEvent::Status(status)) => {
                crate::tray::show(&app, &status);
                crate::notices::consider(&app, &program, &status).await;
                StatusChanged(*status).emit(&app)
            }
            Ok(ProgramEvent::Data(changed)) => DataChanged(changed).emit(&app),
            Ok(ProgramEvent::Preferences(preferences)) => PreferencesChanged(preferences).emit(&app),
            Ok(ProgramEvent::Scanner(settings)) => ScannerChanged(settings).emit(&app),
            Ok(ProgramEvent::Session(session)) => SessionChanged(session).emit(&app),
            // Missed some: the screens load everything again.
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                DataChanged(view::DataChanged { vouchers: true, templates: true, conflicts: true, directory: true }).emit(&app)
            }
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event did not reach the windows");
        }
    }
}
