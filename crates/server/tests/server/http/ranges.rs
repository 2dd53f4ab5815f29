//! `GET /v1/sync/digest`, `GET /v1/sync/range`

use std::collections::BTreeMap;

use beadsbox_domain::{Operation, Role};
use beadsbox_protocol::{
    ErrorCode, Profile,
    digest::{DigestAnswer, Digester, MOST_RANGE_ROWS, RangeDigest, RangeRows, RowKind},
    flat::{FlatTexts, FlatVoucher},
    rows::{Row, RowKey},
    snapshot::{SNAPSHOT_FORMAT, content_hash},
};
use beadsbox_server::{Clock, seed};
use beadsbox_testkit::{Answer, TestDevice, fixtures};
use reqwest::Method;
use uuid::Uuid;

use crate::support::{PASSWORD, Stage, sell_many, until_settled};

/// The rows of a kind that the device holds, in the order of their ids.
fn held(device: &TestDevice, kind: RowKind) -> BTreeMap<Uuid, &Row> {
    let id_of = |row: &Row| match row.key() {
        RowKey::Shop(id) => (RowKind::Shop, id.0),
        RowKey::Staff(id) => (RowKind::Staff, id.0),
        RowKey::Device(id) => (RowKind::Device, id.0),
        RowKey::Settings => (RowKind::Settings, Uuid::nil()),
        RowKey::Template(id) => (RowKind::Template, id.0),
        RowKey::Conflict(id) => (RowKind::Conflict, id.0),
        RowKey::Voucher(id) => (RowKind::Voucher, id.0),
    };
    device
        .cache
        .values()
        .map(|row| (id_of(row), row))
        .filter(|((of, _), _)| *of == kind)
        .map(|((_, id), row)| (id, row))
        .collect()
}

/// The digest as a device computes it over its cache.
fn own_digest(device: &TestDevice, kind: RowKind, after: Option<Uuid>, through: Option<Uuid>) -> (u64, String) {
    let mut digester = Digester::default();
    for (id, row) in held(device, kind) {
        if after.is_some_and(|after| id <= after) || through.is_some_and(|through| id > through) {
            continue;
        }
        match row {
            Row::Voucher(row) => {
                let content = content_hash(&serde_json::to_string(&row.voucher.snapshot).unwrap());
                digester
                    .voucher(&FlatVoucher::new(&row.voucher, &FlatTexts::of(&row.voucher).unwrap(), content, row.person.as_ref()))
                    .unwrap();
            }
            other => digester.row(other.content_json().unwrap().as_bytes()),
        }
    }
    digester.finish()
}

fn name(kind: RowKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn after_query(after: Option<Uuid>) -> String {
    after.map(|after| format!("&after={after}")).unwrap_or_default()
}

async fn digest(device: &TestDevice, kind: RowKind, after: Option<Uuid>, limit: u32) -> DigestAnswer {
    let (cursor, epoch) = (device.cursor.seq, device.epoch);
    let path = format!(
        "/v1/sync/digest?epoch={epoch}&format={SNAPSHOT_FORMAT}&cursor={cursor}&kind={}&limit={limit}{}",
        name(kind),
        after_query(after)
    );
    device.call(Method::GET, &path, None::<&()>).await.unwrap()
}

async fn range(device: &TestDevice, kind: RowKind, after: Option<Uuid>, through: Option<Uuid>) -> RangeRows {
    let through = through.map(|through| format!("&through={through}")).unwrap_or_default();
    let path = format!("/v1/sync/range?epoch={}&kind={}{}{through}", device.epoch, name(kind), after_query(after));
    device.call(Method::GET, &path, None::<&()>).await.unwrap()
}

/// The ranges in which the device differs from the server.
async fn differing(device: &TestDevice, limit: u32) -> Vec<(RowKind, Option<Uuid>, Option<Uuid>)> {
    let mut found = Vec::new();
    for kind in RowKind::ALL {
        let mut after = None;
        loop {
            let DigestAnswer::Range(RangeDigest { through, rows, digest }) = digest(device, kind, after, limit).await else {
                panic!("no range of {kind:?}")
            };
            if own_digest(device, kind, after, through) != (rows, digest) {
                found.push((kind, after, through));
            }
            if through.is_none() {
                break;
            }
            after = through;
        }
    }
    found
}

/// Rows of every kind, a conflict among them.
async fn lively() -> (Stage, TestDevice) {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let mut office = stage.office("Margaux").await;
    let vouchers = sell_many(&mut one, 11).await;
    for till in [&mut one, &mut two] {
        till.act(fixtures::honour(vouchers[0])).await.unwrap();
    }
    office.act(Operation::Cancel { voucher: vouchers[1], reason: fixtures::reason() }).await.unwrap();
    sqlx::query("DELETE FROM person WHERE hash = (SELECT person_hash FROM voucher ORDER BY id LIMIT 1)")
        .execute(&stage.pool)
        .await
        .unwrap();
    until_settled(&stage).await;
    (stage, one)
}

#[tokio::test]
async fn rule_5_the_digests_of_a_device_at_the_head_are_the_servers() {
    let (stage, _) = lively().await;
    stage.staff("Adrien", Role::Admin).await;
    for profile in [Profile::Counter, Profile::Office] {
        let mut device = stage.device_with_profile(profile.name(), profile).await;
        device.sign_in("Adrien", PASSWORD).await.unwrap();
        until_settled(&stage).await;
        device.pull().await.unwrap();
        for kind in RowKind::ALL {
            assert!(!held(&device, kind).is_empty(), "the test has rows of {kind:?}");
        }
        for limit in [1, 3, 4096] {
            assert_eq!(differing(&device, limit).await, [], "{profile:?} {limit}");
        }
    }
}

#[tokio::test]
async fn a_cache_that_differs_is_found_and_repaired_range_by_range() {
    let (stage, _) = lively().await;
    let mut device = stage.bare_device("Desk").await;
    until_settled(&stage).await;
    device.pull().await.unwrap();
    let vouchers: Vec<Uuid> = held(&device, RowKind::Voucher).into_keys().collect();
    // One missing, one that nobody has, one that reads otherwise under the same version, and a shop of another name.
    let missing = device.cache.remove(&RowKey::Voucher(beadsbox_domain::VoucherId(vouchers[2]))).unwrap();
    let Row::Voucher(mut foreign) = missing else { panic!("no voucher") };
    foreign.voucher.id = beadsbox_domain::VoucherId(Uuid::max());
    device.cache.insert(RowKey::Voucher(foreign.voucher.id), Row::Voucher(foreign));
    let altered = RowKey::Voucher(beadsbox_domain::VoucherId(vouchers[7]));
    let Some(Row::Voucher(row)) = device.cache.get_mut(&altered) else { panic!("no voucher") };
    row.voucher.since.at += jiff::SignedDuration::from_micros(1);
    let Some(Row::Shop(shop)) = device.cache.get_mut(&RowKey::Shop(stage.shop.id)) else { panic!("no shop") };
    "Maraîs".clone_into(&mut shop.name);

    let found = differing(&device, 4).await;
    assert_eq!(
        found.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(),
        [RowKind::Shop, RowKind::Voucher, RowKind::Voucher, RowKind::Voucher]
    );
    for (kind, after, through) in found {
        let repaired = range(&device, kind, after, through).await;
        assert_eq!((repaired.covered, repaired.at.clone()), (None, device.cursor.clone()));
        let gone: Vec<RowKey> = held(&device, kind)
            .into_iter()
            .filter(|(id, _)| after.is_none_or(|after| *id > after) && through.is_none_or(|through| *id <= through))
            .map(|(_, row)| row.key())
            .collect();
        device.cache.retain(|key, _| !gone.contains(key));
        device.cache.extend(repaired.rows.into_iter().map(|row| (row.key(), row)));
    }
    assert_eq!(differing(&device, 4).await, []);
}

#[tokio::test]
async fn nothing_is_compared_while_it_moves() {
    let (stage, mut till) = lively().await;
    till.pull().await.unwrap();
    assert!(matches!(digest(&till, RowKind::Voucher, None, 100).await, DigestAnswer::Range(_)));
    let at = till.cursor.clone();
    till.cursor.seq -= 1;
    assert_eq!(digest(&till, RowKind::Voucher, None, 100).await, DigestAnswer::Moving, "behind the head");
    till.cursor.seq += 2;
    assert_eq!(digest(&till, RowKind::Voucher, None, 100).await, DigestAnswer::Moving, "beyond it");
    till.cursor = at;

    // A change that is committed and not in the feed yet: somebody keeps the sequencer from it.
    let vouchers: Vec<Uuid> = held(&till, RowKind::Voucher).into_keys().collect();
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(7090180272425365809)").execute(&mut *holder).await.unwrap();
    sqlx::query("INSERT INTO change_inbox (kind, entity_id) VALUES ('voucher', $1)")
        .bind(vouchers[3])
        .execute(&stage.pool)
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(stage.count("SELECT count(*) FROM change_inbox").await, 1, "the sequencer waits");
    assert_eq!(digest(&till, RowKind::Voucher, None, 100).await, DigestAnswer::Moving);
    assert_eq!(digest(&till, RowKind::Voucher, Some(vouchers[2]), 1).await, DigestAnswer::Moving);
    assert!(
        matches!(digest(&till, RowKind::Voucher, Some(vouchers[3]), 100).await, DigestAnswer::Range(_)),
        "behind it nothing moves"
    );
    assert!(matches!(digest(&till, RowKind::Voucher, None, 3).await, DigestAnswer::Range(_)), "before it nothing moves");
    assert!(matches!(digest(&till, RowKind::Template, None, 100).await, DigestAnswer::Range(_)), "another kind");
    holder.rollback().await.unwrap();
    until_settled(&stage).await;
    assert_eq!(digest(&till, RowKind::Voucher, None, 100).await, DigestAnswer::Moving, "now the head has moved");
    till.pull().await.unwrap();
    assert!(matches!(digest(&till, RowKind::Voucher, None, 100).await, DigestAnswer::Range(_)));
}

#[tokio::test]
async fn bounds_of_a_digest() {
    let (_stage, mut till) = lively().await;
    till.pull().await.unwrap();
    let ask = async |query: String| -> Answer<DigestAnswer> { till.call(Method::GET, &format!("/v1/sync/digest?{query}"), None::<&()>).await };
    let (epoch, cursor) = (till.epoch, till.cursor.seq);
    for limit in ["0", "4097", "-1", "x"] {
        let problem = ask(format!("epoch={epoch}&format={SNAPSHOT_FORMAT}&cursor={cursor}&kind=voucher&limit={limit}")).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (400, ErrorCode::Malformed), "{limit}");
    }
    assert_eq!(
        ask(format!("epoch={epoch}&format={}&cursor={cursor}&kind=voucher&limit=10", SNAPSHOT_FORMAT + 1)).await.unwrap(),
        DigestAnswer::OtherFormat
    );
    let other = Uuid::now_v7();
    let problem = ask(format!("epoch={other}&format={SNAPSHOT_FORMAT}&cursor={cursor}&kind=voucher&limit=10")).await.unwrap_err();
    assert_eq!((problem.code, problem.epoch), (ErrorCode::EpochChanged, Some(epoch)));
    let problem = till
        .call::<RangeRows>(Method::GET, &format!("/v1/sync/range?epoch={other}&kind=voucher"), None::<&()>)
        .await
        .unwrap_err();
    assert_eq!(problem.code, ErrorCode::EpochChanged);
    let empty = Digester::default().finish();
    let last = DigestAnswer::Range(RangeDigest { through: None, rows: empty.0, digest: empty.1 });
    assert_eq!(digest(&till, RowKind::Voucher, Some(Uuid::max()), 10).await, last, "after the last id there is nothing");
    assert_eq!(range(&till, RowKind::Voucher, Some(Uuid::max()), None).await.rows, []);
}

#[tokio::test]
async fn a_range_that_has_grown_comes_in_parts() {
    let stage = Stage::new().await;
    let clock = Clock::new(stage.clock.reader());
    seed::seed(&stage.pool, &clock).await.unwrap();
    seed::fill(&stage.pool, &clock, 5000).await.unwrap();
    let device = stage.bare_device("Desk").await;
    let first = range(&device, RowKind::Voucher, None, None).await;
    assert_eq!(first.rows.len(), MOST_RANGE_ROWS as usize);
    let second = range(&device, RowKind::Voucher, first.covered, None).await;
    assert_eq!((second.rows.len(), second.covered), (5000 - MOST_RANGE_ROWS as usize, None));
}
