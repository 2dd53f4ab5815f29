//! `beadsbox-server serve`

use std::time::Duration;

use beadsbox_faults::Faults;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{Config, Server, error::StartError, sight};

/// Writes the log to standard output, as JSON, and tells that project at Sentry of errors in it, and of panics, as long as what it answers lives.
pub(super) fn log(project: Option<&SecretString>) -> Result<Option<Faults>, StartError> {
    let current = || sight::current().map(|trace| (trace.id(), trace.span()));
    let tell = |project: &SecretString| beadsbox_faults::tell(project.expose_secret(), beadsbox_protocol::VERSION, current);
    let faults = project.map(tell).transpose().map_err(|error| StartError::Refused(format!("SENTRY_DSN: {error}")))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    tracing_subscriber::registry().with(filter).with(lines).with(faults.is_some().then(beadsbox_faults::watch)).init();
    Ok(faults)
}

pub(super) async fn serve(config: Config) -> Result<(), StartError> {
    let _faults = log(config.faults.as_ref())?;
    // From now on: whoever finds it listening may end it.
    let ended = signalled()?;
    tokio::pin!(ended);
    let longest = config.longest_end();
    let server = tokio::select! {
        server = Server::start(config) => server?,
        _ = &mut ended => return Ok(()),
    };
    let end = until(ended, server.ended()).await;
    match end {
        Ok(()) => end_in_order(longest, server.stop()).await,
        // The sooner it is started again, the sooner devices are answered.
        Err(_) => end_in_order(longest, server.leave_database()).await,
    }
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
