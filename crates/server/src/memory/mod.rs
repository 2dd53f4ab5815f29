//! What the processes of a server remember together for a moment: counts, delays, what is offered. Kept in Redis where there is one.
//!
//! Nothing here is the truth of anything. Without Redis, and while it is away, each process counts for itself and PostgreSQL is asked: that is
//! slower, and neither refuses more nor lets more through than it should.

mod redis;

use std::time::Duration;

use beadsbox_domain::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use self::redis::Redis;
use crate::{
    db::sign_in_delay::{LONGEST_DELAY, Scope},
    error::StartError,
    http::rate::Counts,
};

/// Where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// No Redis is named: in each process.
    Process,
    /// In Redis.
    Shared,
    /// A Redis is named and did not answer: in each process until it does.
    Away,
}

/// See the module.
pub(crate) struct Memory {
    redis: Option<Redis>,
    /// What every key begins with: a database that was restored, and another one at the same Redis, has keys of its own.
    prefix: String,
    /// This process's own count of requests.
    pub counts: Counts,
}

impl Memory {
    /// Redis need not answer yet.
    pub fn new(url: Option<&SecretString>, epoch: Uuid) -> Result<Self, StartError> {
        let redis = url.map(|url| Redis::new(url.expose_secret())).transpose()?;
        Ok(Self { redis, prefix: format!("beadsbox:{}:", epoch.simple()), counts: Counts::default() })
    }

    /// Where it is kept now.
    pub fn reach(&self) -> Reach {
        match &self.redis {
            None => Reach::Process,
            Some(redis) if redis.is_away() => Reach::Away,
            Some(_) => Reach::Shared,
        }
    }

    /// How often Redis did not answer; none where there is none.
    pub fn failures(&self) -> Option<u64> {
        self.redis.as_ref().map(Redis::failures)
    }

    /// Counts one more under that name, which is good for so long. How many there are in all processes; none where nobody knows.
    pub async fn count(&self, name: &str, kept: Duration) -> Option<u64> {
        let key = self.key(name);
        let mut asked = ::redis::pipe();
        asked.atomic().cmd("INCR").arg(&key).cmd("EXPIRE").arg(&key).arg(kept.as_secs()).ignore();
        let (count,): (u64,) = self.redis.as_ref()?.ask(&asked).await?;
        Some(count)
    }

    /// What is kept under that name. What cannot be read is not there.
    pub async fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let mut asked = ::redis::pipe();
        asked.cmd("GET").arg(self.key(name));
        let (text,): (Option<String>,) = self.redis.as_ref()?.ask(&asked).await?;
        serde_json::from_str(&text?).inspect_err(|error| tracing::warn!(%error, name, "what Redis holds cannot be read")).ok()
    }

    /// Keeps a value under that name for so long.
    pub async fn keep<T: Serialize + Sync>(&self, name: &str, value: &T, kept: Duration) {
        let (Some(redis), Ok(text)) = (&self.redis, serde_json::to_string(value)) else { return };
        let mut asked = ::redis::pipe();
        asked.cmd("SET").arg(self.key(name)).arg(text).arg("EX").arg(kept.as_secs()).ignore();
        let _: Option<()> = redis.ask(&asked).await;
    }

    /// Until when nobody may try one of these, as far as is remembered. A moment that no delay reaches is nobody's.
    pub async fn blocked_until(&self, subjects: &[(Scope, [u8; 32])], now: Timestamp) -> Option<Timestamp> {
        let mut asked = ::redis::pipe();
        asked.cmd("MGET");
        for (scope, subject) in subjects {
            asked.arg(self.delay_key(*scope, subject));
        }
        let (kept,): (Vec<Option<i64>>,) = self.redis.as_ref()?.ask(&asked).await?;
        let moments = kept.into_iter().flatten().filter_map(|moment| Timestamp::from_microsecond(moment).ok());
        moments.filter(|until| *until > now && *until <= now + LONGEST_DELAY).max()
    }

    /// Remembers that nobody may try it before that moment.
    pub async fn block(&self, scope: Scope, subject: &[u8; 32], until: Timestamp, now: Timestamp) {
        let Some(redis) = &self.redis else { return };
        let Ok(left) = u64::try_from(until.duration_since(now).as_millis()) else { return };
        let mut asked = ::redis::pipe();
        asked.cmd("SET").arg(self.delay_key(scope, subject)).arg(until.as_microsecond()).arg("PX").arg(left.max(1)).ignore();
        let _: Option<()> = redis.ask(&asked).await;
    }

    /// Forgets those.
    pub async fn unblock(&self, subjects: &[(Scope, [u8; 32])]) {
        let Some(redis) = &self.redis else { return };
        let mut asked = ::redis::pipe();
        asked.cmd("DEL");
        for (scope, subject) in subjects {
            asked.arg(self.delay_key(*scope, subject));
        }
        asked.ignore();
        let _: Option<()> = redis.ask(&asked).await;
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn delay_key(&self, scope: Scope, subject: &[u8; 32]) -> String {
        self.key(&format!("delay:{}:{}", scope.name(), hex::encode(subject)))
    }
}
