//! The server's part: what was pushed is pushed again, in the same order and at the same times, to a real server.

use std::collections::BTreeMap;

use beadsbox_protocol::{
    Profile,
    pull::ChangesQuery,
    push::{OpResult, PushResponse},
    rows::{Row, RowKey},
};
use beadsbox_server::{Clock, Config, RunningServer, Server};
use beadsbox_simulator::{
    names,
    run::{Pushed, Simulation},
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
        config.expire_every = std::time::Duration::from_hours(1000);
        let server = Server::start(config).await.unwrap();
        let epoch = sqlx::query_scalar("SELECT epoch FROM server").fetch_one(&pool).await.unwrap();
        Self { server, clock, pool, epoch, _database: database }
    }

    fn device(&self, number: u32) -> HttpServer {
        HttpServer::new(ServerAddress::parse(&self.server.url()).unwrap(), None).unwrap().with_token(token(number))
    }

    async fn push(&self, pushed: &Pushed) {
        self.clock.set(pushed.at);
        let number = (0..10).find(|number| names::device(*number) == pushed.request.device_id).unwrap();
        let mut request = pushed.request.clone();
        request.epoch = self.epoch;
        let real = self.device(number).push(&request).await;
        match (&pushed.reply, &real) {
            (Ok(modelled), Ok(real)) => assert_eq!(said(modelled), said(real), "{request:?}"),
            (Err(modelled), Err(TransportError::Refused(real))) => {
                assert_eq!((modelled.code, modelled.expected_seq), (real.code, real.expected_seq));
            }
            other => panic!("{other:?}"),
        }
    }

    /// Every row that a device of the office is sent.
    async fn rows(&self) -> Vec<Row> {
        let (mut rows, mut query) = (
            Vec::new(),
            ChangesQuery { epoch: self.epoch, incarnation: 1, cursor: 0, tag: String::new(), acked: 0, limit: 2000, wait: 0, waiting: 0 },
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

/// What a reply says but for numbers and signatures, which are this server's own.
fn said(response: &PushResponse) -> (u64, Vec<OpResult>) {
    let own = |result: &OpResult| OpResult { commit_no: 0, receipt: String::new(), ..result.clone() };
    (response.last_seq, response.results.iter().map(own).collect())
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
    for number in 0..u32::try_from(simulation.machines.len()).unwrap() {
        enrol(pool, number).await;
    }
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
    let profile = if number == 0 { Profile::Office } else { Profile::Counter };
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
    for pushed in simulation.pushes.as_ref().unwrap() {
        stage.push(pushed).await;
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
