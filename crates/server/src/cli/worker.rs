//! `beadsbox-server worker`

use std::net::{Ipv4Addr, SocketAddr};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    mail::Arguments,
    serve::{log, signalled, until},
};
use crate::{Config, Server, error::StartError};

/// What a worker needs beside one connection for each job: one to look, and one to spare.
const MORE_CONNECTIONS: u32 = 2;

pub(super) async fn work(url: &SecretString, workers: usize, metrics_listen: Option<SocketAddr>, mail: &Arguments) -> Result<(), StartError> {
    log();
    let ended = signalled()?;
    tokio::pin!(ended);
    // It listens nowhere.
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let connections = u32::try_from(workers.max(1)).unwrap_or(u32::MAX).saturating_add(MORE_CONNECTIONS);
    let config = Config { workers, metrics_listen, mail: mail.config()?, database_connections: connections, ..Config::new(url.expose_secret(), nowhere) };
    let worker = tokio::select! {
        worker = Server::start_worker(config) => worker?,
        _ = &mut ended => return Ok(()),
    };
    let end = until(ended, worker.ended()).await;
    worker.stop().await;
    end
}
