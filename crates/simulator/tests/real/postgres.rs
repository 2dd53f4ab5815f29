//! The server's part: what was pushed is pushed again, in the same order and at the same times, to a real server.

use std::collections::BTreeMap;

use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    Problem,
    fork::QuarantineDecision,
    pull::ChangesQuery,
    push::{OpResult, PushRequest, PushResponse},
    rows::{Row, RowKey},
};
use beadsbox_server::{Clock, Config, RunningServer, Server};
use beadsbox_simulator::{
    names,
    run::{Asked, Heard, Simulation},
    server::REFUSED_BECAUSE,
};
use beadsbox_sync::{HttpServer, ServerAddress, Transport as _, TransportError};
use beadsbox_testkit::{TestClock, TestDatabase};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{HISTORIES, history};

struct Stage {
    server: RunningServer,
    clock: TestClock,
    pool: PgPool,
    epoch: Uuid,
    _database: TestDatabase,
}

fn token(device: u32) -> String {
    format!("{device:064x}")
}

impl Stage {
    async fn like(simulation: &Simulation) -> Self {
        let database = TestDatabase::create().await;
        let clock = TestClock::at(names::beginning());
        let pool = database.pool();
        found(&pool, simulation).await;
        let mut config = Config::new(database.serve_url(), "127.0.0.1:0".parse().unwrap());
        config.clock = Clock::new(clock.reader());
        // The model's server marks nothing by itself.
        config.plans_upkeep = false;
        let server = Server::start(config).await.unwrap();
        let epoch = sqlx::query_scalar("SELECT epoch FROM server").fetch_one(&pool).await.unwrap();
        Self { server, clock, pool, epoch, _database: database }
    }

    fn device(&self, number: u32) -> HttpServer {
        HttpServer::new(ServerAddress::parse(&self.server.url()).unwrap(), None).unwrap().with_token(token(number))
    }

    fn number_of(device: DeviceId) -> u32 {
        (0..20).find(|number| names::device(*number) == device).unwrap()
    }

    async fn goes_through(&self, heard: &Heard) {
        self.clock.set(heard.at);
        match &heard.what {
            Asked::Push(request, modelled) => {
                let request = PushRequest { epoch: self.epoch, ..request.clone() };
                let real = self.device(Self::number_of(request.device_id)).push(&request).await;
                alike(modelled, &real, said);
            }
            Asked::Fork(request, modelled) => {
                let real = self.device(Self::number_of(request.device_id)).fork(request).await;
                alike(modelled, &real, Clone::clone);
            }
            Asked::Own(device, query, modelled) => {
                let real = self.device(Self::number_of(*device)).own_operations(query).await;
                alike(modelled, &real, |own| own.operations.iter().map(|own| (own.body.clone(), unsigned(&own.result))).collect::<Vec<_>>());
            }
            Asked::Decision((device, incarnation), accept) => {
                let decision = QuarantineDecision { accept: *accept, reason: REFUSED_BECAUSE.to_owned() };
                self.device(0).decide_quarantine(SESSION, *device, *incarnation, &decision).await.unwrap();
            }
        }
    }

    /// Every row that a device of the office is sent.
    async fn rows(&self) -> Vec<Row> {
        let (mut rows, mut query) = (
            Vec::new(),
            ChangesQuery { epoch: self.epoch, incarnation: 1, cursor: 0, tag: String::new(), acked: 0, limit: 2000, wait: 0, waiting: 0, wrong_pins: 0 },
        );
        loop {
            let page = self.device(0).changes(&query).await.unwrap();
            rows.extend(page.rows);
            if page.to.seq == page.head {
                return rows;
            }
            (query.cursor, query.tag) = (page.to.seq, page.to.tag);
        }
    }

    /// What became of each attempt.
    async fn redemptions(&self) -> BTreeMap<Uuid, (String, Option<Uuid>)> {
        let rows: Vec<(Uuid, String, Option<Uuid>)> = sqlx::query_as("SELECT op_id, outcome, undone_by FROM redemption").fetch_all(&self.pool).await.unwrap();
        rows.into_iter().map(|(op, outcome, undone_by)| (op, (outcome, undone_by))).collect()
    }
}

/// Both said the same, or refused for the same reason.
fn alike<T: std::fmt::Debug, S: std::fmt::Debug + PartialEq>(modelled: &Result<T, Box<Problem>>, real: &Result<T, TransportError>, said: impl Fn(&T) -> S) {
    match (modelled, real) {
        (Ok(modelled), Ok(real)) => assert_eq!(said(modelled), said(real)),
        (Err(modelled), Err(TransportError::Refused(real))) => assert_eq!((modelled.code, modelled.expected_seq), (real.code, real.expected_seq)),
        other => panic!("{other:?}"),
    }
}

/// What a reply says but for numbers and signatures, which are this server's own.
fn said(response: &PushResponse) -> (u64, bool, Vec<OpResult>) {
    (response.last_seq, response.quarantined, response.results.iter().map(unsigned).collect())
}

fn unsigned(result: &OpResult) -> OpResult {
    OpResult { commit_no: 0, receipt: String::new(), ..result.clone() }
}

/// The token of an admin who is signed in for ever.
const SESSION: &str = "5e5510";

async fn sign_in(pool: &PgPool) {
    let sql = "INSERT INTO staff_session (token_hash, staff_id, device_id, created_at, expires_at) VALUES ($1, $2, $3, now(), 'infinity')";
    let query = sqlx::query(sql).bind(Sha256::digest(SESSION.as_bytes()).to_vec()).bind(names::staff(0).0);
    query.bind(names::device(0).0).execute(pool).await.unwrap();
}

/// The organisation that every run begins with.
async fn found(pool: &PgPool, simulation: &Simulation) {
    for row in simulation.founding_rows() {
        match row {
            Row::Shop(shop) => {
                let sql = "INSERT INTO shop (id, name, time_zone) VALUES ($1, $2, $3)";
                sqlx::query(sql).bind(shop.id.0).bind(shop.name).bind(shop.time_zone).execute(pool).await.unwrap();
            }
            Row::Staff(staff) => {
                let sql = "INSERT INTO staff (id, name, password_hash, role) VALUES ($1, $2, '$argon2id$', $3)";
                sqlx::query(sql).bind(staff.id.0).bind(staff.name).bind(staff.role.name()).execute(pool).await.unwrap();
            }
            Row::Settings(settings) => {
                let policy = serde_json::to_value(settings.policy).unwrap();
                sqlx::query("UPDATE settings SET policy = $1").bind(policy).execute(pool).await.unwrap();
            }
            _ => {}
        }
    }
    for machine in simulation.machines.iter().filter(|machine| machine.number == machine.device_number) {
        enrol(pool, machine.number).await;
    }
    sign_in(pool).await;
    for row in simulation.founding_rows() {
        if let Row::Template(template) = row {
            add_template(pool, &template).await;
        }
    }
}

async fn enrol(pool: &PgPool, number: u32) {
    let id = names::device(number);
    let key = names::device_key(id).verifying_key();
    let chain = beadsbox_protocol::ChainHash::of_enrolment(id, 1, &key);
    let profile = names::profile(number);
    let sql = "INSERT INTO device (id, name, shop_id, public_key, token_hash, profile, enrolled_at) VALUES ($1, $2, $3, $4, $5, $6, now())";
    let query = sqlx::query(sql).bind(id.0).bind(format!("Device {number}")).bind(names::shop(number).0).bind(key.as_bytes().as_slice());
    let token_hash = Sha256::digest(token(number).as_bytes());
    query.bind(token_hash.as_slice()).bind(profile.name()).execute(pool).await.unwrap();
    let life = "INSERT INTO device_life (device_id, incarnation, last_seq, chain_hash, parted_hash) VALUES ($1, 1, 0, $2, $2)";
    sqlx::query(life).bind(id.0).bind(chain.0.as_slice()).execute(pool).await.unwrap();
}

async fn add_template(pool: &PgPool, template: &beadsbox_domain::Template) {
    let (changed, content) = (&template.changed, &template.content);
    let sql = "INSERT INTO voucher_template (id, version, archived, changed_op, changed_at, changed_staff, changed_shop, changed_device, row_version)
               VALUES ($1, 1, false, $2, $3, $4, $5, $6, 1)";
    let query = sqlx::query(sql).bind(template.id.0).bind(changed.op.0).bind(jiff_sqlx::ToSqlx::to_sqlx(changed.at));
    query.bind(changed.staff.0).bind(changed.shop.0).bind(changed.device.0).execute(pool).await.unwrap();
    let sql = "INSERT INTO voucher_template_version (template_id, version, title, description, price_minor, currency, validity_months, vat_kind, vat_rate)
               VALUES ($1, 1, $2, $3, $4, 'EUR', $5, 'single_purpose', 2000)";
    let query = sqlx::query(sql)
        .bind(template.id.0)
        .bind(content.title.as_str())
        .bind(content.description.as_str())
        .bind(content.price.minor);
    query.bind(content.validity_months.map(i32::from)).execute(pool).await.unwrap();
    sqlx::query("INSERT INTO change_inbox (kind, entity_id) VALUES ('template', $1)")
        .bind(template.id.0)
        .execute(pool)
        .await
        .unwrap();
}

async fn goes_the_same_way(seed: u64) {
    // The simulator polls its devices itself: inside a task they would soon have used up what tokio lets one poll do.
    let simulation = tokio::task::unconstrained(async { history(seed) }).await;
    let stage = Stage::like(&simulation).await;
    for heard in simulation.heard.as_ref().unwrap() {
        stage.goes_through(heard).await;
    }
    let real: BTreeMap<String, Row> = stage.rows().await.into_iter().map(|row| (format!("{:?}", row.key()), row)).collect();
    let mut compared = 0;
    for modelled in simulation.rows_of_the_office() {
        if matches!(modelled.key(), RowKey::Template(_) | RowKey::Voucher(_) | RowKey::Conflict(_)) {
            assert_eq!(real.get(&format!("{:?}", modelled.key())), Some(&modelled), "seed {seed}");
            compared += 1;
        }
    }
    let of_these = |row: &&Row| matches!(row.key(), RowKey::Voucher(_) | RowKey::Conflict(_));
    assert!(compared >= real.values().filter(of_these).count(), "seed {seed}: the real server has more rows");
    let modelled = simulation.redemptions();
    assert_eq!(stage.redemptions().await, modelled, "seed {seed}");
    stage.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_decides_what_the_model_decided() {
    for seed in 1..=HISTORIES {
        goes_the_same_way(seed).await;
    }
}
