//! The command line.

mod clients;
mod device;
mod epoch;
mod mail;
mod output;
mod serve;
mod shop;
mod staff;
mod worker;

use std::net::SocketAddr;

use clap::{Parser, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgPool;

use crate::{Clock, Config, books, db, error::StartError, seed};

/// The central server of My Beads Box.
#[derive(Parser)]
#[command(name = "beadsbox-server", version)]
struct Arguments {
    /// Where the database is: `postgres://user:password@host/database`; of several hosts, `one:5432,two:5432`, the primary is taken
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<SecretString>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the database up to date, as its owner
    Migrate,
    /// Serves devices until SIGTERM or SIGINT
    Serve {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:8000", env = "BEADSBOX_LISTEN")]
        listen: SocketAddr,
        /// Where a copy of the database is that reports read; without one they read the database itself
        #[arg(long, env = "DATABASE_READ_URL", hide_env_values = true)]
        database_read_url: Option<SecretString>,
        /// How many jobs to work on at once, such as mails to send; 0 leaves them to `beadsbox-server worker`
        #[arg(long, default_value_t = 2, env = "BEADSBOX_WORKERS")]
        workers: usize,
        #[command(flatten)]
        mail: mail::Arguments,
        #[command(flatten)]
        clients: clients::Clients,
    },
    /// Works at jobs, such as mails to send, until SIGTERM or SIGINT
    Worker {
        /// How many to work on at once
        #[arg(long, default_value_t = 2, env = "BEADSBOX_WORKERS")]
        workers: usize,
        #[command(flatten)]
        mail: mail::Arguments,
    },
    /// Staff members
    #[command(subcommand)]
    Staff(staff::Command),
    /// Shops
    #[command(subcommand)]
    Shop(shop::Command),
    /// Devices
    #[command(subcommand)]
    Device(device::Command),
    /// The life of the database that devices know
    #[command(subcommand)]
    Epoch(epoch::Command),
    /// Adds sample data: shops, staff, templates and 500 vouchers in every status
    Seed {
        /// Then adds vouchers without a history until there are so many, to try and measure at size
        #[arg(long)]
        vouchers: Option<u64>,
    },
}

/// Runs the program with the arguments of its command line.
pub async fn run() -> Result<(), StartError> {
    let Arguments { database_url, command } = Arguments::parse();
    let url = database_url.ok_or_else(|| StartError::Refused("name the database with --database-url or DATABASE_URL".to_owned()))?;
    match command {
        Command::Migrate => {
            db::migrate(url.expose_secret()).await?;
            books::fill(&pool(&url).await?, Clock::system().now()).await?;
            output::line("The database is up to date.")
        }
        Command::Serve { listen, database_read_url, workers, mail, clients } => {
            let config = Config { database_read_url, workers, mail: mail.config()?, least_client: clients.least(), ..Config::new(url.expose_secret(), listen) };
            serve::serve(config).await
        }
        Command::Worker { workers, mail } => worker::work(&url, workers, &mail).await,
        Command::Staff(command) => staff::run(&pool(&url).await?, command).await,
        Command::Shop(command) => shop::run(&pool(&url).await?, command).await,
        Command::Device(command) => device::run(&pool(&url).await?, command).await,
        Command::Epoch(command) => epoch::run(&pool(&url).await?, command).await,
        Command::Seed { vouchers } => {
            let (pool, clock) = (pool(&url).await?, Clock::system());
            let seeded = seed::seed(&pool, &clock).await?;
            output::line(&seeded.to_string())?;
            match vouchers {
                Some(total) => output::line(&format!("Added {} vouchers without a history.", seed::fill(&pool, &clock, total).await?)),
                None => Ok(()),
            }
        }
    }
}

async fn pool(url: &SecretString) -> Result<PgPool, StartError> {
    let pool = db::connect(url.expose_secret(), 2).await?;
    db::check_migrated(&pool).await?;
    Ok(pool)
}
