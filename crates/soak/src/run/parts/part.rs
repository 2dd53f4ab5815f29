//! The parts, how each is lost, and how it comes back.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::whole::{TakenOver, Whole};

/// Whoever watches the primary is sure after so long that it is lost.
const NOTICED: Duration = Duration::from_secs(3);

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The primary of the database; its standby takes over.
    Primary,
    /// The standby that commits wait for.
    Standby,
    /// The replica that reports read.
    Replica,
    /// RabbitMQ.
    Broker,
    /// Redis.
    Redis,
    /// One of two processes that serve the API.
    Api,
    /// One of two processes that serve the shop page.
    Shop,
    /// The worker.
    Worker,
}

impl Part {
    /// All of them, in the order in which they are killed.
    pub const ALL: [Self; 8] = [Self::Primary, Self::Standby, Self::Replica, Self::Broker, Self::Redis, Self::Api, Self::Shop, Self::Worker];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary of the database",
            Self::Standby => "its standby",
            Self::Replica => "its replica",
            Self::Broker => "RabbitMQ",
            Self::Redis => "Redis",
            Self::Api => "one API process",
            Self::Shop => "one process of the shop page",
            Self::Worker => "the worker",
        }
    }
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Blow {
    /// To what; to nothing in the time before the first.
    pub part: Option<Part>,
    /// When it was killed.
    pub at: Instant,
    /// When it was there again.
    pub back: Instant,
    /// How it came back.
    pub done: String,
}

impl Blow {
    /// None yet: from here on it is seen how everything is on other days.
    pub fn none() -> Self {
        let now = Instant::now();
        Self { part: None, at: now, back: now, done: "–".to_owned() }
    }
}

/// Kills it, leaves it away for so long, and brings it back: by itself where something starts it again, by the rehearsed take-over for the primary.
///
/// # Errors
/// Where that cannot be done.
pub async fn strike(whole: &mut Whole, part: Part, away: Duration) -> anyhow::Result<Blow> {
    let back = format!("back after {} s", away.as_secs());
    let (at, done) = match part {
        Part::Primary => {
            let (lost, moment) = whole.database.lose_primary().await?;
            sleep(NOTICED).await;
            let TakenOver { promoted, .. } = whole.database.take_over(lost, &moment).await?;
            whole.database.build_anew().await;
            (lost, format!("standby takes over {:.1} s later, another one is built", (promoted - lost).as_secs_f64()))
        }
        Part::Standby => {
            let lost = whole.database.lose_standby();
            sleep(away).await;
            whole.database.bring_standby_back();
            (lost, back)
        }
        Part::Replica => {
            let lost = whole.database.lose_replica();
            sleep(away).await;
            whole.database.bring_replica_back();
            (lost, back)
        }
        Part::Broker => {
            whole.broker.kill();
            let lost = Instant::now();
            sleep(away).await;
            whole.broker.up().await;
            (lost, back)
        }
        Part::Redis => {
            whole.redis.kill().await?;
            let lost = Instant::now();
            sleep(away).await;
            whole.redis.up().await?;
            (lost, back)
        }
        Part::Api => kill(whole, "api-1").await?,
        Part::Shop => kill(whole, "shop-1").await?,
        Part::Worker => kill(whole, "worker").await?,
    };
    Ok(Blow { part: Some(part), at, back: Instant::now(), done })
}

/// Kills a process that starts again by itself.
async fn kill(whole: &Whole, name: &str) -> anyhow::Result<(Instant, String)> {
    whole.process(name)?.kill().await?;
    Ok((Instant::now(), "started again 2 s later".to_owned()))
}
