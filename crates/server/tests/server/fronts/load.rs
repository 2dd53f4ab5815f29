//! Requests per second, errors and limits while Redis is killed under load and brought back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use beadsbox_protocol::ErrorCode;
use beadsbox_server::{Forwarding, Front, RunningServer, network};
use beadsbox_testkit::{RedisProcess, TestDevice};
use jiff::SignedDuration;
use reqwest::{Client, RequestBuilder, StatusCode, header};
use tokio::time::{Instant, sleep};

use super::{ask, memory};
use crate::{
    shop::stage::{open_page, order_path},
    support::{PASSWORD, Stage, beside, bound},
};

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

    sleep(PART).await;
    redis.kill().await.unwrap();
    counts.part.store(1, Ordering::Relaxed);
    sleep(PART).await;
    redis.up().await.unwrap();
    counts.part.store(2, Ordering::Relaxed);
    sleep(PART).await;
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

/// How many pages one address may have in a minute.
const PAGES: u32 = 100;
/// How many forms it may send in ten minutes (`FORMS` in `shop/limits.rs`).
const FORMS: u32 = 30;
/// How many guesses are free, and how many are looked at once they were made and a delay is over.
const GUESSES: [u32; 2] = [3, 1];

/// A process that remembers there, and believes a proxy for whom it asks.
async fn limited(stage: &Stage, redis: &RedisProcess) -> RunningServer {
    beside(stage, |config| {
        config.redis_url = Some(redis.url().into());
        config.forwarding = Forwarding { trusted: vec![network("127.0.0.1").unwrap()], ..Forwarding::default() };
        bound(config, Front::All, &[format!("per-address={PAGES}").as_str()]);
    })
    .await
}

/// How often each of them was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Through {
    pages: u32,
    forms: u32,
    guesses: u32,
}

/// Somebody asks for pages, somebody sends forms and somebody guesses, at two processes and all at once.
struct Crowd {
    servers: [RunningServer; 2],
    till: TestDevice,
    /// Requests for pages and forms so far.
    asked: AtomicU32,
}

impl Crowd {
    /// Each of them wants more than one process gives.
    async fn insist(&self) -> Through {
        let (one, two) = tokio::join!(self.insist_at(&self.servers[0]), self.insist_at(&self.servers[1]));
        Through { pages: one.pages + two.pages, forms: one.forms + two.forms, guesses: one.guesses + two.guesses }
    }

    async fn insist_at(&self, server: &RunningServer) -> Through {
        let client = Client::new();
        let (info, order) = (format!("{}/v1/info", server.url()), format!("{}{}", server.url(), order_path()));
        let page = || client.get(&info).header("x-forwarded-for", "192.0.2.1");
        let form = || {
            let form = client.post(&order).header("x-forwarded-for", "192.0.2.2");
            form.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body("form=forged")
        };
        let (pages, forms, guesses) = tokio::join!(
            self.ask(PAGES, 60, StatusCode::OK, page),
            // What is wrong with it is told to whoever may send it.
            self.ask(FORMS, 10 * 60, StatusCode::UNPROCESSABLE_ENTITY, form),
            guess_on(self.till.clone().at(&server.url())),
        );
        Through { pages, forms, guesses }
    }

    /// Sends a third more of these than one process takes. How many were let through; all others are told how long to wait.
    async fn ask(&self, most: u32, longest_wait: u64, let_through: StatusCode, request: impl Fn() -> RequestBuilder) -> u32 {
        let mut through = 0;
        for _ in 0..most + most / 3 {
            let answer = request().send().await.unwrap();
            self.asked.fetch_add(1, Ordering::Relaxed);
            if answer.status() == let_through {
                through += 1;
            } else {
                assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
                let wait = answer.headers()[header::RETRY_AFTER].to_str().unwrap().parse::<u64>().unwrap();
                assert!((1..=longest_wait).contains(&wait), "{wait}");
            }
        }
        through
    }

    /// Waits until both use Redis again: a minute later each time, so that they ask it before they refuse by themselves.
    async fn until_together(&self, stage: &Stage) {
        for server in &self.servers {
            while memory::reach(server).await != "shared" {
                stage.clock.advance(SignedDuration::from_mins(1));
                ask(&format!("{}/v1/info", server.url()), &[]).await;
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Guesses more often than is free, and then right: were the door open, it would let them in. How many guesses were looked at.
async fn guess_on(mut till: TestDevice) -> u32 {
    let mut looked_at = 0;
    for _ in 0..6 {
        match memory::guess(&mut till, "wrong").await {
            ErrorCode::WrongPassword => looked_at += 1,
            other => assert_eq!(other, ErrorCode::TooManyRequests),
        }
    }
    assert_eq!(memory::guess(&mut till, PASSWORD).await, ErrorCode::TooManyRequests);
    looked_at
}

#[tokio::test]
async fn whoever_asks_too_often_while_redis_is_killed_gets_what_each_process_allows_and_no_more() {
    let stage = Stage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    open_page(&stage).await;
    let servers = [limited(&stage, &redis).await, limited(&stage, &redis).await];
    let crowd = Crowd { servers, till: stage.till("Camille").await, asked: AtomicU32::new(0) };
    let together = Through { pages: PAGES, forms: FORMS, guesses: GUESSES[0] };
    let apart = Through { pages: PAGES * 2, forms: FORMS * 2, guesses: GUESSES[1] };
    // The clock stands still, and all that is asked at one time counts together. Whoever guessed may guess again ten minutes later.
    let later = || stage.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(crowd.insist().await, together, "with Redis");

    later();
    let before = crowd.asked.load(Ordering::Relaxed);
    let (killed, ()) = tokio::join!(crowd.insist(), async {
        while crowd.asked.load(Ordering::Relaxed) < before + FORMS {
            sleep(Duration::from_millis(1)).await;
        }
        redis.kill().await.unwrap();
    });
    assert!((PAGES..=apart.pages).contains(&killed.pages) && (FORMS..=apart.forms).contains(&killed.forms), "{killed:?}");
    // The database counts them, with or without it.
    assert_eq!(killed.guesses, apart.guesses);

    later();
    assert_eq!(crowd.insist().await, apart, "without Redis");

    redis.up().await.unwrap();
    crowd.until_together(&stage).await;
    later();
    assert_eq!(crowd.insist().await, Through { guesses: GUESSES[1], ..together }, "with Redis again");
    for server in crowd.servers {
        server.stop().await;
    }
}
