//! The command line.

mod broker;
mod device;
mod epoch;
mod mail;
mod output;
mod pay;
mod serve;
mod shop;
mod shop_page;
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
    /// Where the database is: `postgres://user:password@host/database`
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
        #[command(flatten)]
        work: worker::WorkArguments,
        #[command(flatten)]
        mail: mail::Arguments,
        #[command(flatten)]
        broker: broker::BrokerArguments,
        #[command(flatten)]
        pay: pay::PaymentArguments,
    },
    /// Works at jobs, such as mails to send, until SIGTERM or SIGINT
    Worker {
        #[command(flatten)]
        work: worker::WorkArguments,
        #[command(flatten)]
        mail: mail::Arguments,
        #[command(flatten)]
        broker: broker::BrokerArguments,
    },
    /// Staff members
    #[command(subcommand)]
    Staff(staff::Command),
    /// Shops
    #[command(subcommand)]
    Shop(shop::Command),
    /// The shop page at `/vouchers/`
    #[command(subcommand)]
    ShopPage(shop_page::Command),
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
        Command::Serve { listen, database_read_url, work, mail, broker, pay } => {
            let config = work.config(Config::new(url.expose_secret(), listen));
            serve::serve(Config { database_read_url, mail: mail.config()?, broker: broker.config(), shop: pay.config()?, ..config }).await
        }
        Command::Worker { work, mail, broker } => worker::work(&url, &work, &mail, &broker).await,
        Command::Staff(command) => staff::run(&pool(&url).await?, command).await,
        Command::Shop(command) => shop::run(&pool(&url).await?, command).await,
        Command::ShopPage(command) => shop_page::run(&pool(&url).await?, command).await,
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
