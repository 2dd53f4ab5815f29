//! The feed under load: several processes on one database, writers that commit late, sequencers that die.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use beadsbox_domain::VoucherId;
use beadsbox_protocol::rows::{Row, RowKey};
use beadsbox_server::RunningServer;
use beadsbox_testkit::{TestDevice, fixtures};
use sqlx::{PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

use crate::support::{Stage, begin_poll, introduction, record_sale, sell, sell_many, sorted_rows, start, until_settled};

/// Two more processes on the same database.
async fn two_more(stage: &Stage) -> Vec<RunningServer> {
    vec![start(&stage.database, &stage.clock).await, start(&stage.database, &stage.clock).await]
}

/// Another device, at which the same staff member works.
async fn colleague(stage: &Stage, of: &TestDevice, name: &str, base: &str) -> TestDevice {
    let mut device = stage.bare_device(name).await.at(base);
    device.staff = of.staff;
    device
}

/// Sells and redeems, a push for each.
async fn work(mut device: TestDevice, rounds: usize) {
    let content = introduction(&mut device).await;
    for _ in 0..rounds {
        let voucher = record_sale(&mut device, &content);
        device.push().await.unwrap();
        device.act(fixtures::ask(voucher)).await.unwrap();
    }
}

/// Changes vouchers in transactions that stay open for a while, so that what is noted first is often committed last.
async fn dawdle(pool: PgPool, vouchers: Vec<VoucherId>, place: u64) {
    for (round, voucher) in vouchers.into_iter().enumerate() {
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO change_inbox (kind, entity_id) VALUES ('voucher', $1)")
            .bind(voucher.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query("UPDATE voucher SET row_version = row_version + 1 WHERE id = $1")
            .bind(voucher.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis((place * 37 + round as u64 * 53) % 160)).await;
        tx.commit().await.unwrap();
    }
}

/// The vouchers that a device holds, with their versions.
fn versions(device: &TestDevice) -> BTreeMap<Uuid, i64> {
    let voucher = |row: &Row| match row {
        Row::Voucher(row) => Some((row.voucher.id.0, i64::try_from(row.voucher.row_version).unwrap())),
        _ => None,
    };
    device.cache.values().filter_map(voucher).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_5_who_pages_while_sixteen_write_through_three_processes_misses_nothing() {
    let stage = Stage::new().await;
    let others = two_more(&stage).await;
    let bases = [stage.base.clone(), others[0].url(), others[1].url()];
    let mut first = stage.till("Camille").await;
    let slow = sell_many(&mut first, 40).await;
    let mut writers = Vec::new();
    for number in 0..12 {
        let device = colleague(&stage, &first, &format!("Till {number}"), &bases[number % 3]).await;
        writers.push(tokio::spawn(work(device, 6)));
    }
    let pool = PgPoolOptions::new().max_connections(4).connect(&stage.database.owner_url()).await.unwrap();
    for (place, vouchers) in (0..).zip(slow.chunks(10)) {
        writers.push(tokio::spawn(dawdle(pool.clone(), vouchers.to_vec(), place)));
    }

    let mut reader = colleague(&stage, &first, "Reader", &bases[0]).await;
    let (mut pages, mut last) = (0, 0);
    while writers.iter().any(|writer| !writer.is_finished()) {
        reader = reader.at(&bases[pages % 3]);
        let page = reader.pull_page(5, 1).await.unwrap();
        assert!(page.from.seq == last && page.to.seq >= last, "a page follows the one before");
        last = page.to.seq;
        pages += 1;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    until_settled(&stage).await;
    reader.pull().await.unwrap();
    assert!(pages > 10, "it paged meanwhile: {pages}");

    let rows: Vec<(Uuid, i64)> = sqlx::query_as("SELECT id, row_version FROM voucher").fetch_all(&stage.pool).await.unwrap();
    assert_eq!(rows.len(), 40 + 12 * 6);
    assert_eq!(versions(&reader), rows.into_iter().collect());
    let mut fresh = colleague(&stage, &first, "Fresh", &bases[1]).await;
    fresh.pull().await.unwrap();
    reader.pull().await.unwrap();
    assert_eq!(sorted_rows(&reader), sorted_rows(&fresh), "as who comes last");
    assert_eq!(stage.count("SELECT count(*) FROM change_feed WHERE seq > (SELECT max(to_seq) FROM feed_batch)").await, 0);
    for server in others {
        server.stop().await;
    }
}

/// The backend that stands in the middle of moving the inbox, waiting for that table.
async fn mover(stage: &Stage) -> i32 {
    loop {
        let found: Option<i32> = sqlx::query_scalar(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO feed_batch%'",
        )
        .fetch_optional(&stage.pool)
        .await
        .unwrap();
        match found {
            Some(pid) => return pid,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sequencer_killed_in_mid_move_leaves_everything_to_the_next() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 3).await;
    till.pull().await.unwrap();
    let others = two_more(&stage).await;
    // The move is made and its batch not yet: whoever moves waits here, with the lock.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE feed_batch IN EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    let ids: Vec<Uuid> = vouchers.iter().map(|voucher| voucher.0).collect();
    sqlx::query("INSERT INTO change_inbox (kind, entity_id) SELECT 'voucher', unnest($1::uuid[])")
        .bind(&ids)
        .execute(&stage.pool)
        .await
        .unwrap();
    let first = mover(&stage).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO feed_batch%'";
    assert_eq!(stage.count(waiting).await, 1, "of three processes, one moves");
    assert_eq!(till.pull_page(10, 0).await.unwrap().rows, [], "nothing of a move shows before its end");

    sqlx::query("SELECT pg_terminate_backend($1)").bind(first).execute(&stage.pool).await.unwrap();
    let second = mover(&stage).await;
    assert_ne!(first, second, "another one is at it");
    assert_eq!(till.pull_page(10, 0).await.unwrap().rows, []);
    holder.rollback().await.unwrap();
    until_settled(&stage).await;
    let page = till.pull_page(10, 0).await.unwrap();
    let came: Vec<RowKey> = page.rows.iter().map(Row::key).collect();
    assert_eq!(
        came,
        vouchers.iter().map(|voucher| RowKey::Voucher(*voucher)).collect::<Vec<_>>(),
        "each once, in the order of the changes"
    );
    assert_eq!((page.to.seq, till.pull_page(10, 0).await.unwrap().rows.len()), (page.head, 0));
    for server in others {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_long_poll_wakes_soon_whichever_process_it_waits_at() {
    let stage = Stage::new().await;
    let others = two_more(&stage).await;
    let mut till = stage.till("Camille").await;
    let mut waits = Vec::new();
    for round in 0..9 {
        let base = [&stage.base, &others[0].url(), &others[1].url()][round % 3].clone();
        let voucher = sell(&mut till).await;
        let mut other = colleague(&stage, &till, &format!("Other {round}"), &base).await;
        until_settled(&stage).await;
        other.pull().await.unwrap();
        let polling = begin_poll(&stage, other).await;
        let began = Instant::now();
        till.act(fixtures::ask(voucher)).await.unwrap();
        let (_, page) = polling.await.unwrap();
        waits.push(began.elapsed());
        assert_eq!(page.unwrap().rows.iter().map(Row::key).collect::<Vec<_>>(), [RowKey::Voucher(voucher)]);
    }
    waits.sort();
    // Generous: it is a few milliseconds where the machine has time.
    assert!(waits[4] < Duration::from_millis(700), "{waits:?}");
    for server in others {
        server.stop().await;
    }
}
