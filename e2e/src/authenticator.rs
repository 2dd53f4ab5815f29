//! An authenticator app on a telephone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use totp_rs::{Builder, Secret, Totp};

/// The app, after it scanned a QR code.
pub struct Authenticator {
    totp: Totp,
    /// The step of the last code: none counts twice.
    used: u64,
}

impl Authenticator {
    /// Scans what the QR code says.
    pub fn scan(url: &str) -> anyhow::Result<Self> {
        let secret = url.split_once("secret=").context("no secret")?.1;
        let secret = secret.split('&').next().unwrap_or_default();
        Ok(Self { totp: Builder::new().with_secret(Secret::try_from_base32(secret)?).build()?, used: 0 })
    }

    /// The next code that was not used yet: of the present step, or of the next, which the server takes a step early. Waits where both were.
    pub async fn code(&mut self) -> anyhow::Result<String> {
        loop {
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / self.totp.step();
            let next = now.max(self.used + 1);
            if next <= now + 1 {
                self.used = next;
                return Ok(self.totp.generate(next * self.totp.step()).to_string());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
