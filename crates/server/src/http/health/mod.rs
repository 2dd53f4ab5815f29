//! For whoever watches the process.
pub mod live;
pub mod ready;

/// Whether that path is one of those.
pub(super) fn is_asked(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}
