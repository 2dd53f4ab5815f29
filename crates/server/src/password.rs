//! Passwords: Argon2id, in threads of their own and a few at a time.

use std::sync::{Arc, OnceLock};

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::error::Failure;

/// The fewest and the most characters.
pub(crate) const LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

/// Hashes and checks passwords. Each takes 19 MiB and tens of milliseconds, so only as many run at once as there are cores.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores)) }
    }
}

impl Passwords {
    /// The hash to keep.
    pub async fn hash(&self, password: String) -> Result<String, Failure> {
        self.run(move || hash(&password)).await?
    }

    /// Whether the password fits. Where nobody has the name (`kept` is none) it takes as long and says no.
    pub async fn fits(&self, password: String, kept: Option<String>) -> Result<bool, Failure> {
        self.run(move || {
            let known = kept.is_some();
            let kept = match kept {
                Some(kept) => kept,
                None => hash_of_nobody()?.to_owned(),
            };
            let kept = PasswordHash::new(&kept).map_err(|error| Failure::Defect(format!("a password's hash is damaged: {error}")))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok() && known)
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        // The semaphore is never closed.
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let result = tokio::task::spawn_blocking(work).await;
        drop(turn);
        result.map_err(|error| Failure::Defect(format!("hashing a password failed: {error}")))
    }
}

fn hash(password: &str) -> Result<String, Failure> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Failure::Defect(format!("hashing a password failed: {error}")))
}

fn hash_of_nobody() -> Result<&'static str, Failure> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let made = hash("nobody's password")?;
    Ok(HASH.get_or_init(|| made))
}
