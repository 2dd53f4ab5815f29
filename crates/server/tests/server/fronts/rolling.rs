//! Two processes of each front behind a load balancer and two workers beside them, a migration beneath them and restarted one after the other, under a load
//! of real clients.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use beadsbox_domain::{Operation, Outcome, Person, Role, TemplateContent, text::Email};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_testkit::{
    Backend, LoadBalancer, MailReceiver, OrderForm, ServerLog, ServerProcess, ServerProgram, Session, TestClock, TestDevice,
    fixtures::{self, INTRODUCTION},
};
use reqwest::Method;
use serde_json::Value;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{
    shop::stage::open_page,
    support::{Stage, add_a_column_to_each_table, introduction, record_sale},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_beadsbox-server");

/// How long clients may take for some dozens of answers, and workers for the mails that are left at the end.
const PATIENCE: Duration = Duration::from_mins(2);
/// How many people are on the shop page at once.
const VISITORS: u8 = 6;
/// Between two sales whose buyers get mail: papers are made all the time, and no more of them than two workers make.
const BETWEEN_MAILS: Duration = Duration::from_secs(2);

/// What the clients share.
#[derive(Clone, Default)]
struct Load {
    ends: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    /// On the shop page.
    ordered: Arc<AtomicU64>,
    /// Sales whose buyers get mail, two at a time.
    mailed: Arc<AtomicU64>,
}

impl Load {
    fn goes_on(&self) -> bool {
        !self.ends.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until so many more were answered.
    async fn until_more(&self, count: u64) {
        until_grown(&self.answered, count).await;
    }

    /// Waits until so much more was done that every process has had its part of it.
    async fn until_used(&self) {
        self.until_more(50).await;
        until_grown(&self.ordered, 4).await;
        until_grown(&self.mailed, 1).await;
    }
}

async fn until_grown(counted: &AtomicU64, by: u64) {
    let (until, begun) = (counted.load(Ordering::Relaxed) + by, Instant::now());
    while counted.load(Ordering::Relaxed) < until {
        assert!(begun.elapsed() < PATIENCE, "clients have ended");
        sleep(Duration::from_millis(5)).await;
    }
}

/// A till that sells, redeems what it sold and asks what is new, without a pause.
async fn work(mut till: TestDevice, load: Load) -> TestDevice {
    let content = introduction(&mut till).await;
    while load.goes_on() {
        till.now = the_time();
        let voucher = record_sale(&mut till, &content);
        till.record(fixtures::ask(voucher));
        till.push().await.expect("no push is lost");
        load.count();
        till.pull_page(500, 0).await.expect("no page is lost");
        load.count();
    }
    till
}

/// As the processes have it: the stage's clock stands still.
fn the_time() -> jiff::Timestamp {
    TestClock::default().now()
}

/// A till that sells to two people at a time, who get their vouchers by mail. It, and their addresses.
async fn sell_by_mail(mut till: TestDevice, load: Load) -> (TestDevice, Vec<String>) {
    let content = introduction(&mut till).await;
    let mut addresses = Vec::new();
    while load.goes_on() {
        till.now = the_time();
        for _ in 0..2 {
            // Each has one of their own: it tells whose mail comes twice, or never.
            let address = format!("buyer-{}@example.org", addresses.len());
            record_mailed_sale(&mut till, &content, &address);
            addresses.push(address);
        }
        till.push().await.expect("no push is lost");
        load.mailed.fetch_add(1, Ordering::Relaxed);
        sleep(BETWEEN_MAILS).await;
    }
    (till, addresses)
}

fn record_mailed_sale(till: &mut TestDevice, content: &TemplateContent, address: &str) {
    let person = Person { email: Some(Email::new(address).unwrap()), ..fixtures::person("Ada Lovelace") };
    let salted = SaltedPerson::new(&person, fixtures::random()).unwrap();
    let (_, mut sale) = fixtures::sale(INTRODUCTION, 1, content.clone(), &salted);
    if let Operation::Sell { mail, .. } = &mut sale {
        *mail = Some(true);
    }
    till.remember(&salted);
    till.record(sale);
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
        sleep(Duration::from_millis(5)).await;
    }
}

/// People who order on the shop page, one after the other, each at another address of a network: nobody sends as many forms as one may not. Their
/// reservations.
async fn order(root: String, network: u8, load: Load) -> Vec<String> {
    // Not all networks at the same moment.
    sleep(Duration::from_millis(400) * u32::from(network)).await;
    let mut reservations = Vec::new();
    while load.goes_on() {
        let [high, low] = u16::try_from(reservations.len()).unwrap().to_be_bytes();
        reservations.push(reserve(Ipv4Addr::new(127, network, high, low), &root).await);
        load.ordered.fetch_add(1, Ordering::Relaxed);
    }
    reservations
}

/// Somebody at that address gets the form, fills it in and sends it, and comes to the order's page. What they say at the counter.
async fn reserve(address: Ipv4Addr, root: &str) -> String {
    let client = reqwest::Client::builder().local_address(IpAddr::from(address)).build().unwrap();
    let page = OrderForm::page(root);
    let answer = client.get(&page).send().await.expect("no form is lost");
    let form = OrderForm::fill_in(page, answer).await.unwrap();
    let ordered = form.send(&client, "Aunt+Odile").send().await.expect("no order is lost");
    let text = ordered.text().await.expect("no order's page is cut");
    let reservation = text.split_once("data-reservation=\"").and_then(|(_, rest)| rest.split_once('"'));
    reservation.unwrap_or_else(|| panic!("nothing is reserved: {text}")).0.replace('-', "")
}

/// Everybody who works at once, until the load ends.
struct Clients {
    tills: Vec<JoinHandle<TestDevice>>,
    seller: JoinHandle<(TestDevice, Vec<String>)>,
    visitors: Vec<JoinHandle<Vec<String>>>,
    others: [JoinHandle<()>; 4],
}

impl Clients {
    async fn start(stage: &Stage, root: &str, load: &Load) -> Self {
        let mut tills = Vec::new();
        for name in ["Camille", "Inès", "Nour"] {
            tills.push(tokio::spawn(work(stage.till(name).await.at(root), load.clone())));
        }
        let seller = tokio::spawn(sell_by_mail(stage.till("Margaux").await.at(root), load.clone()));
        let visitors = (1..=VISITORS).map(|network| tokio::spawn(order(root.to_owned(), network, load.clone()))).collect();
        let (office, session) = stage.device_with_session("Adrien", Role::Admin).await;
        let others = [
            tokio::spawn(wait_for_news(stage.till("Léa").await.at(root), load.clone())),
            tokio::spawn(wait_for_news(stage.till("Zoé").await.at(root), load.clone())),
            tokio::spawn(administer(office.at(root), session, load.clone())),
            tokio::spawn(look(root.to_owned(), load.clone())),
        ];
        Self { tills, seller, visitors, others }
    }
}

/// What the processes share.
struct Parts<'a> {
    stage: &'a Stage,
    mail_server: &'a MailReceiver,
}

impl Parts<'_> {
    /// Two processes of that front.
    async fn front(&self, front: &'static str) -> [ServerProcess; 2] {
        self.two(|program| program.front(front, ServerLog::WithTheTest).unwrap(), "0").await
    }

    /// Two that work at what the fronts leave to them, each at one job at a time.
    async fn workers(&self) -> [ServerProcess; 2] {
        self.two(|program| program.worker(ServerLog::WithTheTest).unwrap(), "1").await
    }

    async fn two(&self, made: impl Fn(&ServerProgram) -> ServerProcess, jobs_at_once: &str) -> [ServerProcess; 2] {
        let program = ServerProgram::new(PROGRAM, &self.stage.database);
        let mut processes = [(); 2].map(|()| made(&program));
        for process in &mut processes {
            // Much longer than the load balancer takes to look, on a busy machine too.
            process.set("BEADSBOX_DRAIN_SECONDS", "3");
            process.set("BEADSBOX_SHOP_LIMITS", "per-address=1000000");
            // The load balancer, which says who asks.
            process.set("BEADSBOX_TRUSTED_PROXIES", "127.0.0.1");
            // The cluster of the tests has other guests.
            process.set("BEADSBOX_API_LIMITS", "connections=8");
            process.set("BEADSBOX_WORKERS", jobs_at_once);
            process.set("SMTP_URL", self.mail_server.url());
            process.set("MAIL_FROM", "My Beads Box <vouchers@example.com>");
            process.up().await.unwrap();
        }
        processes
    }
}

fn backend(name: &'static str, paths: &'static [&'static str], processes: &[ServerProcess; 2]) -> Backend {
    Backend { name, paths, servers: processes.iter().map(|process| process.address().to_owned()).collect() }
}

/// Ends it in the middle of everything, and starts it again where it was.
async fn restart(process: &mut ServerProcess, load: &Load) {
    assert!(process.stop().await.unwrap().success());
    load.until_used().await;
    process.up().await.unwrap();
}

/// Waits until that many jobs are as the query says.
async fn until_jobs(stage: &Stage, sql: &'static str, met: impl Fn(i64) -> bool) {
    let begun = Instant::now();
    loop {
        let count = stage.count(sql).await;
        if met(count) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{count}: {sql}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Each operation has its outcome, was taken, and stands in the database once.
async fn check_sales(stage: &Stage, tills: Vec<JoinHandle<TestDevice>>, seller: TestDevice) {
    let (mut devices, mut of_tills) = (vec![seller], 0);
    for till in tills {
        let till = till.await.unwrap();
        of_tills += till.outbox.len();
        devices.push(till);
    }
    for device in &devices {
        assert_eq!(device.results.len(), device.outbox.len(), "each has its outcome");
        assert!(device.results.values().all(|result| result.result == Some(Outcome::Applied)), "and it was taken");
    }
    let recorded: usize = devices.iter().map(|device| device.outbox.len()).sum();
    let counted = stage.count("SELECT count(*) FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000'").await;
    assert_eq!(counted, i64::try_from(recorded).unwrap(), "nothing is lost and nothing counted twice");
    let redeemed = stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await;
    assert_eq!(redeemed * 2, i64::try_from(of_tills).unwrap());
}

/// Each order whose page somebody saw is there once, and no other.
async fn check_orders(stage: &Stage, visitors: Vec<JoinHandle<Vec<String>>>) {
    let mut seen = Vec::new();
    for visitor in visitors {
        seen.extend(visitor.await.unwrap());
    }
    let mut kept: Vec<String> = sqlx::query_scalar("SELECT reservation FROM shop_order").fetch_all(&stage.pool).await.unwrap();
    seen.sort();
    kept.sort();
    assert_eq!(kept, seen, "no order is lost and none is made twice");
}

/// Once no job is left, each buyer has one mail.
async fn check_mails(stage: &Stage, mail_server: &MailReceiver, mut addresses: Vec<String>) {
    until_jobs(stage, "SELECT count(*) FROM job WHERE state <> 'done'", |left| left == 0).await;
    let mut came: Vec<String> = mail_server.mails().into_iter().flat_map(|mail| mail.to).collect();
    came.sort();
    addresses.sort();
    assert_eq!(came, addresses, "no mail is lost and none comes twice");
    let sent = stage.count("SELECT count(*) FROM job WHERE kind = 'voucher_mail' AND ended = 'sent'").await;
    assert_eq!(sent, i64::try_from(addresses.len()).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_restarted_in_turn_they_lose_no_request_and_no_sale() {
    let (stage, mail_server) = (Stage::new().await, MailReceiver::start().await.unwrap());
    open_page(&stage).await;
    // Mail goes where the seller says so: what the other tills sell is used at once.
    sqlx::query("UPDATE mail_settings SET at_sale = false").execute(&stage.pool).await.unwrap();
    let parts = Parts { stage: &stage, mail_server: &mail_server };
    let [mut api, mut admin, mut shop] = [parts.front("api").await, parts.front("admin").await, parts.front("shop").await];
    let backends = [
        backend("api", &[], &api),
        backend("admin", &["/v1/admin/", "/v1/reports/"], &admin),
        backend("shop", &["/vouchers/", "/v1/catalogue"], &shop),
    ];
    let Some(balancer) = LoadBalancer::start(&backends, None).await.unwrap() else { return };
    let mut workers = parts.workers().await;

    let load = Load::default();
    let clients = Clients::start(&stage, &balancer.url(), &load).await;
    load.until_more(500).await;
    add_a_column_to_each_table(&stage.pool).await;
    for process in api.iter_mut().chain(&mut admin).chain(&mut shop) {
        load.until_used().await;
        restart(process, &load).await;
        balancer.until_up(6).await.unwrap();
    }
    for worker in &mut workers {
        load.until_used().await;
        // Both are at one: whichever is ended has a mail in its hands.
        until_jobs(&stage, "SELECT count(*) FROM job WHERE kind = 'voucher_mail' AND state = 'running'", |running| running == 2).await;
        restart(worker, &load).await;
    }
    load.until_used().await;
    load.ends.store(true, Ordering::Relaxed);
    for other in clients.others {
        other.await.unwrap();
    }
    let (seller, addresses) = clients.seller.await.unwrap();
    check_sales(&stage, clients.tills, seller).await;
    check_orders(&stage, clients.visitors).await;
    check_mails(&stage, &mail_server, addresses).await;
}
