//! A port: takes connections, bounds each of them, and ends them in order.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, http::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
    task::JoinSet,
    time::sleep,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::forwarded::Peer;
use crate::{front::Limits, state::App};

/// How long to wait where the system gives no more connections.
const PAUSE: Duration = Duration::from_secs(1);
/// How many bytes of a conversation wait in memory, each way: an answer that is written while it is sent is written no further ahead.
/// Longer than any head may be.
const MOST_BUFFERED: usize = 128 * 1024;

/// Serves that port until the program is to end, and then what has begun. Dropped, it cuts every connection.
pub(crate) async fn serve(listener: TcpListener, router: Router, app: App) {
    let mut connections = JoinSet::new();
    loop {
        let next = tokio::select! {
            () = app.stopped() => break,
            Some(_) = connections.join_next() => continue,
            next = accept(&listener, &app) => next,
        };
        match next {
            Ok((stream, peer, place)) => {
                let (router, app) = (router.clone(), app.clone());
                connections.spawn(async move {
                    converse(stream, peer, router, &app).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, front = app.front.name(), "a connection could not be taken");
                tokio::select! {
                    () = app.stopped() => break,
                    () = sleep(PAUSE) => {}
                }
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, app: &App) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(&app.sockets).acquire_owned().await.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Ok((stream, peer, place)),
            // Whoever called has hung up already.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused) => {}
            Err(error) => return Err(error),
        }
    }
}

/// One connection, to its end.
async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, app: &App) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection without TCP_NODELAY");
    }
    let asked = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&asked);
    let service = service_fn(move |request: Request<Incoming>| {
        seen.store(true, Ordering::Relaxed);
        answer(router.clone(), request, peer)
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(seconds(app.limits.write_seconds)));
    let mut connection = pin!(bounded(&app.limits).serve_connection(TokioIo::new(Box::pin(stream)), service));
    let mut first = pin!(sleep(seconds(app.limits.header_seconds)));
    let mut waits = true;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                }
                return;
            }
            () = first.as_mut(), if waits => {
                waits = false;
                if !asked.load(Ordering::Relaxed) {
                    return;
                }
            }
            () = app.stopped() => break,
        }
    }
    // What has begun is answered; a connection without a request ends at once.
    connection.as_mut().graceful_shutdown();
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection broke at the end");
    }
}

async fn answer(router: Router, mut request: Request<Incoming>, peer: SocketAddr) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(Peer(peer.ip()));
    router.oneshot(request.map(Body::new)).await
}

/// HTTP/1 within these bounds. A head that is too long or has too many headers is answered 431.
fn bounded(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .max_buf_size(MOST_BUFFERED)
        // It counts from the end of the answer before, so it ends idle connections as well.
        .header_read_timeout(seconds(limits.idle_seconds))
        .max_headers(usize::try_from(limits.headers).unwrap_or(usize::MAX))
        .max_header_size(usize::try_from(limits.header_bytes).unwrap_or(usize::MAX));
    builder
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}
