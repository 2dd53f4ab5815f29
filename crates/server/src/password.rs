//! Passwords: Argon2id, in threads of their own and a few at a time.

use std::sync::{Arc, OnceLock};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash};
use beadsbox_domain::Pin;
use tokio::sync::Semaphore;

use crate::error::Failure;

/// The fewest and the most characters.
pub(crate) const LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

/// What one check of a PIN takes: 64 MiB, gone over twice.
const PIN_MEMORY_KIB: u32 = 64 * 1024;
const PIN_PASSES: u32 = 2;

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

    /// What a till checks that PIN against.
    pub async fn hash_pin(&self, pin: Pin) -> Result<String, Failure> {
        self.run(move || hash_with(&for_pins()?, pin.as_str())).await?
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

/// A PIN has few digits, so each guess has to be as dear as a till can bear: see ADR 0024.
fn for_pins() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(PIN_MEMORY_KIB, PIN_PASSES, 1, None).map_err(|error| Failure::Defect(format!("parameters for PINs: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, Failure> {
    hash_with(&Argon2::default(), password)
}

fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<String, Failure> {
    let hash = argon2.hash_password(password.as_bytes());
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
