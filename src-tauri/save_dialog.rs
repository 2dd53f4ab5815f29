//! Where a file goes that somebody asked for: the system's own dialog says, and no page ever passes a path.

use std::path::PathBuf;

use tauri::{Runtime, WebviewWindow};
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// In words, as the dialog shows it.
    pub name: &'static str,
    /// Without its dot.
    pub extension: &'static str,
}

/// A table of text.
pub const CSV: Kind = Kind { name: "CSV", extension: "csv" };
/// A table of Excel.
pub const XLSX: Kind = Kind { name: "Excel", extension: "xlsx" };
/// For programs.
pub const JSON: Kind = Kind { name: "JSON", extension: "json" };
/// A document to print.
pub const PDF: Kind = Kind { name: "PDF", extension: "pdf" };
/// Several files in one.
pub const ZIP: Kind = Kind { name: "ZIP", extension: "zip" };

/// Asks where to save; none where the person closed the dialog. The name has the kind's ending, whatever was typed.
pub async fn ask<R: Runtime>(window: &WebviewWindow<R>, suggested: &str, kind: Kind) -> Option<PathBuf> {
    let (tell, told) = oneshot::channel();
    let dialog = window.dialog().file().set_parent(window).set_file_name(suggested).add_filter(kind.name, &[kind.extension]);
    dialog.save_file(move |chosen| {
        // Nobody waits any more where the window was closed meanwhile.
        let _ = tell.send(chosen);
    });
    let mut path = told.await.ok()??.into_path().ok()?;
    if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(kind.extension)) {
        path.as_mut_os_string().push(format!(".{}", kind.extension));
    }
    Some(path)
}
