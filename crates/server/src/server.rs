//! A running server: its socket, its tasks, and how it ends.

use std::{net::SocketAddr, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

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

/// How long a job whose time is over has to note how far it came.
const NOTING: Duration = Duration::from_secs(5);

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
        // Whoever asks once it listens is told.
        app.feed.settle().await;
        let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;

        let stopped = app.clone();
        let service = http::router(app.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(async move { stopped.stopped().await }).await });
        let mut tasks = vec![tokio::spawn(feed::listen(app.clone())), tokio::spawn(jobs::sequence(app.clone())), tokio::spawn(jobs::decide_held(app.clone()))];
        tasks.extend(work(&app, workers));
        tracing::info!(%address, epoch = %app.identity.epoch, workers, mail = app.mailer.is_some(), "serving");
        Ok(RunningServer { address, app, serving, tasks })
    }

    /// Starts to work at jobs, and serves nobody. The database must be migrated.
    pub async fn start_worker(config: Config) -> Result<RunningWorker, StartError> {
        let workers = config.workers.max(1);
        let app = open(Config { workers, ..config }).await?;
        if app.mailer.is_none() {
            tracing::warn!("this worker has no mail server (SMTP_URL, MAIL_FROM): it does upkeep, and leaves mails to others");
        }
        let mut tasks = vec![tokio::spawn(feed::listen(app.clone()))];
        tasks.extend(work(&app, workers));
        tracing::info!(epoch = %app.identity.epoch, workers, mail = app.mailer.is_some(), broker = app.config.broker.is_some(), "working");
        Ok(RunningWorker { app, tasks })
    }
}

/// Everything that serving and working stand on.
async fn open(config: Config) -> Result<App, StartError> {
    let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
    if let Some(broker) = &config.broker {
        broker.check()?;
    }
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

/// Whoever works at jobs, plans them, or passes word of them.
fn work(app: &App, workers: usize) -> Vec<JoinHandle<()>> {
    let mut tasks: Vec<JoinHandle<()>> = (0..workers).map(|_| tokio::spawn(jobs::queue::poll(app.clone()))).collect();
    if app.config.plans_upkeep {
        tasks.push(tokio::spawn(jobs::plan(app.clone())));
    }
    if let Some(broker) = &app.config.broker {
        tasks.push(tokio::spawn(jobs::broker::relay(app.clone(), broker.clone())));
        if workers > 0 {
            tasks.push(tokio::spawn(jobs::broker::consume(app.clone(), broker.clone())));
        }
    }
    tasks
}

/// Waits until these have ended what they are at. After `until` they are told to say how far they came, and then they are cut.
async fn end(app: &App, mut tasks: Vec<JoinHandle<()>>, until: Instant) {
    if !have_ended(&mut tasks, until).await {
        app.over.send_replace(true);
        if !have_ended(&mut tasks, Instant::now() + NOTING).await {
            tracing::warn!("not all work could be ended in order");
        }
    }
    for task in tasks {
        task.abort();
    }
}

/// Whether all of them have ended by then.
async fn have_ended(tasks: &mut [JoinHandle<()>], until: Instant) -> bool {
    let all = async {
        for task in tasks.iter_mut().filter(|task| !task.is_finished()) {
            // A panic is told where it happens.
            let _ = task.await;
        }
    };
    timeout_at(until, all).await.is_ok()
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

    /// Ends it in order: what is being done is finished, or says how far it came.
    pub async fn stop(self) {
        self.app.stopping.send_replace(true);
        end(&self.app, self.tasks, Instant::now() + self.app.config.last_orders).await;
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

    /// Writes the mails now that remind buyers, as the hourly job does. Of how many vouchers.
    pub async fn remind_now(&self) -> Result<u64, StartError> {
        Ok(jobs::remind_buyers(&self.app).await?)
    }

    /// Puts the books' monthly sums together now, as the timer does. How many rows there are then; 0 where there were few.
    pub async fn put_sums_together_now(&self) -> Result<u64, StartError> {
        Ok(books::put_together(&self.app.pool).await?)
    }

    /// Ends it in order: no new connections, long polls are woken, requests that have begun are finished.
    pub async fn stop(mut self) {
        self.app.stopping.send_replace(true);
        let until = Instant::now() + self.app.config.last_orders;
        if timeout_at(until, &mut self.serving).await.is_err() {
            tracing::warn!("requests were still running after {:?}", self.app.config.last_orders);
            self.serving.abort();
        }
        end(&self.app, self.tasks, until).await;
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
