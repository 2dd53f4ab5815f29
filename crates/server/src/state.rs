//! What every request can reach.

use std::sync::Arc;

use beadsbox_authority::Identity;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Semaphore, watch};

use crate::{
    clock::Clock,
    config::Config,
    db,
    error::Failure,
    feed::Feed,
    jobs::{broker::Broker, queue::Bell},
    mail::Mailer,
    password::Passwords,
    shop::Shop,
    snapshot::Snapshots,
};

/// The running program, shared by all its tasks.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

/// The parts of an [`App`].
pub(crate) struct Parts {
    pub pool: PgPool,
    /// What reports read: a copy of the database that may be behind, or the database itself.
    pub read_pool: PgPool,
    pub identity: Identity,
    pub clock: Clock,
    pub feed: Feed,
    pub snapshots: Snapshots,
    pub passwords: Passwords,
    /// None where this process sends no mail.
    pub mailer: Option<Mailer>,
    pub shop: Shop,
    pub config: Config,
    pub requests: Semaphore,
    pub polls: Semaphore,
    pub broker: Broker,
    /// Wakes whoever works at jobs.
    pub bell: Bell,
    /// One for each job that this process may work on at once, whoever told of it.
    pub hands: Arc<Semaphore>,
    /// Turns true once, when the program is to end.
    pub stopping: watch::Sender<bool>,
    /// Turns true once, when the time is over in which what had begun was to end.
    pub over: watch::Sender<bool>,
}

impl App {
    pub fn new(pool: PgPool, read_pool: PgPool, identity: Identity, mailer: Option<Mailer>, shop: Shop, config: Config) -> Self {
        Self(Arc::new(Parts {
            feed: Feed::new(pool.clone()),
            snapshots: Snapshots::new(config.most_chunks),
            pool,
            read_pool,
            identity,
            mailer,
            shop,
            clock: config.clock.clone(),
            passwords: Passwords::default(),
            requests: Semaphore::new(config.most_requests),
            polls: Semaphore::new(config.most_polls),
            broker: Broker::new(config.broker.as_ref()),
            bell: Bell::default(),
            hands: Arc::new(Semaphore::new(config.workers)),
            stopping: watch::Sender::new(false),
            over: watch::Sender::new(false),
            config,
        }))
    }

    /// Whether the database is still the one on which this process's epoch began. If not, the program is to end: whoever restarts it
    /// has it begin a new epoch.
    pub async fn check_home(&self, conn: &mut PgConnection) -> Result<(), Failure> {
        if db::server::is_at_home(conn, self.identity.epoch).await? {
            return Ok(());
        }
        tracing::error!("the database is another than at the start, or began a new epoch: this process ends");
        self.stopping.send_replace(true);
        Err(Failure::unavailable())
    }

    /// Resolves when the program is to end.
    pub async fn stopped(&self) {
        turned_true(&self.0.stopping).await;
    }

    /// Resolves when whatever has not ended by then is to say how far it came, at once.
    pub async fn last_orders_over(&self) {
        turned_true(&self.0.over).await;
    }
}

async fn turned_true(sender: &watch::Sender<bool>) {
    // The sender lives as long as this call.
    let _ = sender.subscribe().wait_for(|turned| *turned).await;
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
