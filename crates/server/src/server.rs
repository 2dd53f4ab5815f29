//! A running server: its socket, its tasks, and how it ends.

use std::{net::SocketAddr, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

use crate::{
    books,
    config::Config,
    db,
    error::StartError,
    feed, http, identity, jobs,
    mail::{self, Mailer},
    push,
    state::App,
};

/// How long requests and jobs may still take when the server ends.
const LAST_ORDERS: Duration = Duration::from_secs(30);

/// The central server.
pub struct Server;

impl Server {
    /// Starts to listen and to work. The database must be migrated.
    pub async fn start(config: Config) -> Result<RunningServer, StartError> {
        let (listen, workers) = (config.listen, config.workers);
        let app = open(config).await?;
        let mut tx = db::begin(&app.pool).await?;
        mail::setup::tell_devices(&mut tx, &app).await?;
        tx.commit().await?;
        let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;

        let stopped = app.clone();
        let service = http::router(app.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(async move { stopped.stopped().await }).await });
        let mut tasks = vec![
            tokio::spawn(feed::listen(app.clone())),
            tokio::spawn(jobs::sequence(app.clone())),
            tokio::spawn(jobs::expire(app.clone())),
            tokio::spawn(jobs::forget(app.clone())),
            tokio::spawn(jobs::decide_held(app.clone())),
            tokio::spawn(jobs::put_sums_together(app.clone())),
            tokio::spawn(jobs::keep_buyers_no_longer(app.clone())),
            tokio::spawn(jobs::give_signs(app.clone())),
            tokio::spawn(jobs::look_for_successor(app.clone())),
        ];
        tasks.extend(work(&app, workers));
        tracing::info!(%address, epoch = %app.identity.epoch, workers, mail = app.mailer.is_some(), "serving");
        Ok(RunningServer { address, app, serving, tasks })
    }

    /// Starts to work at jobs, and serves nobody. The database must be migrated, and there must be something that this process can do.
    pub async fn start_worker(config: Config) -> Result<RunningWorker, StartError> {
        let workers = config.workers.max(1);
        let app = open(config).await?;
        if app.mailer.is_none() {
            return Err(StartError::Refused("a worker needs a mail server: set SMTP_URL and MAIL_FROM".to_owned()));
        }
        let tasks = work(&app, workers).chain([tokio::spawn(jobs::look_for_successor(app.clone()))]).collect();
        tracing::info!(epoch = %app.identity.epoch, workers, "working");
        Ok(RunningWorker { app, tasks })
    }
}

/// Everything that serving and working stand on.
async fn open(config: Config) -> Result<App, StartError> {
    let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
    let pool = db::connect(config.database_url.expose_secret(), config.database_connections).await?;
    db::check_migrated(&pool).await?;
    books::fill(&pool, config.clock.now()).await?;
    let read_pool = match &config.database_read_url {
        Some(url) => db::connect_later(url.expose_secret(), config.report_connections)?,
        None => pool.clone(),
    };
    let identity = identity::load_or_create(&mut *pool.acquire().await?, config.clock.now()).await?;
    Ok(App::new(pool, read_pool, identity, mailer, config))
}

fn work(app: &App, workers: usize) -> impl Iterator<Item = JoinHandle<()>> {
    (0..workers).map(|_| tokio::spawn(jobs::queue::run(app.clone())))
}

/// Waits until these have ended what they are at, or for so long.
async fn ended(tasks: Vec<JoinHandle<()>>) {
    for mut task in tasks {
        if timeout(LAST_ORDERS, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Workers that work until they are stopped. Dropped without [`RunningWorker::stop`], they go on.
pub struct RunningWorker {
    app: App,
    tasks: Vec<JoinHandle<()>>,
}

impl RunningWorker {
    /// Resolves when it ends by itself: its database is another than at the start.
    pub async fn ended(&self) {
        self.app.stopped().await;
    }

    /// Ends it in order: what is being done is finished.
    pub async fn stop(self) {
        self.app.stopping.send_replace(true);
        ended(self.tasks).await;
        self.app.pool.close().await;
        self.app.read_pool.close().await;
        tracing::info!("stopped");
    }

    /// Ends it at once, as a crash would: jobs are cut wherever they are.
    pub fn kill(self) {
        for task in &self.tasks {
            task.abort();
        }
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
        ended(self.tasks).await;
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
