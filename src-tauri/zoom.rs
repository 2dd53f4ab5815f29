//! How large everything is drawn, in every window alike.

use std::sync::atomic::{AtomicU16, Ordering};

use tauri::{AppHandle, Manager as _, WebviewWindow};

/// In hundredths, as it was last chosen or remembered.
pub struct Zoom(AtomicU16);

impl Default for Zoom {
    fn default() -> Self {
        Self(AtomicU16::new(100))
    }
}

impl Zoom {
    /// Draws every window so large, and those that open later.
    pub fn set(&self, app: &AppHandle, hundredths: u16) {
        self.0.store(hundredths, Ordering::Release);
        for window in app.webview_windows().into_values() {
            if let Err(error) = self.apply_to(&window) {
                tracing::warn!(%error, "a window keeps its size of letters");
            }
        }
    }

    /// Draws that window as large as all.
    pub fn apply_to(&self, window: &WebviewWindow) -> tauri::Result<()> {
        window.set_zoom(f64::from(self.0.load(Ordering::Acquire)) / 100.0)
    }
}
