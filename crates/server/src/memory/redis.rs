//! A Redis that may be away: asked for a short while, then left alone for a moment.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use redis::{
    Client, FromRedisValue, Pipeline,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::time::{Instant, timeout};

use crate::error::StartError;

/// How long a request waits for it: what it spares takes not much longer.
const PATIENCE: Duration = Duration::from_millis(250);
/// For how long nobody asks it again that did not answer.
const REST: Duration = Duration::from_secs(1);
/// How long a new connection may take. It is made beside the requests.
const CONNECT: Duration = Duration::from_secs(2);

/// One Redis.
pub(super) struct Redis {
    connection: ConnectionManager,
    began: Instant,
    /// Until when nobody asks it, in milliseconds since `began`; 0 where it answered last.
    rests_until: AtomicU64,
    failures: AtomicU64,
}

impl Redis {
    /// `redis://…`, or `rediss://…` over TLS. It is asked for the first time when somebody wants something of it.
    pub fn new(url: &str) -> Result<Self, StartError> {
        let refused = |error: redis::RedisError| StartError::Refused(format!("REDIS_URL: {error}"));
        // Two implementations are in this program, and which of them Redis' TLS takes has to be said. It may have been said before.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(50))
            .set_max_delay(REST)
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(PATIENCE));
        let client = Client::open(url).map_err(refused)?;
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(refused)?;
        Ok(Self { connection, began: Instant::now(), rests_until: AtomicU64::new(0), failures: AtomicU64::new(0) })
    }

    /// Its answers; none where it is away.
    pub async fn ask<T: FromRedisValue>(&self, asked: &Pipeline) -> Option<T> {
        if !self.may_ask() {
            return None;
        }
        let mut connection = self.connection.clone();
        let error = match timeout(PATIENCE, asked.query_async(&mut connection)).await {
            Ok(Ok(answer)) => {
                if self.rests_until.swap(0, Ordering::Relaxed) != 0 {
                    tracing::info!("Redis answers again");
                }
                return Some(answer);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {PATIENCE:?}"),
        };
        self.failures.fetch_add(1, Ordering::Relaxed);
        if self.rests_until.swap(self.later(), Ordering::Relaxed) == 0 {
            tracing::warn!(error, "Redis does not answer: each process counts for itself, and the database is asked instead");
        }
        None
    }

    /// Whether it answers, or is to be asked whether it does. One asks; the others go on without it meanwhile.
    fn may_ask(&self) -> bool {
        let rests_until = self.rests_until.load(Ordering::Relaxed);
        if rests_until == 0 {
            return true;
        }
        rests_until <= self.now() && self.rests_until.compare_exchange(rests_until, self.later(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn later(&self) -> u64 {
        self.now().saturating_add(REST.as_millis().try_into().unwrap_or(u64::MAX))
    }

    /// It did not answer when it was asked last.
    pub fn is_away(&self) -> bool {
        self.rests_until.load(Ordering::Relaxed) != 0
    }

    /// How often it did not answer.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn one_that_is_not_there_costs_one_attempt_at_a_time() {
        // Nobody listens there any more, with TLS or without.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        for scheme in ["redis", "rediss"] {
            let redis = Redis::new(&format!("{scheme}://127.0.0.1:{port}")).unwrap();
            assert!(!redis.is_away());
            for _ in 0..20 {
                assert_eq!(redis.ask::<(String,)>(redis::pipe().cmd("PING")).await, None);
            }
            assert!(redis.is_away());
            assert_eq!(redis.failures(), 1, "the others did not wait for it");
        }
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused_without_telling_it() {
        let error = Redis::new("http://:secret@host").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("REDIS_URL") && !error.contains("secret"), "{error}");
    }
}
