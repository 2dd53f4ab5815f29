//! The centre: a database, the servers on it, and the shop, staff and codes that tills need.

use std::path::Path;

use beadsbox_testkit::{ServerProgram, TestDatabase};
use sqlx::PgPool;

pub(super) const SHOP: &str = "Montmartre";
pub(super) const PERSON: &str = "Bruno";
pub(super) const PASSWORD: &str = "honey and amber 7";
/// So that a till whose answer does not come withdraws the dearer of the two templates, and honours the other.
const LIMITS: &str = r#"{"offline": {"highest_value_minor": 20000, "most_redemptions": 100000, "most_value_minor": 1000000000, "most_hours_since_sync": 72}}"#;

/// The database, and the program of its servers.
pub(super) struct Centre {
    database: TestDatabase,
    pub(super) program: ServerProgram,
}

impl Centre {
    /// A new one, with a shop and somebody who works there.
    pub(super) async fn open(program: &Path) -> anyhow::Result<Self> {
        let database = TestDatabase::create().await;
        let centre = Self { program: ServerProgram::new(program, &database), database };
        centre.program.run(&["shop", "add", SHOP], "").await?;
        centre.program.run(&["staff", "add", PERSON, "--role", "back_office", "--password-stdin"], PASSWORD).await?;
        let pool = centre.pool();
        sqlx::query("UPDATE settings SET policy = policy || $1::jsonb, row_version = row_version + 1")
            .bind(LIMITS)
            .execute(&pool)
            .await?;
        sqlx::query("INSERT INTO change_inbox (kind, entity_id) VALUES ('settings', '00000000-0000-0000-0000-000000000000')")
            .execute(&pool)
            .await?;
        Ok(centre)
    }

    /// Connections as the owner.
    pub(super) fn pool(&self) -> PgPool {
        self.database.pool()
    }
}
