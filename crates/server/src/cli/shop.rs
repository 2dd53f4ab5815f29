//! `beadsbox-server shop`

use sqlx::PgPool;

use super::output::line;
use crate::{db, error::StartError, organisation};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Adds a shop
    Add {
        /// Its name
        name: String,
        /// IANA name of its time zone
        #[arg(long, default_value = "Europe/Paris")]
        time_zone: String,
    },
    /// Lists the shops
    List,
}

pub(super) async fn run(pool: &PgPool, command: Command) -> Result<(), StartError> {
    match command {
        Command::Add { name, time_zone } => {
            let shop = organisation::add_shop(pool, &name, &time_zone).await?;
            line(&format!("{} {}", shop.id, shop.name))
        }
        Command::List => {
            for shop in db::shop::all(&mut *pool.acquire().await?).await? {
                line(&format!("{} {} ({})", shop.id, shop.name, shop.time_zone))?;
            }
            Ok(())
        }
    }
}
