//! What the use cases need of the machine, and nothing else.

pub(crate) mod drives;
mod key_file;
mod keyring_secrets;
mod system;

use std::{path::PathBuf, sync::Arc, time::Duration};

use beadsbox_domain::Timestamp;
use zeroize::Zeroizing;

pub use key_file::KeyFile;
pub use keyring_secrets::Keyring;
pub use system::{SystemClock, SystemRandom};

/// Two clocks: the one on the wall, which people set, and one that only runs.
pub trait Clock: Send + Sync {
    /// What the wall clock says.
    fn now(&self) -> Timestamp;
    /// Time since some moment of this run; it goes on while the wall clock is turned.
    fn running(&self) -> Duration;
}

/// Bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// Where secrets live.
pub trait Secrets: Send + Sync {
    /// The secret; none if it was never saved.
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SecretsError>;
    /// Keeps it, in the place of the one before.
    fn save(&self, secret: &[u8]) -> Result<(), SecretsError>;
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// This machine has no keyring.
    #[error("no keyring: {0}")]
    Absent(String),
    /// There is one, but it is locked or said no.
    #[error("the keyring is locked: {0}")]
    Locked(String),
    /// What it holds is not what this program saved.
    #[error("the keyring holds something else: {0}")]
    Unreadable(String),
    /// The key file cannot be read or written.
    #[error("the key file {path}: {detail}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
}

/// The machine.
#[derive(Clone)]
pub struct Host {
    /// Its clocks.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub random: Arc<dyn Random>,
    /// Its keyring.
    pub secrets: Arc<dyn Secrets>,
    /// Where the files go.
    pub data_dir: PathBuf,
    /// A private certificate authority (PEM), besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How long a till waits for the server's word on a redemption.
    pub ask_limit: Duration,
}

/// How long a till waits by default.
pub const ASK_LIMIT: Duration = Duration::from_millis(800);

impl Host {
    /// Random bytes.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A new id, in the order of time.
    pub fn new_id(&self) -> uuid::Uuid {
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random_bytes()).into_uuid()
    }
}
