//! A running server: its socket, its tasks, and how it ends.

use std::{net::SocketAddr, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

use crate::{books, config::Config, db, error::StartError, feed, http, identity, jobs, push, state::App};

/// How long requests and jobs may still take when the server ends.
const LAST_ORDERS: Duration = Duration::from_secs(30);

/// The central server.
pub struct Server;

impl Server {
    /// Starts to listen and to work. The database must be migrated.
    pub async fn start(config: Config) -> Result<RunningServer, StartError> {
        let pool = db::connect(config.database_url.expose_secret(), config.database_connections).await?;
        db::check_migrated(&pool).await?;
        books::fill(&pool, config.clock.now()).await?;
        let read_pool = match &config.database_read_url {
            Some(url) => db::connect_later(url.expose_secret(), config.report_connections)?,
            None => pool.clone(),
        };
        let identity = identity::load_or_create(&mut *pool.acquire().await?, config.clock.now()).await?;
        let listener = TcpListener::bind(config.listen).await.map_err(|source| StartError::Listen { address: config.listen, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: config.listen, source })?;
        let app = App::new(pool, read_pool, identity, config);

        let stopped = app.clone();
        let service = http::router(app.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(async move { stopped.stopped().await }).await });
        let tasks = vec![
            tokio::spawn(feed::listen(app.clone())),
            tokio::spawn(jobs::sequence(app.clone())),
            tokio::spawn(jobs::expire(app.clone())),
            tokio::spawn(jobs::forget(app.clone())),
            tokio::spawn(jobs::decide_held(app.clone())),
            tokio::spawn(jobs::put_sums_together(app.clone())),
            tokio::spawn(jobs::keep_buyers_no_longer(app.clone())),
        ];
        tracing::info!(%address, epoch = %app.identity.epoch, "serving");
        Ok(RunningServer { address, app, serving, tasks })
    }
}

/// A server that serves until it is stopped. Dropped without [`RunningServer::stop`], it goes on.
pub struct RunningServer {
    address: SocketAddr,
    app: App,
    serving: JoinHandle<std::io::Result<()>>,
    tasks: Vec<JoinHandle<()>>,
}

impl RunningServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its root, `http://…` without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The server's epoch.
    pub fn epoch(&self) -> uuid::Uuid {
        self.app.identity.epoch
    }

    /// Resolves when it ends by itself: its database is another than at the start.
    pub async fn ended(&self) {
        self.app.stopped().await;
    }

    /// Marks overdue vouchers as expired now, as the nightly job does. How many it marked.
    pub async fn expire_now(&self) -> Result<usize, StartError> {
        Ok(jobs::expire_overdue(&self.app).await?)
    }

    /// Decides now on what was held and can be read, as the timer does. How many operations that were.
    pub async fn decide_held_now(&self) -> Result<usize, StartError> {
        Ok(push::decide_held(&self.app).await?)
    }

    /// Forgets now what nobody asks for any more, as the timer does.
    pub async fn prune_now(&self) -> Result<jobs::Pruned, StartError> {
        Ok(jobs::prune(&self.app).await?)
    }

    /// Erases buyers who are kept no longer now, as the nightly job does. How many.
    pub async fn forget_buyers_now(&self) -> Result<u64, StartError> {
        Ok(jobs::forget_buyers(&self.app).await?)
    }

    /// Puts the books' monthly sums together now, as the timer does. How many rows there are then; 0 where there were few.
    pub async fn put_sums_together_now(&self) -> Result<u64, StartError> {
        Ok(books::put_together(&self.app.pool).await?)
    }

    /// Ends it in order: no new connections, long polls are woken, requests that have begun are finished.
    pub async fn stop(mut self) {
        self.app.stopping.send_replace(true);
        if timeout(LAST_ORDERS, &mut self.serving).await.is_err() {
            tracing::warn!("requests were still running after {LAST_ORDERS:?}");
            self.serving.abort();
        }
        for mut task in self.tasks {
            if timeout(LAST_ORDERS, &mut task).await.is_err() {
                task.abort();
            }
        }
        self.app.pool.close().await;
        self.app.read_pool.close().await;
        tracing::info!("stopped");
    }

    /// Ends it at once, as a crash would: requests are cut wherever they are.
    pub fn kill(self) {
        self.serving.abort();
        for task in &self.tasks {
            task.abort();
        }
    }
}
