//! What the updater says, as the screen gets it.

use beadsbox_app::{AppError, ErrorCode};
use tauri_plugin_updater::Error;

/// When the server was asked what there is.
#[expect(clippy::needless_pass_by_value, reason = "it maps an error")]
pub fn asking(error: Error) -> AppError {
    let code = match &error {
        Error::InsecureTransportProtocol => ErrorCode::InsecureAddress,
        _ => ErrorCode::UpdateServerDown,
    };
    AppError::new(code, error.to_string())
}

/// When the package was loaded, and its signature looked at.
#[expect(clippy::needless_pass_by_value, reason = "it maps an error")]
pub fn loading(error: Error) -> AppError {
    let code = match &error {
        Error::Reqwest(_) | Error::Network(_) | Error::Io(_) | Error::Http(_) => ErrorCode::UpdateServerDown,
        // Whatever else is said of a package that is here is said of its signature.
        _ => ErrorCode::UpdateNotGenuine,
    };
    AppError::new(code, error.to_string())
}

/// When the system installed it.
#[expect(clippy::needless_pass_by_value, reason = "it maps an error")]
pub fn installing(error: Error) -> AppError {
    AppError::new(ErrorCode::UpdateFailed, error.to_string())
}
