//! Requests per second and errors while Redis is killed under load and brought back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use beadsbox_protocol::ErrorCode;
use beadsbox_server::Front;
use beadsbox_testkit::{RedisProcess, TestDevice};
use tokio::time::Instant;

use crate::support::{PASSWORD, Stage, beside, bound};

/// How long each part is measured.
const PART: Duration = Duration::from_secs(3);
/// Before, during and after.
const PARTS: [&str; 3] = ["with Redis", "Redis killed", "Redis back"];
/// Clients that look at the catalogue.
const LOOKING: usize = 6;

/// What the clients count: by part.
#[derive(Default)]
struct Counts {
    part: AtomicU8,
    answered: [AtomicU64; 3],
    failed: [AtomicU64; 3],
    guesses: [AtomicU64; 3],
    slowest_ms: [AtomicU64; 3],
}

impl Counts {
    fn part(&self) -> Option<usize> {
        let part = usize::from(self.part.load(Ordering::Relaxed));
        (part < PARTS.len()).then_some(part)
    }
}

async fn look(url: String, counts: Arc<Counts>) {
    let client = reqwest::Client::new();
    while let Some(part) = counts.part() {
        let began = Instant::now();
        let well = client.get(&url).send().await.is_ok_and(|answer| answer.status() == 200);
        let took = u64::try_from(began.elapsed().as_millis()).unwrap();
        counts.slowest_ms[part].fetch_max(took, Ordering::Relaxed);
        let counted = if well { &counts.answered } else { &counts.failed };
        counted[part].fetch_add(1, Ordering::Relaxed);
    }
}

/// Somebody who guesses all the time, and is refused each time.
async fn guess(mut till: TestDevice, counts: Arc<Counts>) {
    while let Some(part) = counts.part() {
        // The right one: were the door open for a moment, it would let them in.
        let refused = till.sign_in("Camille", PASSWORD).await.expect_err("the door is open");
        assert_eq!(refused.code, ErrorCode::TooManyRequests, "{}", PARTS[part]);
        counts.guesses[part].fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "what was measured is worth reading")]
async fn killed_under_load_redis_costs_time_and_no_answer() {
    let stage = Stage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    let server = beside(&stage, |config| {
        config.redis_url = Some(redis.url().into());
        bound(config, Front::All, &["per-address=10000000"]);
    })
    .await;
    let mut till = stage.till("Camille").await.at(&server.url());
    for _ in 0..3 {
        till.sign_in("Camille", "wrong").await.unwrap_err();
    }
    let counts = Arc::new(Counts::default());
    let url = format!("{}/v1/catalogue", server.url());
    let mut clients: Vec<_> = (0..LOOKING).map(|_| tokio::spawn(look(url.clone(), Arc::clone(&counts)))).collect();
    clients.push(tokio::spawn(guess(till, Arc::clone(&counts))));

    tokio::time::sleep(PART).await;
    redis.kill().await.unwrap();
    counts.part.store(1, Ordering::Relaxed);
    tokio::time::sleep(PART).await;
    redis.up().await.unwrap();
    counts.part.store(2, Ordering::Relaxed);
    tokio::time::sleep(PART).await;
    counts.part.store(u8::MAX, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    for (part, name) in PARTS.iter().enumerate() {
        let of = |counted: &[AtomicU64; 3]| counted[part].load(Ordering::Relaxed);
        let (answered, failed, guesses) = (of(&counts.answered), of(&counts.failed), of(&counts.guesses));
        let slowest = of(&counts.slowest_ms);
        eprintln!("{name}: {} requests/s, {failed} errors, slowest {slowest} ms, {guesses} guesses refused", answered / PART.as_secs());
        assert_eq!(failed, 0, "{name}");
        assert!(answered > 0 && guesses > 0, "{name}");
    }
    let ready: serde_json::Value = reqwest::get(format!("{}/readyz", server.url())).await.unwrap().json().await.unwrap();
    assert_eq!(ready["memory"], "shared", "it is used again");
    server.stop().await;
}
