//! What every request can reach.

use std::sync::Arc;

use beadsbox_authority::Identity;
use secrecy::ExposeSecret as _;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Semaphore, watch};

use crate::{
    catalogue,
    clock::Clock,
    config::Config,
    db,
    error::Failure,
    feed::Feed,
    front::{Front, FrontConfig, Limits},
    http::tokens::Tokens,
    jobs::{broker::Broker, queue::Bell},
    mail::Mailer,
    memory::Memory,
    password::Passwords,
    push::{Callers, Turns},
    shop::Shop,
    sight::Sight,
    snapshot::Snapshots,
};

/// How many may ask at once how the process is.
const MOST_WATCHES: usize = 16;

/// The running program as one of its fronts sees it, shared by all its tasks.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

/// What a front has to itself.
pub(crate) struct Parts {
    pub front: Front,
    pub limits: Limits,
    pub pool: PgPool,
    /// What reports read: a copy of the database that may be behind, or the database itself.
    pub read_pool: PgPool,
    pub requests: Semaphore,
    pub polls: Semaphore,
    pub watches: Semaphore,
    pub sockets: Arc<Semaphore>,
    shared: Arc<Shared>,
}

/// What all fronts of a process have in common.
pub(crate) struct Shared {
    /// For what the server does by itself.
    pub own_pool: PgPool,
    /// A copy of the database that may be behind, where there is one.
    pub copy: Option<PgPool>,
    pub identity: Identity,
    pub clock: Clock,
    pub feed: Feed,
    pub turns: Turns,
    pub callers: Callers,
    pub tokens: Tokens,
    pub snapshots: Snapshots,
    pub passwords: Passwords,
    pub memory: Memory,
    pub offer: catalogue::Kept,
    pub sight: Sight,
    /// None where this process sends no mail.
    pub mailer: Option<Mailer>,
    pub shop: Shop,
    pub config: Config,
    pub broker: Broker,
    /// Wakes whoever works at jobs.
    pub bell: Bell,
    /// One for each job that this process may work on at once, whoever told of it.
    pub hands: Arc<Semaphore>,
    /// Turns true once, when load balancers are to take the process out; it still serves.
    pub leaving: watch::Sender<bool>,
    /// Turns true once, when the program is to end.
    pub stopping: watch::Sender<bool>,
    /// Turns true once, when the database is another than at the start, or on another machine.
    moved: watch::Sender<bool>,
    /// Turns true once, when the time is over in which what had begun was to end.
    pub over: watch::Sender<bool>,
}

impl App {
    /// What the server does by itself, and the front that has everything.
    pub fn new(own_pool: PgPool, copy: Option<PgPool>, identity: Identity, mailer: Option<Mailer>, shop: Shop, memory: Memory, config: Config) -> Self {
        let shared = Shared {
            feed: Feed::new(own_pool.clone()),
            turns: Turns::default(),
            callers: Callers::default(),
            tokens: Tokens::default(),
            snapshots: Snapshots::new(config.most_chunks),
            own_pool: own_pool.clone(),
            copy,
            identity,
            mailer,
            shop,
            memory,
            offer: catalogue::Kept::default(),
            sight: Sight::default(),
            clock: config.clock.clone(),
            passwords: Passwords::default(),
            broker: Broker::new(config.broker.as_ref()),
            bell: Bell::default(),
            hands: Arc::new(Semaphore::new(config.workers)),
            leaving: watch::Sender::new(false),
            stopping: watch::Sender::new(false),
            moved: watch::Sender::new(false),
            over: watch::Sender::new(false),
            config,
        };
        Self::seen_by(Front::All, Limits::of(Front::All), own_pool, Arc::new(shared))
    }

    /// The same program as that front sees it, with connections of its own.
    pub fn at(&self, front: &FrontConfig, pool: PgPool) -> Self {
        Self::seen_by(front.front, front.limits, pool, Arc::clone(&self.0.shared))
    }

    fn seen_by(front: Front, limits: Limits, pool: PgPool, shared: Arc<Shared>) -> Self {
        let places = |count: u32| usize::try_from(count).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Parts {
            front,
            limits,
            read_pool: shared.copy.clone().unwrap_or_else(|| pool.clone()),
            pool,
            requests: Semaphore::new(places(limits.requests)),
            polls: Semaphore::new(places(limits.polls)),
            watches: Semaphore::new(MOST_WATCHES),
            sockets: Arc::new(Semaphore::new(places(limits.sockets))),
            shared,
        }))
    }

    /// Whether the database is still the one on which this process's epoch began. If not, the program is to end: whoever restarts it
    /// has it begin a new epoch.
    pub async fn check_home(&self, conn: &mut PgConnection) -> Result<(), Failure> {
        if db::server::is_at_home(conn, self.identity.epoch).await? {
            Ok(())
        } else {
            Err(self.leave_home())
        }
    }

    /// The database is no longer the one on which this process's epoch began, or its epoch is another: the program is to end.
    pub fn leave_home(&self) -> Failure {
        tracing::error!("the database is another than at the start, or began a new epoch: this process ends");
        self.end_because_it_moved();
        Failure::unavailable()
    }

    /// Ends the program, because its database is another than at the start, or on another machine.
    pub fn end_because_it_moved(&self) {
        // In this order: whoever hears that the program is to end knows why.
        self.moved.send_replace(true);
        self.stopping.send_replace(true);
    }

    /// Whether the program ends because its database is another than at the start, or on another machine.
    pub fn has_moved(&self) -> bool {
        *self.moved.borrow()
    }

    /// Resolves when the database is another than at the start, or on another machine.
    pub async fn database_moved(&self) {
        turned_true(&self.moved).await;
    }

    /// How the database is reached.
    pub fn database_url(&self) -> &str {
        self.config.database_url.expose_secret()
    }

    /// Whether whoever distributes requests is to send no more of them here.
    pub fn is_leaving(&self) -> bool {
        *self.leaving.borrow() || *self.stopping.borrow()
    }

    /// Resolves when the program is to end.
    pub async fn stopped(&self) {
        turned_true(&self.stopping).await;
    }

    /// Resolves when whatever has not ended by then is to say how far it came, at once.
    pub async fn last_orders_over(&self) {
        turned_true(&self.over).await;
    }

    /// Closes every connection to the database.
    pub async fn close(&self) {
        self.pool.close().await;
        self.read_pool.close().await;
        self.own_pool.close().await;
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::ops::Deref for Parts {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.shared
    }
}

async fn turned_true(sender: &watch::Sender<bool>) {
    // The sender lives as long as this call.
    let _ = sender.subscribe().wait_for(|turned| *turned).await;
}
