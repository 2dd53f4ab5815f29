//! The central server: the truth, on PostgreSQL.
//!
//! `http/` takes requests and answers them, one endpoint a file; `push/` takes operations, `feed/` gives changes, `snapshot/` all of it; `db/` has
//! one file for each table; `jobs/` is what the server does by itself, `mail/` what it writes to people. Started by [`Server::start`].

mod act;
mod address;
mod assignment;
mod books;
mod catalogue;
pub mod cli;
mod clock;
mod config;
mod credentials;
mod db;
mod delay;
mod end_of_day;
mod error;
mod feed;
mod front;
mod http;
mod identity;
mod jobs;
mod mail;
mod memory;
pub mod organisation;
mod password;
mod personal_data;
mod push;
mod reports;
mod second_factor;
pub mod seed;
mod server;
mod shop;
mod sight;
mod snapshot;
mod state;
mod token;

pub use clock::Clock;
pub use config::Config;
pub use db::{MIGRATIONS, Profile, connect, migrate};
pub use error::StartError;
pub use front::{Front, FrontConfig, LimitChange, LimitError, Limits};
pub use http::{ForwardedHeader, Forwarding, network, openapi_document, router_paths};
pub use identity::begin_epoch;
pub use jobs::{Pruned, broker::BrokerConfig};
pub use mail::MailConfig;
pub use server::{RunningServer, RunningWorker, Server};
pub use shop::{Settled, ShopConfig, StripeConfig};
pub use sight::CollectorConfig;
