//! `beadsbox-server epoch`

use sqlx::PgPool;

use super::output::line;
use crate::{error::StartError, identity};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Begins a new epoch: after the database went back in time in a way that PostgreSQL does not tell. End every server first
    New {
        /// What happened, for whoever reads the history later
        #[arg(long, default_value = "by hand")]
        reason: String,
    },
}

pub(super) async fn run(pool: &PgPool, command: Command) -> Result<(), StartError> {
    let Command::New { reason } = command;
    line(&identity::begin_epoch(pool, &reason).await?.to_string())
}
