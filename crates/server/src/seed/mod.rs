//! Sample data.

use sqlx::PgPool;

use crate::{Clock, error::StartError};

/// What was seeded.
pub struct Seeded;

impl std::fmt::Display for Seeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("")
    }
}

/// Adds sample data.
pub async fn seed(_pool: &PgPool, _clock: &Clock) -> Result<Seeded, StartError> {
    Ok(Seeded)
}
