//! A file in the place of a keyring, for kiosks and tests: whoever can read it can read everything, so it is asked for by name.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::PathBuf,
};

use zeroize::Zeroizing;

use super::{Secrets, SecretsError};

/// A key file that only its owner may read.
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The file at that path; it need not exist yet.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn failed(&self, detail: &std::io::Error) -> SecretsError {
        SecretsError::File { path: self.path.clone(), detail: detail.to_string() }
    }

    fn write_beside(&self, secret: &[u8]) -> std::io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(secret)?;
        file.sync_all()?;
        // Whole or not at all: a cut key would lock the outbox for good.
        fs::rename(&beside, &self.path)?;
        match self.path.parent() {
            Some(folder) if cfg!(unix) => fs::File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    }
}

impl Secrets for KeyFile {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SecretsError> {
        match fs::read(&self.path) {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn save(&self, secret: &[u8]) -> Result<(), SecretsError> {
        self.write_beside(secret).map_err(|error| self.failed(&error))
    }
}
