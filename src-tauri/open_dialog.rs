//! Which file somebody opens: the system's own dialog says, and no page ever passes a path.

use std::path::PathBuf;

use tauri::{Runtime, WebviewWindow};
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// In words, as the dialog shows it.
    pub name: &'static str,
    /// Without their dots.
    pub extensions: &'static [&'static str],
}

/// A table, of text or of Excel.
pub const TABLE: Kind = Kind { name: "CSV, Excel", extensions: &["csv", "tsv", "txt", "xlsx"] };

/// Asks which file; none where the person closed the dialog.
pub async fn ask<R: Runtime>(window: &WebviewWindow<R>, kind: Kind) -> Option<PathBuf> {
    let (tell, told) = oneshot::channel();
    let dialog = window.dialog().file().set_parent(window).add_filter(kind.name, kind.extensions);
    dialog.pick_file(move |chosen| {
        // Nobody waits any more where the window was closed meanwhile.
        let _ = tell.send(chosen);
    });
    told.await.ok()??.into_path().ok()
}
