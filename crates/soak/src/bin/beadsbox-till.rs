//! A till without a window: opens, sells and redeems at random, until it is told to close or dies.

use std::process::ExitCode;

use beadsbox_soak::till::{self, Arguments};
use clap::Parser as _;

fn main() -> std::io::Result<ExitCode> {
    // What it tells goes to the standard output, where somebody writes it down; its log must not come between.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .init();
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(till::run(Arguments::parse()));
    // Whoever still reads the standard input would be waited for.
    runtime.shutdown_background();
    if let Err(error) = &ended {
        tracing::error!(%error, "the till ends");
    }
    Ok(if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
