//! Two processes of each front behind a load balancer, a migration beneath them and restarted one after the other, under a load of real clients.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use beadsbox_domain::{Outcome, Role};
use beadsbox_testkit::{Backend, LoadBalancer, ServerLog, ServerProcess, ServerProgram, Session, TestDevice, fixtures};
use reqwest::Method;
use serde_json::Value;
use tokio::time::Instant;

use crate::support::{Stage, add_a_column_to_each_table, introduction, record_sale};

const PROGRAM: &str = env!("CARGO_BIN_EXE_beadsbox-server");

/// How long clients may take for some dozens of answers.
const PATIENCE: Duration = Duration::from_mins(2);

/// What the clients share.
#[derive(Clone, Default)]
struct Load {
    ends: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

impl Load {
    fn goes_on(&self) -> bool {
        !self.ends.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until so many more were answered: every process has had its part of them.
    async fn until_more(&self, count: u64) {
        let (until, begun) = (self.answered.load(Ordering::Relaxed) + count, Instant::now());
        while self.answered.load(Ordering::Relaxed) < until {
            assert!(begun.elapsed() < PATIENCE, "clients have ended");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A till that sells, redeems what it sold and asks what is new, without a pause.
async fn work(mut till: TestDevice, load: Load) -> TestDevice {
    let content = introduction(&mut till).await;
    while load.goes_on() {
        let voucher = record_sale(&mut till, &content);
        till.record(fixtures::ask(voucher));
        till.push().await.expect("no push is lost");
        load.count();
        till.pull_page(500, 0).await.expect("no page is lost");
        load.count();
    }
    till
}

/// A screen that waits for news, as every till does.
async fn wait_for_news(mut till: TestDevice, load: Load) {
    while load.goes_on() {
        till.pull_page(500, 2).await.expect("no poll is cut");
        load.count();
    }
}

async fn administer(office: TestDevice, session: Session, load: Load) {
    while load.goes_on() {
        for path in ["/v1/admin/devices", "/v1/reports/liability?from=2026-01-01&to=2026-01-31"] {
            office.call_as::<Value>(&session.token, Method::GET, path, None::<&()>).await.expect("no answer is lost");
            load.count();
        }
    }
}

async fn look(root: String, load: Load) {
    let client = reqwest::Client::new();
    while load.goes_on() {
        let answer = client.get(format!("{root}/v1/catalogue")).send().await.expect("no request is cut");
        assert_eq!(answer.status(), 200);
        load.count();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Two processes of that front.
async fn two(stage: &Stage, front: &'static str) -> [ServerProcess; 2] {
    let program = ServerProgram::new(PROGRAM, &stage.database);
    let mut processes = [(); 2].map(|()| program.front(front, ServerLog::WithTheTest).unwrap());
    for process in &mut processes {
        // Much longer than the load balancer takes to look, on a busy machine too.
        process.set("BEADSBOX_DRAIN_SECONDS", "3");
        process.set("BEADSBOX_SHOP_LIMITS", "per-address=1000000");
        // The cluster of the tests has other guests.
        process.set("BEADSBOX_API_LIMITS", "connections=8");
        process.set("BEADSBOX_WORKERS", "0");
        process.up().await.unwrap();
    }
    processes
}

fn backend(name: &'static str, paths: &'static [&'static str], processes: &[ServerProcess; 2]) -> Backend {
    Backend { name, paths, servers: processes.iter().map(|process| process.address().to_owned()).collect() }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_restarted_in_turn_they_lose_no_request_and_no_sale() {
    let stage = Stage::new().await;
    let [mut api, mut admin, mut shop] = [two(&stage, "api").await, two(&stage, "admin").await, two(&stage, "shop").await];
    let backends = [
        backend("api", &[], &api),
        backend("admin", &["/v1/admin/", "/v1/reports/"], &admin),
        backend("shop", &["/vouchers/", "/v1/catalogue"], &shop),
    ];
    let Some(balancer) = LoadBalancer::start(&backends, None).await.unwrap() else { return };
    let root = balancer.url();

    let load = Load::default();
    let mut tills = Vec::new();
    for name in ["Camille", "Inès", "Nour"] {
        tills.push(tokio::spawn(work(stage.till(name).await.at(&root), load.clone())));
    }
    let (office, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let others = [
        tokio::spawn(wait_for_news(stage.till("Léa").await.at(&root), load.clone())),
        tokio::spawn(wait_for_news(stage.till("Zoé").await.at(&root), load.clone())),
        tokio::spawn(administer(office.at(&root), session, load.clone())),
        tokio::spawn(look(root.clone(), load.clone())),
    ];
    load.until_more(500).await;
    add_a_column_to_each_table(&stage.pool).await;
    for process in api.iter_mut().chain(&mut admin).chain(&mut shop) {
        load.until_more(50).await;
        assert!(process.stop().await.unwrap().success());
        load.until_more(50).await;
        process.up().await.unwrap();
        balancer.until_up(6).await.unwrap();
    }
    load.until_more(50).await;
    load.ends.store(true, Ordering::Relaxed);
    for other in others {
        other.await.unwrap();
    }
    let mut recorded = 0;
    for till in tills {
        let till = till.await.unwrap();
        recorded += till.outbox.len();
        assert_eq!(till.results.len(), till.outbox.len(), "each has its outcome");
        assert!(till.results.values().all(|result| result.result == Some(Outcome::Applied)), "and it was taken");
    }
    let counted = stage.count("SELECT count(*) FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000'").await;
    assert_eq!(counted, i64::try_from(recorded).unwrap(), "nothing is lost and nothing counted twice");
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await * 2, counted);
}
