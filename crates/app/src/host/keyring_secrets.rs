//! The system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use std::path::Path;

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::{Secrets, SecretsError};

const SERVICE: &str = "com.mybeadsbox.desktop";

/// One entry of the keyring.
pub struct Keyring {
    user: String,
}

impl Keyring {
    /// The entry for the files in that folder: two data folders on one machine are two devices.
    pub fn for_folder(folder: &Path) -> Self {
        Self { user: format!("device files in {}", folder.display()) }
    }

    fn entry(&self) -> Result<Entry, SecretsError> {
        Entry::new(SERVICE, &self.user).map_err(translate)
    }
}

impl Secrets for Keyring {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SecretsError> {
        match self.entry()?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(translate(error)),
        }
    }

    fn save(&self, secret: &[u8]) -> Result<(), SecretsError> {
        self.entry()?.set_secret(secret).map_err(translate)
    }
}

fn translate(error: Error) -> SecretsError {
    match error {
        Error::NoStorageAccess(cause) => SecretsError::Locked(cause.to_string()),
        Error::BadEncoding(_) | Error::Ambiguous(_) => SecretsError::Unreadable(error.to_string()),
        other => SecretsError::Absent(other.to_string()),
    }
}
