//! A till without a window: opens, sells and redeems at random, until it is told to close or dies.

use std::process::ExitCode;

use beadsbox_soak::till::{self, Arguments};
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    // What it tells goes to the standard output, where somebody writes it down; its log must not come between.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .init();
    match till::run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the till ends");
            ExitCode::FAILURE
        }
    }
}
