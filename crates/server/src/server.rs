//! A running server: its socket, its tasks, and how it ends.

use std::{net::SocketAddr, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    books,
    config::Config,
    db,
    error::StartError,
    feed,
    front::{Front, FrontConfig},
    http, identity, jobs,
    mail::{self, Mailer},
    memory::Memory,
    push,
    shop::{self, Settled, Shop},
    sight,
    state::App,
};

/// How long a job whose time is over has to note how far it came.
const NOTING: Duration = Duration::from_secs(5);

/// The central server.
pub struct Server;

impl Server {
    /// Starts to listen and to work. The database must be migrated.
    pub async fn start(config: Config) -> Result<RunningServer, StartError> {
        let workers = config.workers;
        if config.fronts.is_empty() {
            return Err(StartError::Refused("a server without a front serves nobody".to_owned()));
        }
        let app = open(config).await?;
        let mut tx = db::begin(&app.own_pool).await?;
        mail::setup::tell_devices(&mut tx, &app).await?;
        tx.commit().await?;
        // Whoever asks once it listens is told.
        app.feed.settle().await;
        let mut ports = Vec::new();
        for front in &app.config.fronts {
            ports.push(Port::open(&app, front).await?);
        }
        let metrics = Metrics::open(&app).await?;
        if app.config.fronts.iter().any(|front| front.front.has_shop()) {
            shop::note_front(&app).await?;
        }
        // Nobody is served before every port is there.
        let fronts: Vec<App> = ports.iter().map(|port| port.app.clone()).collect();
        let addresses = ports.iter().map(|port| (port.app.front, port.address)).collect();
        let mut serving = Vec::new();
        for Port { app, listener, address } in ports {
            tracing::info!(%address, front = app.front.name(), epoch = %app.identity.epoch, workers, mail = app.mailer.is_some(), "serving");
            serving.push(tokio::spawn(http::serve(listener, http::router(app.clone()), app)));
        }
        let metrics = metrics.map(|metrics| metrics.serve(&app, fronts.clone()));
        let mut tasks = vec![
            tokio::spawn(feed::listen(app.clone())),
            tokio::spawn(jobs::sequence(app.clone())),
            tokio::spawn(jobs::decide_held(app.clone())),
            tokio::spawn(jobs::give_signs(app.clone())),
            tokio::spawn(jobs::look_for_successor(app.clone())),
            tokio::spawn(sight::tell_metrics(app.clone(), fronts.clone())),
        ];
        if app.config.plans_upkeep && app.config.fronts.iter().any(|front| front.front.has_shop()) {
            // Whoever has the page has the account that knows what was paid.
            tasks.push(tokio::spawn(jobs::settle_orders(app.clone())));
        }
        tasks.extend(plan(&app));
        let working = work(&app, workers);
        Ok(RunningServer { addresses, app, fronts, serving, metrics, tasks, working })
    }

    /// Starts to work at jobs, and serves nobody. The database must be migrated.
    pub async fn start_worker(config: Config) -> Result<RunningWorker, StartError> {
        let workers = config.workers.max(1);
        let app = open(Config { workers, ..config }).await?;
        if app.mailer.is_none() {
            tracing::warn!("this worker has no mail server (SMTP_URL, MAIL_FROM): it does upkeep, and leaves mails to others");
        }
        let metrics = Metrics::open(&app).await?.map(|metrics| metrics.serve(&app, Vec::new()));
        let mut tasks = vec![
            tokio::spawn(feed::listen(app.clone())),
            tokio::spawn(jobs::look_for_successor(app.clone())),
            tokio::spawn(sight::tell_metrics(app.clone(), Vec::new())),
        ];
        tasks.extend(plan(&app));
        let working = work(&app, workers);
        tracing::info!(epoch = %app.identity.epoch, workers, mail = app.mailer.is_some(), broker = app.config.broker.is_some(), "working");
        Ok(RunningWorker { app, metrics, tasks, working })
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
    let copy = config
        .database_read_url
        .as_ref()
        .map(|url| db::connect_later(url.expose_secret(), config.report_connections))
        .transpose()?;
    let identity = identity::load_or_create(&mut *pool.acquire().await?, config.clock.now()).await?;
    let shop = Shop::new(config.shop.clone(), &identity)?;
    let memory = Memory::new(config.redis_url.as_ref(), identity.epoch)?;
    let collector = config.collector.clone();
    let app = App::new(pool, copy, identity, mailer, shop, memory, config);
    if let Some(collector) = collector {
        app.sight.start(&collector)?;
    }
    Ok(app)
}

/// A front at its port.
struct Port {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
}

impl Port {
    /// Connections can be made from here on; nobody is answered yet.
    async fn open(app: &App, front: &FrontConfig) -> Result<Self, StartError> {
        let pool = match front.front {
            Front::All => app.own_pool.clone(),
            _ => db::connect(app.config.database_url.expose_secret(), front.limits.connections).await?,
        };
        let (listener, address) = bind(front.listen).await?;
        Ok(Self { app: app.at(front, pool), listener, address })
    }
}

/// The port of the metrics.
struct Metrics(TcpListener);

impl Metrics {
    /// None where there is to be none.
    async fn open(app: &App) -> Result<Option<Self>, StartError> {
        let Some(listen) = app.config.metrics_listen else { return Ok(None) };
        let (listener, address) = bind(listen).await?;
        tracing::info!(%address, "metrics");
        Ok(Some(Self(listener)))
    }

    fn serve(self, app: &App, fronts: Vec<App>) -> JoinHandle<()> {
        tokio::spawn(http::serve(self.0, sight::router(app.clone(), fronts), app.clone()))
    }
}

async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused = |source| StartError::Listen { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// Whoever works at jobs.
fn work(app: &App, workers: usize) -> Vec<JoinHandle<()>> {
    let mut working: Vec<JoinHandle<()>> = (0..workers).map(|_| tokio::spawn(jobs::queue::poll(app.clone()))).collect();
    if let Some(broker) = app.config.broker.as_ref().filter(|_| workers > 0) {
        working.push(tokio::spawn(jobs::broker::consume(app.clone(), broker.clone())));
    }
    working
}

/// Whoever plans jobs, or passes word of them.
fn plan(app: &App) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    if app.config.plans_upkeep {
        tasks.push(tokio::spawn(jobs::plan(app.clone())));
    }
    if let Some(broker) = &app.config.broker {
        tasks.push(tokio::spawn(jobs::broker::relay(app.clone(), broker.clone())));
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

/// Waits until what was being done says, in the database as it is now, what came of it. A mail that no mail server has yet goes later, and only what a mail
/// server has is waited for.
async fn leave_work(app: &App, working: Vec<JoinHandle<()>>) {
    app.end_because_it_moved();
    end(app, working, Instant::now() + app.config.last_orders).await;
    // Connections are not closed in order: the machine that has them may never answer.
    app.sight.close().await;
    tracing::info!("stopped");
}

/// Ends these at once.
fn abort<'a>(tasks: impl Iterator<Item = &'a JoinHandle<()>>) {
    tasks.for_each(JoinHandle::abort);
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
    metrics: Option<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    working: Vec<JoinHandle<()>>,
}

impl RunningWorker {
    /// Resolves when it ends by itself: its database is another than at the start.
    pub async fn ended(&self) {
        self.app.stopped().await;
    }

    /// Ends it in order: what is being done is finished, or says how far it came.
    pub async fn stop(self) {
        self.app.stopping.send_replace(true);
        let until = Instant::now() + self.app.config.last_orders;
        end(&self.app, self.working.into_iter().chain(self.tasks).chain(self.metrics).collect(), until).await;
        self.app.close().await;
        self.app.sight.close().await;
        tracing::info!("stopped");
    }

    /// Ends it because its database is elsewhere: nothing is begun, and what mail servers answer is noted where the database is now.
    pub async fn leave_database(self) {
        abort(self.tasks.iter().chain(&self.metrics));
        leave_work(&self.app, self.working).await;
    }

    /// Ends it at once, as a crash would: jobs are cut wherever they are.
    pub fn kill(self) {
        abort(self.working.iter().chain(&self.tasks).chain(&self.metrics));
    }
}

/// A server that serves until it is stopped. Dropped without [`RunningServer::stop`], it goes on.
pub struct RunningServer {
    addresses: Vec<(Front, SocketAddr)>,
    app: App,
    fronts: Vec<App>,
    serving: Vec<JoinHandle<()>>,
    metrics: Option<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    working: Vec<JoinHandle<()>>,
}

impl RunningServer {
    /// Where its first front listens.
    pub fn address(&self) -> SocketAddr {
        self.addresses[0].1
    }

    /// The root of its first front, `http://…` without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The same of that front; none where it is not served.
    pub fn url_of(&self, front: Front) -> Option<String> {
        self.addresses.iter().find(|(served, _)| *served == front).map(|(_, address)| format!("http://{address}"))
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

    /// Settles orders of the shop page now, as the timer does: what is paid gets its voucher, what nobody paid is let go.
    pub async fn settle_orders_now(&self) -> Result<Settled, StartError> {
        Ok(shop::settle(&self.app).await?)
    }

    /// Puts the books' monthly sums together now, as the timer does. How many rows there are then; 0 where there were few.
    pub async fn put_sums_together_now(&self) -> Result<u64, StartError> {
        Ok(books::put_together(&self.app.pool).await?)
    }

    /// Says from now on that it is about to end, so that whoever distributes requests sends no more of them here. It goes on serving.
    pub fn leave(&self) {
        self.app.leaving.send_replace(true);
    }

    /// Ends it in order. It says that it is about to end, and goes on serving until whoever distributes requests has taken it out; then no new
    /// connections are taken, long polls are woken, and requests that have begun are finished.
    pub async fn stop(mut self) {
        self.leave();
        if !self.app.config.drain.is_zero() && !*self.app.stopping.borrow() {
            tracing::info!(seconds = self.app.config.drain.as_secs(), "about to end: still serving");
            let _ = timeout(self.app.config.drain, self.app.stopped()).await;
        }
        self.app.stopping.send_replace(true);
        let until = Instant::now() + self.app.config.last_orders;
        // Side by side: all of them have the same time.
        if !have_ended(&mut self.serving, until).await {
            tracing::warn!("requests were still running after {:?}", self.app.config.last_orders);
            self.serving.iter().for_each(JoinHandle::abort);
        }
        end(&self.app, self.working.into_iter().chain(self.tasks).chain(self.metrics).collect(), until).await;
        for front in self.fronts {
            front.close().await;
        }
        self.app.close().await;
        self.app.sight.close().await;
        tracing::info!("stopped");
    }

    /// Ends it because its database is elsewhere: requests are cut, as nothing that they are at can be finished there; nothing is begun, and what mail
    /// servers answer is noted where the database is now.
    pub async fn leave_database(self) {
        abort(self.serving.iter().chain(&self.tasks).chain(&self.metrics));
        leave_work(&self.app, self.working).await;
    }

    /// Ends it at once, as a crash would: requests are cut wherever they are.
    pub fn kill(self) {
        abort(self.serving.iter().chain(&self.working).chain(&self.tasks).chain(&self.metrics));
    }
}
