//! A broker (RabbitMQ) that tells workers which jobs there are.
//!
//! It is believed in nothing. A job is a row in the database, and whoever works leases it there, whatever a message says: so a broker that loses,
//! doubles or delays messages, or goes away, makes work slower and neither loses nor doubles any. docs/adr/0050-jobs-by-a-broker.md says why.

mod config;
mod consumer;
mod line;
mod relay;

use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tokio::time::Duration;
use uuid::Uuid;

use crate::error::Failure;

pub use config::BrokerConfig;
pub(crate) use consumer::consume;
pub(crate) use relay::relay;

/// How long after the line broke it is tried again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Message {
    /// There may be something to do about that job.
    job: Uuid,
}

/// How this process stands with its broker.
#[derive(Debug, Default)]
pub(crate) struct Broker {
    is_named: bool,
    /// What is published arrives.
    relays: AtomicBool,
    /// Messages come.
    consumes: AtomicBool,
}

/// How a process stands with its broker, for whoever asks whether it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrokerReach {
    /// None is named: jobs are taken from the database.
    NotNamed,
    /// It tells of jobs.
    There,
    /// Jobs are taken from the database until it is back.
    Away,
}

impl Broker {
    pub fn new(config: Option<&BrokerConfig>) -> Self {
        Self { is_named: config.is_some(), ..Self::default() }
    }

    /// Whether workers of this process need not look for jobs by themselves.
    pub fn serves(&self) -> bool {
        self.relays.load(Ordering::Relaxed) && self.consumes.load(Ordering::Relaxed)
    }

    /// As the one tells that every process has: its relay.
    pub fn reach(&self) -> BrokerReach {
        match (self.is_named, self.relays.load(Ordering::Relaxed)) {
            (false, _) => BrokerReach::NotNamed,
            (true, true) => BrokerReach::There,
            (true, false) => BrokerReach::Away,
        }
    }
}

/// Why a line to the broker is over.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the broker: {0}")]
    Broker(#[from] lapin::Error),
    /// It did not answer in time.
    #[error("the broker does not answer")]
    Silent,
    /// It did not take a message, or has no queue for it.
    #[error("the broker did not take a message")]
    NotTaken,
    /// It ended a consumer: its queue is gone.
    #[error("the broker ended a consumer")]
    Ended,
    #[error("the database: {0}")]
    Database(#[from] Failure),
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// When a line is tried next, after so many that came to nothing.
fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.min(8)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_stays_away_is_called_every_few_seconds() {
        assert_eq!([0, 1, 2, 4, 100].map(pause), [250, 500, 1000, 4000, 4000].map(Duration::from_millis));
    }

    #[test]
    fn workers_look_for_themselves_unless_both_ends_stand() {
        let broker = Broker { is_named: true, ..Broker::default() };
        assert_eq!((broker.reach(), broker.serves()), (BrokerReach::Away, false));
        broker.relays.store(true, Ordering::Relaxed);
        assert_eq!((broker.reach(), broker.serves()), (BrokerReach::There, false));
        broker.consumes.store(true, Ordering::Relaxed);
        assert!(broker.serves());
    }
}
