//! What is looked at when somebody asks: pools, queues and how far anything is behind. What cannot be known at the moment is left out.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge, info::Info},
    registry::Registry,
};
use tokio::time::timeout;

use super::PREFIX;
use crate::{db, error::Failure, jobs::broker::BrokerReach, memory::Reach, reports, state::App};

/// How long the database may think about its part.
const PATIENCE: Duration = Duration::from_secs(3);

/// A number that is never below 0.
type Level = Gauge<u64, AtomicU64>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFront {
    front: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Server {
    version: &'static str,
    epoch: String,
}

/// Everything, as it is now.
pub(super) async fn registry(app: &App, fronts: &[App]) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let server = Server { version: beadsbox_protocol::VERSION, epoch: app.identity.epoch.to_string() };
    registry.register("server", "Which server this is", Info::new(server));
    level(&mut registry, "leaving", "1 where no more requests are to be sent here", u64::from(app.is_leaving()));
    places(&mut registry, app, fronts);
    memory(&mut registry, app);
    broker(&mut registry, app);
    let waits = timeout(PATIENCE, queues(&mut registry, app)).await;
    let answers = matches!(waits, Ok(Ok(())));
    if let Ok(Err(error)) = waits {
        tracing::warn!(%error, "metrics without the database");
    }
    level(&mut registry, "database_up", "1 where the database answered", u64::from(answers));
    if let Some(seconds) = replica_lag(app).await {
        level(&mut registry, "replica_lag_seconds", "How old the data are that reports read", seconds);
    }
    registry
}

fn level(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge = Level::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

/// What each front has left, and what the server has for itself.
fn places(registry: &mut Registry, app: &App, fronts: &[App]) {
    let (pools, free) = (Family::<OfFront, Level>::default(), Family::<OfFront, Level>::default());
    let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let named = fronts.iter().map(|front| (front.front.name(), &front.pool));
    for (front, pool) in named.chain([("own", &app.own_pool)]) {
        let idle = wide(pool.num_idle());
        let levels = [("idle", idle), ("busy", u64::from(pool.size()).saturating_sub(idle)), ("most", u64::from(pool.options().get_max_connections()))];
        for (state, count) in levels {
            pools.get_or_create(&OfFront { front, state }).set(count);
        }
    }
    for front in fronts {
        let places = [("requests", &front.requests), ("polls", &front.polls), ("sockets", &*front.sockets)];
        for (state, places) in places {
            free.get_or_create(&OfFront { front: front.front.name(), state }).set(wide(places.available_permits()));
        }
    }
    registry.register("pool_connections", "Connections to the database", pools);
    registry.register("free_places", "How many more are taken at once", free);
}

fn memory(registry: &mut Registry, app: &App) {
    if let Some(failures) = app.memory.failures() {
        level(registry, "redis_up", "1 where Redis answered last", u64::from(app.memory.reach() == Reach::Shared));
        level(registry, "redis_failures", "How often Redis did not answer", failures);
    }
}

fn broker(registry: &mut Registry, app: &App) {
    let reach = app.broker.reach();
    if reach != BrokerReach::NotNamed {
        level(registry, "broker_up", "1 where the broker tells of jobs", u64::from(reach == BrokerReach::There));
    }
}

/// What waits in the database.
async fn queues(registry: &mut Registry, app: &App) -> Result<(), Failure> {
    let mut conn = app.own_pool.acquire().await?;
    let jobs = db::job::queue(&mut conn, app.clock.now()).await?;
    let inbox = db::feed::inbox(&mut conn).await?;
    level(
        registry,
        "database_standbys",
        "How many machines are named of which each commit waits for one; 0 where it waits for none",
        db::sign_of_life::standbys(&mut conn).await?,
    );
    level(registry, "jobs_waiting", "Jobs that nobody is at, due or not", jobs.waiting);
    level(registry, "jobs_due_seconds", "How long the job waits that is due longest", jobs.due_seconds);
    level(registry, "jobs_given_up", "Jobs that were given up, for an admin to look at", jobs.given_up);
    level(registry, "sequencer_waiting", "Changes that are not in the feed yet", inbox.rows);
    level(registry, "sequencer_lag_seconds", "How long the oldest of them waits", inbox.oldest_seconds);
    Ok(())
}

/// How far the copy is behind, where there is one and it answers.
async fn replica_lag(app: &App) -> Option<u64> {
    timeout(PATIENCE, reports::copy_age(app)).await.ok()?.ok()?
}
