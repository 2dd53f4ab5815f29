//! `beadsbox-server serve`

use std::time::Duration;

use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};
use tracing_subscriber::EnvFilter;

use crate::{Config, Server, error::StartError};

/// Writes the log to standard output, as JSON.
pub(super) fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_env_filter(filter).init();
}

pub(super) async fn serve(config: Config) -> Result<(), StartError> {
    log();
    // From now on: whoever finds it listening may end it.
    let ended = signalled()?;
    tokio::pin!(ended);
    let longest = config.longest_end();
    let server = tokio::select! {
        server = Server::start(config) => server?,
        _ = &mut ended => return Ok(()),
    };
    let end = until(ended, server.ended()).await;
    if end.is_err() {
        // Nothing that it is at can be finished on a database that it left; the sooner it is started again, the sooner devices are answered.
        server.kill();
        return end;
    }
    end_in_order(longest, server.stop()).await;
    end
}

/// Ends it, or leaves it as it is: a primary that was lost without a word holds its connections for as long as the network believes in them.
pub(super) async fn end_in_order(longest: Duration, stop: impl Future<Output = ()>) {
    if timeout(longest, stop).await.is_err() {
        tracing::error!("not ended in order: the database does not let go");
    }
}

/// Waits for the signal that ends the program, or until what it does ends by itself: that is an error, for whoever starts it anew.
pub(super) async fn until(ended: impl Future<Output = &'static str>, by_itself: impl Future<Output = ()>) -> Result<(), StartError> {
    let name = tokio::select! {
        name = ended => Some(name),
        () = by_itself => None,
    };
    tracing::info!(signal = name, "stopping");
    match name {
        Some(_) => Ok(()),
        None => Err(StartError::Refused("the database is another than at the start, or began a new epoch: start anew".to_owned())),
    }
}

/// Waits for the signal that ends the program, of those that come after this call.
pub(super) fn signalled() -> Result<impl Future<Output = &'static str>, StartError> {
    let refused = |error: std::io::Error| StartError::Refused(format!("signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}
