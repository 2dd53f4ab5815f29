//! `GET /v1/sync/snapshot`, `GET /v1/sync/snapshot/{id}/{number}`

use std::{collections::HashMap, time::Duration};

use beadsbox_protocol::{
    ErrorCode, Profile,
    digest::Digester,
    flat::{FlatTexts, FlatVoucher},
    rows::{Row, RowKey, VoucherRow},
    snapshot::{LEAST_ENTITIES, Manifest, Record, SnapshotAnswer, content_hash},
};
use beadsbox_server::{Clock, seed};
use beadsbox_testkit::{TestDevice, fixtures};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode, header::RANGE};
use sha2::{Digest as _, Sha256};

use crate::support::{Stage, sell, sell_many, start, until_settled};

/// Makes the feed so long that a snapshot is worth while, with entities that no table has.
pub async fn crowd(stage: &Stage) {
    until_settled(stage).await;
    lengthen(stage, CROWDED_FROM, LEAST_ENTITIES).await;
}

const CROWDED_FROM: u64 = 1_000_000;

/// So many entities more, after that place of the feed.
async fn lengthen(stage: &Stage, after: u64, entities: u64) {
    let (after, entities) = (i64::try_from(after).unwrap(), i64::try_from(entities).unwrap());
    let mut tx = stage.pool.begin().await.unwrap();
    let insert = "INSERT INTO change_feed (kind, entity_id, seq) SELECT 'voucher', gen_random_uuid(), $1 + n FROM generate_series(1, $2) AS n";
    sqlx::query(insert).bind(after).bind(entities).execute(&mut *tx).await.unwrap();
    let insert = "INSERT INTO feed_batch (to_seq, tag) VALUES ($1, repeat('c', 32))";
    sqlx::query(insert).bind(after + entities).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn ask(device: &TestDevice) -> SnapshotAnswer {
    ask_from(device, 0).await
}

/// As a device whose cache stands there.
async fn ask_from(device: &TestDevice, after: u64) -> SnapshotAnswer {
    let path = if after == 0 { "/v1/sync/snapshot".to_owned() } else { format!("/v1/sync/snapshot?after={after}") };
    device.call(Method::GET, &path, None::<&()>).await.unwrap()
}

/// Asks until there is one.
pub async fn ready(device: &TestDevice) -> Manifest {
    ready_from(device, 0).await
}

async fn ready_from(device: &TestDevice, after: u64) -> Manifest {
    loop {
        match ask_from(device, after).await {
            SnapshotAnswer::Ready(manifest) => return manifest,
            SnapshotAnswer::Preparing { retry_after_ms, rows, of_rows } => {
                assert!(retry_after_ms <= 2000 && of_rows > 0, "{rows} of {of_rows}");
                tokio::time::sleep(Duration::from_millis(retry_after_ms.min(100))).await;
            }
            SnapshotAnswer::NotNeeded => panic!("not needed"),
        }
    }
}

async fn fetch(device: &TestDevice, path: &str, range: Option<&str>) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(format!("{}{path}", device.base())).bearer_auth(&device.token);
    if let Some(range) = range {
        request = request.header(RANGE, range);
    }
    request.send().await.unwrap()
}

/// Every chunk, checked against the manifest, uncompressed.
pub async fn plain_chunks(device: &TestDevice, manifest: &Manifest) -> Vec<Vec<u8>> {
    let mut plain = Vec::new();
    for (number, chunk) in manifest.chunks.iter().enumerate() {
        let response = fetch(device, &format!("/v1/sync/snapshot/{}/{number}", manifest.id), None).await;
        assert_eq!((response.status(), response.headers()["content-type"].to_str().unwrap()), (StatusCode::OK, "application/zstd"));
        let bytes = response.bytes().await.unwrap();
        assert_eq!((bytes.len() as u64, hex::encode(Sha256::digest(&bytes))), (chunk.bytes, chunk.sha256.clone()));
        let decoded = zstd::decode_all(&bytes[..]).unwrap();
        assert_eq!(decoded.len() as u64, chunk.plain_bytes);
        plain.push(decoded);
    }
    plain
}

/// What the chunks hold.
#[derive(Default)]
struct Loaded {
    rows: HashMap<RowKey, Row>,
    contents: Vec<String>,
    /// Each voucher as it stands in the chunk, byte for byte.
    vouchers: HashMap<[u8; 16], Vec<u8>>,
    digest: String,
}

fn load(manifest: &Manifest, chunks: &[Vec<u8>]) -> Loaded {
    let (mut loaded, mut digester, mut last_id) = (Loaded::default(), Digester::default(), [0; 16]);
    for (chunk, described) in chunks.iter().zip(&manifest.chunks) {
        let (mut rest, mut rows) = (chunk.as_slice(), 0);
        while !rest.is_empty() {
            let (record, after) = Record::read(rest).unwrap();
            match &record {
                Record::Row(json) => {
                    assert!(loaded.vouchers.is_empty(), "rows come before vouchers");
                    let row: Row = serde_json::from_str(json).unwrap();
                    assert!(loaded.rows.insert(row.key(), row).is_none());
                }
                Record::Content(json) => loaded.contents.push((*json).to_owned()),
                Record::Voucher(voucher) => {
                    assert!(voucher.id > last_id, "in the order of their ids");
                    last_id = voucher.id;
                    assert!(loaded.contents.iter().any(|json| content_hash(json) == voucher.content), "its content has come");
                    digester.voucher(voucher).unwrap();
                    loaded.vouchers.insert(voucher.id, rest[..rest.len() - after.len()].to_vec());
                }
            }
            rows += u64::from(!matches!(record, Record::Content(_)));
            rest = after;
        }
        assert_eq!(rows, described.rows);
    }
    let (vouchers, digest) = digester.finish();
    assert_eq!((vouchers, &digest), (manifest.vouchers, &manifest.voucher_digest));
    assert_eq!(manifest.rows, vouchers + loaded.rows.len() as u64);
    loaded.digest = digest;
    loaded
}

/// The entry that the domain's voucher would make.
fn entry(row: &VoucherRow) -> Vec<u8> {
    let texts = FlatTexts::of(&row.voucher).unwrap();
    let content = content_hash(&serde_json::to_string(&row.voucher.snapshot).unwrap());
    Record::Voucher(FlatVoucher::new(&row.voucher, &texts, content, row.person.as_ref())).write(Vec::new()).unwrap()
}

fn assert_same(loaded: &Loaded, device: &TestDevice) {
    let (mut rows, mut vouchers) = (0, 0);
    for (key, row) in &device.cache {
        if let Row::Voucher(row) = row {
            assert_eq!(loaded.vouchers.get(row.voucher.id.0.as_bytes()), Some(&entry(row)), "the same bytes by both ways");
            vouchers += 1;
        } else {
            assert_eq!(loaded.rows.get(key), Some(row));
            rows += 1;
        }
    }
    assert_eq!((rows, vouchers), (loaded.rows.len(), loaded.vouchers.len()));
}

#[tokio::test]
async fn rule_5_a_snapshot_is_what_paging_to_its_cursor_gives() {
    let stage = Stage::new().await;
    let clock = Clock::new(stage.clock.reader());
    seed::seed(&stage.pool, &clock).await.unwrap();
    seed::fill(&stage.pool, &clock, 21_000).await.unwrap();
    sqlx::query("DELETE FROM person WHERE hash IN (SELECT person_hash FROM voucher ORDER BY id LIMIT 3)")
        .execute(&stage.pool)
        .await
        .unwrap();
    until_settled(&stage).await;
    for profile in [Profile::Counter, Profile::Office] {
        let mut device = stage.device_with_profile(profile.name(), profile).await;
        until_settled(&stage).await;
        let manifest = ready(&device).await;
        assert!(manifest.chunks.len() > 2, "{} chunks", manifest.chunks.len());
        assert!(
            manifest.chunks[1..manifest.chunks.len() - 1].iter().all(|chunk| (1024 * 1024..1_400_000).contains(&chunk.bytes)),
            "about a megabyte"
        );
        let loaded = load(&manifest, &plain_chunks(&device, &manifest).await);
        device.pull().await.unwrap();
        assert_eq!(device.cursor, manifest.cursor);
        assert_same(&loaded, &device);
        assert_eq!(ready(&device).await.id, manifest.id, "made once");
    }
}

#[tokio::test]
async fn what_changes_while_it_is_made_comes_with_the_pull() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 5).await;
    crowd(&stage).await;
    // The writer of chunks has to wait, so the snapshot is made while things go on.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE snapshot_chunk IN EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    let mut desk = stage.bare_device("Desk").await;
    until_settled(&stage).await;
    assert!(matches!(ask(&desk).await, SnapshotAnswer::Preparing { rows: 0, .. }));
    until_making(&stage).await;
    till.act(fixtures::ask(vouchers[0])).await.unwrap();
    let new = sell(&mut till).await;
    until_settled(&stage).await;
    assert!(matches!(ask(&desk).await, SnapshotAnswer::Preparing { .. }));
    holder.rollback().await.unwrap();

    let manifest = ready(&desk).await;
    let loaded = load(&manifest, &plain_chunks(&desk, &manifest).await);
    assert_eq!(loaded.vouchers.len(), 5, "as it was at one moment");
    desk.cursor = manifest.cursor.clone();
    let page = desk.pull_page(100, 0).await.unwrap();
    let came: Vec<RowKey> = page.rows.iter().map(Row::key).collect();
    assert!(came.contains(&RowKey::Voucher(vouchers[0])) && came.contains(&RowKey::Voucher(new)), "{came:?}");
    assert!(!came.contains(&RowKey::Voucher(vouchers[1])));
}

/// Waits until a maker has begun.
async fn until_making(stage: &Stage) {
    while stage.count("SELECT count(*) FROM snapshot WHERE made_at IS NULL").await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_short_feed_needs_none() {
    let stage = Stage::new().await;
    let device = stage.till("Camille").await;
    assert_eq!(ask(&device).await, SnapshotAnswer::NotNeeded);
    assert_eq!(stage.count("SELECT count(*) FROM snapshot").await, 0);
}

#[tokio::test]
async fn a_cut_chunk_goes_on_from_any_byte() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 20).await;
    crowd(&stage).await;
    let manifest = ready(&till).await;
    let path = format!("/v1/sync/snapshot/{}/1", manifest.id);
    let whole = fetch(&till, &path, None).await.bytes().await.unwrap();
    for from in [0, 1, 100, whole.len() - 1] {
        let response = fetch(&till, &path, Some(&format!("bytes={from}-"))).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(response.headers()["content-range"].to_str().unwrap(), format!("bytes {from}-{}/{}", whole.len() - 1, whole.len()));
        assert!(!response.headers().contains_key("content-encoding"), "it is compressed once");
        assert_eq!(response.bytes().await.unwrap(), whole.slice(from..));
    }
    let beyond = fetch(&till, &path, Some(&format!("bytes={}-", whole.len()))).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let other = fetch(&till, &path, Some("bytes=1-5")).await;
    assert_eq!((other.status(), other.bytes().await.unwrap()), (StatusCode::OK, whole));
}

#[tokio::test]
async fn one_is_made_however_many_ask_and_wherever() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 20).await;
    crowd(&stage).await;
    let second = start(&stage.database, &stage.clock).await;
    let mut asking = Vec::new();
    for number in 0..16 {
        let mut device = stage.bare_device(&format!("Till {number}")).await;
        if number % 2 == 1 {
            device = device.at(&second.url());
        }
        asking.push(device);
    }
    until_settled(&stage).await;
    let asking: Vec<_> = asking.into_iter().map(|device| tokio::spawn(async move { ready(&device).await.id })).collect();
    let mut ids = std::collections::BTreeSet::new();
    for asked in asking {
        ids.insert(asked.await.unwrap());
    }
    second.stop().await;
    assert_eq!((ids.len(), stage.count("SELECT count(*) FROM snapshot").await), (1, 1));
}

#[tokio::test]
async fn a_maker_that_dies_holds_up_nobody() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 5).await;
    crowd(&stage).await;
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE snapshot_chunk IN EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    ask(&till).await;
    until_making(&stage).await;
    let killed = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objid = 1936613744";
    assert_eq!(stage.count(killed).await, 1);
    holder.rollback().await.unwrap();
    let manifest = ready(&till).await;
    load(&manifest, &plain_chunks(&till, &manifest).await);
    assert_eq!(stage.count("SELECT count(*) FROM snapshot").await, 1, "what was half made is gone");
}

async fn gone(device: &TestDevice, id: uuid::Uuid, number: u32) -> bool {
    let problem = device
        .call::<serde_json::Value>(Method::GET, &format!("/v1/sync/snapshot/{id}/{number}"), None::<&()>)
        .await
        .unwrap_err();
    (problem.status, problem.code) == (410, ErrorCode::SnapshotGone)
}

#[tokio::test]
async fn one_that_is_not_kept_is_gone() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 5).await;
    crowd(&stage).await;
    let manifest = ready(&till).await;
    assert!(gone(&till, uuid::Uuid::now_v7(), 0).await);
    assert!(gone(&till, manifest.id, 2).await, "it has two chunks");
    // As after a crash of the database, which empties tables that are not logged.
    sqlx::query("TRUNCATE snapshot CASCADE").execute(&stage.pool).await.unwrap();
    assert!(gone(&till, manifest.id, 0).await);
    let again = ready(&till).await;
    assert_ne!(again.id, manifest.id);
    // Another epoch: nothing of the old one is given.
    stage.stop().await;
    sqlx::query("UPDATE server SET epoch = gen_random_uuid()").execute(&stage.pool).await.unwrap();
    stage.restart().await;
    let till = till.at(&stage.base);
    assert!(gone(&till, again.id, 0).await);
    let newest = ready(&till).await;
    assert_ne!((newest.id, newest.epoch), (again.id, again.epoch));
}

#[tokio::test]
async fn an_old_one_is_kept_for_its_readers_and_then_pruned() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 5).await;
    crowd(&stage).await;
    let first = ready(&till).await;
    stage.clock.advance(SignedDuration::from_hours(25));
    let second = ready(&till).await;
    assert_ne!(first.id, second.id, "a day is too old");
    let server = stage.server.as_ref().unwrap();
    stage.clock.advance(SignedDuration::from_mins(119));
    server.prune_now().await.unwrap();
    plain_chunks(&till, &first).await;
    stage.clock.advance(SignedDuration::from_mins(2));
    server.prune_now().await.unwrap();
    assert!(gone(&till, first.id, 0).await);
    plain_chunks(&till, &second).await;
}

#[tokio::test]
async fn a_device_that_holds_something_gets_a_snapshot_where_it_lacks_much_of_all() {
    let stage = Stage::new().await;
    let device = stage.bare_device("Desk").await;
    crowd(&stage).await;
    let crowded = CROWDED_FROM + LEAST_ENTITIES;
    assert_eq!(ask_from(&device, CROWDED_FROM + 1).await, SnapshotAnswer::NotNeeded, "too few to be worth it");
    let made = ready_from(&device, CROWDED_FROM).await;
    assert_eq!(made.cursor.seq, crowded);

    // The feed goes on, not so far that another one would be made.
    lengthen(&stage, crowded, LEAST_ENTITIES / 2).await;
    let SnapshotAnswer::Ready(again) = ask_from(&device, CROWDED_FROM).await else { panic!("one was made") };
    assert_eq!(again.id, made.id);
    assert_eq!(ask_from(&device, CROWDED_FROM + LEAST_ENTITIES / 4).await, SnapshotAnswer::NotNeeded, "that one brings too little");

    let longer = crowded + LEAST_ENTITIES / 2;
    // So far that the first one is of no use any more.
    lengthen(&stage, longer, 5 * LEAST_ENTITIES).await;
    assert_eq!(ask_from(&device, longer + 3 * LEAST_ENTITIES).await, SnapshotAnswer::NotNeeded, "many, and less than half");
    assert_ne!(ready_from(&device, longer - LEAST_ENTITIES / 4).await.id, made.id, "more than half");
}
