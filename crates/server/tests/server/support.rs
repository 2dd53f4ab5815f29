//! A server with a shop and its people.

use beadsbox_domain::{Operation, Outcome, Refusal, Role, TemplateContent, VoucherId};
use beadsbox_protocol::{
    admin::EnrolmentCode,
    pull::ChangesPage,
    rows::{Row, RowKey, Shop},
};
use beadsbox_server::{Clock, Config, Front, LimitChange, Profile, RunningServer, Server, organisation};
use beadsbox_testkit::{
    Answer, Session, TestClock, TestDatabase, TestDevice,
    fixtures::{self, INTRODUCTION},
};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::PgPool;

/// What the staff of the tests sign in with.
pub const PASSWORD: &str = "correct horse battery";

pub struct Stage {
    // Dropped last: the database goes when nobody uses it any more.
    pub server: Option<RunningServer>,
    pub pool: PgPool,
    pub clock: TestClock,
    pub base: String,
    pub shop: Shop,
    pub database: TestDatabase,
}

impl Stage {
    pub async fn new() -> Self {
        let database = TestDatabase::create().await;
        let clock = TestClock::default();
        let server = start(&database, &clock).await;
        let pool = database.pool();
        let shop = organisation::add_shop(&pool, "Marais", "Europe/Paris").await.unwrap();
        Self { base: server.url(), server: Some(server), pool, clock, shop, database }
    }

    /// Stops the server and starts another one on the same database, elsewhere.
    pub async fn restart(&mut self) {
        self.stop().await;
        let server = start(&self.database, &self.clock).await;
        self.base = server.url();
        self.server = Some(server);
    }

    /// Serves another database from now on, as after a restore.
    pub async fn move_to(&mut self, database: TestDatabase) {
        self.stop().await;
        self.pool = database.pool();
        self.database = database;
        self.restart().await;
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    pub async fn code(&self) -> EnrolmentCode {
        organisation::add_enrolment_code(&self.pool, self.shop.id, Profile::Office).await.unwrap()
    }

    /// An enrolled device at which nobody works yet.
    pub async fn bare_device(&self, name: &str) -> TestDevice {
        self.device_with_profile(name, Profile::Office).await
    }

    pub async fn device_with_profile(&self, name: &str, profile: Profile) -> TestDevice {
        let code = organisation::add_enrolment_code(&self.pool, self.shop.id, profile).await.unwrap();
        let mut device = TestDevice::enrol(&self.base, &code.code, name).await.unwrap();
        device.now = self.clock.now();
        device
    }

    /// A staff member of that role; their name is the device's or any other.
    pub async fn staff(&self, name: &str, role: Role) {
        organisation::add_staff(&self.pool, name, role, PASSWORD).await.unwrap();
        // What a test counts in the feed should not depend on when the timer moves it there.
        until_settled(self).await;
    }

    /// A device with a new staff member of that role at it, and their session.
    pub async fn device_with_session(&self, name: &str, role: Role) -> (TestDevice, Session) {
        let mut device = self.bare_device(name).await;
        self.staff(name, role).await;
        let session = device.sign_in(name, PASSWORD).await.unwrap();
        (device, session)
    }

    pub async fn device(&self, name: &str, role: Role) -> TestDevice {
        self.device_with_session(name, role).await.0
    }

    pub async fn till(&self, name: &str) -> TestDevice {
        self.device(name, Role::Counter).await
    }

    pub async fn office(&self, name: &str) -> TestDevice {
        self.device(name, Role::BackOffice).await
    }

    pub async fn admin(&self, name: &str) -> TestDevice {
        self.device(name, Role::Admin).await
    }

    /// How many rows the query counts.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }
}

pub async fn start(database: &TestDatabase, clock: &TestClock) -> RunningServer {
    Server::start(config(database, clock)).await.unwrap()
}

/// How the servers of the tests are started.
pub fn config(database: &TestDatabase, clock: &TestClock) -> Config {
    let mut config = Config::new(database.serve_url(), "127.0.0.1:0".parse().unwrap());
    config.clock = Clock::new(clock.reader());
    config.database_connections = 12;
    config.sequence_every = std::time::Duration::from_millis(20);
    // What a test counts are the jobs that it causes, and the orders that it has settled.
    config.plans_upkeep = false;
    config.jobs_every = std::time::Duration::from_millis(20);
    // Who changed something sees it at once.
    config.offer_kept = std::time::Duration::ZERO;
    config
}

/// A server beside the stage's, on its database, as the changes say.
pub async fn beside(stage: &Stage, change: impl FnOnce(&mut Config)) -> RunningServer {
    let mut config = config(&stage.database, &stage.clock);
    change(&mut config);
    Server::start(config).await.unwrap()
}

/// With those bounds at that front.
pub fn bound(config: &mut Config, front: Front, changes: &[&str]) {
    let changes: Vec<LimitChange> = changes.iter().map(|change| change.parse().unwrap()).collect();
    for served in config.fronts.iter_mut().filter(|served| served.front == front) {
        served.limits = served.limits.with(&changes);
    }
}

/// What a migration of the next release may do to any table while servers of this one go on.
pub async fn add_a_column_to_each_table(pool: &PgPool) {
    let tables: Vec<String> = sqlx::query_scalar("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        .fetch_all(pool)
        .await
        .unwrap();
    for table in tables {
        let later = format!("ALTER TABLE {table} ADD COLUMN later boolean NOT NULL DEFAULT false");
        sqlx::query(sqlx::AssertSqlSafe(later)).execute(pool).await.unwrap();
    }
}

/// Waits until everything that is committed is in the feed.
pub async fn until_settled(stage: &Stage) {
    while stage.count("SELECT count(*) FROM change_inbox").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Waits until that many transactions of the server wait for a lock.
pub async fn until_waiting(stage: &Stage, transactions: i64) {
    while stage
        .count("SELECT count(*) FROM pg_stat_activity WHERE usename = 'beadsbox_test' AND datname = current_database() AND wait_event_type = 'Lock'")
        .await
        < transactions
    {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// What the introduction says, as the device has it.
pub async fn introduction(device: &mut TestDevice) -> TemplateContent {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Template(INTRODUCTION)) {
        Some(Row::Template(template)) => template.content.clone(),
        other => panic!("no introduction: {other:?}"),
    }
}

/// Sells one voucher of the introduction and pushes it.
pub async fn sell(device: &mut TestDevice) -> VoucherId {
    let vouchers = sell_many(device, 1).await;
    vouchers[0]
}

/// Sells vouchers of the introduction and pushes them.
pub async fn sell_many(device: &mut TestDevice, count: usize) -> Vec<VoucherId> {
    let content = introduction(device).await;
    let vouchers = (0..count).map(|_| record_sale(device, &content)).collect();
    device.push().await.unwrap();
    for recorded in &device.outbox {
        assert!(!recorded.body.contains("Ada"), "no personal data in bodies");
    }
    vouchers
}

/// Records a sale of the introduction at its first version.
pub fn record_sale(device: &mut TestDevice, content: &TemplateContent) -> VoucherId {
    let person = fixtures::salted("Ada Lovelace");
    let (voucher, operation) = fixtures::sale(INTRODUCTION, 1, content.clone(), &person);
    device.remember(&person);
    device.record(operation);
    voucher
}

pub fn refusal(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Rejected { refusal } => refusal,
        other => panic!("not rejected: {other:?}"),
    }
}

/// The outcome of the device's last operation.
pub fn last_outcome(device: &TestDevice) -> Outcome {
    device.results[&(device.outbox.len() as u64)].result.clone().unwrap()
}

/// Any request, as rough as you like.
pub async fn raw(method: Method, url: &str, token: Option<&str>, content_type: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
    let mut request = reqwest::Client::new().request(method, url).header("content-type", content_type).body(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    if !status.is_success() {
        assert_eq!(response.headers()["content-type"], "application/problem+json", "every failure is a problem");
    }
    let bytes = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// The cached rows, to compare two devices.
pub fn sorted_rows(device: &TestDevice) -> Vec<String> {
    let mut rows: Vec<String> = device.cache.values().map(|row| serde_json::to_string(row).unwrap()).collect();
    rows.sort();
    rows
}

pub fn undo(voucher: VoucherId, redemption: beadsbox_domain::OpId) -> Operation {
    Operation::UndoRedemption { voucher, redemption, reason: fixtures::reason() }
}

/// A long poll that has surely reached the server, and its page.
pub async fn begin_poll(stage: &Stage, mut device: TestDevice) -> tokio::task::JoinHandle<(TestDevice, Answer<ChangesPage>)> {
    // The server notes how many operations wait, right after its first look at the feed.
    sqlx::query("UPDATE device SET waiting = NULL").execute(&stage.pool).await.unwrap();
    let polling = tokio::spawn(async move {
        let page = device.pull_page(100, 25).await;
        (device, page)
    });
    while stage.count("SELECT count(*) FROM device WHERE waiting IS NOT NULL").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    polling
}
