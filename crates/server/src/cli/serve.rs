//! `beadsbox-server serve`

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::{Config, Server, error::StartError};

pub(super) async fn serve(config: Config) -> Result<(), StartError> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_env_filter(filter).init();
    // From now on: whoever finds it listening may end it.
    let ended = signalled()?;
    tokio::pin!(ended);
    let server = tokio::select! {
        server = Server::start(config) => server?,
        _ = &mut ended => return Ok(()),
    };
    let name = tokio::select! {
        name = ended => Some(name),
        () = server.ended() => None,
    };
    tracing::info!(signal = name, "stopping");
    server.stop().await;
    match name {
        Some(_) => Ok(()),
        None => Err(StartError::Refused("the database is another than at the start, or began a new epoch: start anew".to_owned())),
    }
}

/// Waits for the signal that ends the program, of those that come after this call.
fn signalled() -> Result<impl Future<Output = &'static str>, StartError> {
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
