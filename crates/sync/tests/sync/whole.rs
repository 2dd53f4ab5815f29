//! An empty cache is filled from a snapshot, whatever cuts it, while operations go on being sent; and a cache is compared with the
//! server, range by range.

use std::{sync::Arc, time::Duration};

use beadsbox_protocol::{
    ErrorCode,
    digest::RowKind,
    pull::Cursor,
    snapshot::{Manifest, SnapshotAnswer},
};
use beadsbox_sync::{IdRange, Phase, Proof};
use uuid::Uuid;

use crate::stage::{CHUNKS, Fault, HEAD, Stage, manifest, stage};

/// A device without a cache, and a server with a snapshot.
fn empty() -> Stage {
    let stage = stage(&[]);
    stage.server.with(|server| (server.whole.has_snapshot, server.head) = (true, HEAD));
    stage
}

#[tokio::test(start_paused = true)]
async fn an_empty_cache_is_filled_from_a_snapshot() {
    let stage = empty();
    stage
        .server
        .with(|server| server.whole.answers.push_back(SnapshotAnswer::Preparing { rows: 5, of_rows: 10, retry_after_ms: 5 }));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| (files.loaded.len(), files.cursor.seq)), (CHUNKS, HEAD));
    assert_eq!(stage.server.with(|server| server.pulls), 1, "and one page that says it is all");
}

#[tokio::test(start_paused = true)]
async fn a_short_feed_is_taken_by_pages() {
    let stage = empty();
    stage.server.with(|server| server.whole.has_snapshot = false);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| (files.loaded.len(), files.cursor.seq)), (0, HEAD));
}

#[tokio::test(start_paused = true)]
async fn a_cut_chunk_goes_on_where_it_was_cut_and_a_lost_network_costs_nothing_that_came() {
    let stage = empty();
    stage.server.with(|server| server.whole.faults = vec![Fault::Unreachable, Fault::Cut(3), Fault::Cut(4)]);
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("loaded", |stage| stage.files(|files| files.cursor.seq) > 0).await;
    running.abort();
    assert_eq!(stage.server.with(|server| server.whole.asked[..3].to_vec()), [(0, 0), (0, 4), (0, 7)]);
    assert_eq!(stage.files(|files| files.discarded), 0);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_that_is_gone_is_asked_for_anew() {
    let stage = empty();
    stage.server.with(|server| server.whole.faults = vec![Fault::Refuse(ErrorCode::SnapshotGone)]);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| (files.loaded.len(), files.cursor.seq)), (CHUNKS, HEAD));
}

#[tokio::test(start_paused = true)]
async fn what_is_unfit_is_taken_anew_and_at_last_by_pages() {
    for (unfit, chunks) in [(2, CHUNKS), (3, 0)] {
        let stage = empty();
        stage.device.with(|files| files.unfit = unfit);
        stage.syncer.sync_now().await.unwrap();
        assert_eq!(stage.files(|files| (files.loaded.len(), files.discarded, files.cursor.seq)), (chunks, unfit, HEAD));
    }
}

#[tokio::test(start_paused = true)]
async fn another_epoch_or_format_goes_by_pages_which_find_out_more() {
    for other in [Manifest { epoch: Uuid::max(), ..manifest() }, Manifest { format: 77, ..manifest() }] {
        let stage = empty();
        stage.server.with(|server| server.whole.answers.push_back(SnapshotAnswer::Ready(other)));
        stage.syncer.sync_now().await.unwrap();
        assert_eq!(stage.files(|files| (files.loaded.len(), files.cursor.seq)), (0, HEAD));
    }
}

#[tokio::test(start_paused = true)]
async fn operations_are_sent_while_the_snapshot_comes_and_the_screen_says_online() {
    let stage = empty();
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(stage.files(|files| (files.loaded.len(), files.cursor.seq)), (1, 0), "the first chunk is there");
    assert!(stage.syncer.status().borrow().online);
    stage.record("one");
    stage.syncer.wake();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(stage.files(|files| (files.acked, files.cursor.seq)), (1, 0), "it did not wait for the load");
    assert_eq!(stage.syncer.status().borrow().progress.unwrap().phase, Phase::Loading, "nor took the bar's place");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(stage.files(|files| files.cursor.seq), HEAD + 1, "and the page with that operation after it");
    assert_eq!(stage.syncer.status().borrow().progress, None);
    running.abort();
}

/// A device that was at the head when the feed stood at 30; by now it stands at that place.
fn behind(head: u64) -> Stage {
    let stage = empty();
    stage.device.with(|files| files.cursor = Cursor { seq: 30, tag: "t".into() });
    stage.server.with(|server| server.head = head);
    stage
}

#[tokio::test(start_paused = true)]
async fn a_cache_far_behind_is_in_use_until_the_snapshot_is_in_its_place() {
    let stage = behind(HEAD + 5);
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(stage.files(|files| (files.cursor.seq, files.loaded.len(), files.rebuilt)), (40, 2, 0), "as the first page left it");
    stage.record("one");
    stage.syncer.wake();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(stage.files(|files| (files.acked, files.cursor.seq)), (1, 40), "what is recorded goes out meanwhile");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(stage.files(|files| (files.cursor.seq, files.loaded.len(), files.rebuilt)), (HEAD + 6, CHUNKS, 0));
    assert_eq!(stage.server.with(|server| server.whole.asked_from.clone()), [40], "once");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn where_the_pages_are_quicker_the_server_is_asked_once_until_the_head_is_reached() {
    let stage = behind(100);
    stage.server.with(|server| server.whole.has_snapshot = false);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!((stage.files(|files| files.cursor.seq), stage.server.with(|server| server.whole.asked_from.clone())), (100, vec![40]));
    stage.server.with(|server| server.head = 105);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.whole.asked_from.clone()), [40], "not for a single page");
    stage.server.with(|server| (server.head, server.whole.has_snapshot) = (HEAD, true));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(
        (stage.files(|files| files.cursor.seq), stage.server.with(|server| server.whole.asked_from.clone())),
        (HEAD, vec![40, 115])
    );
}

#[tokio::test(start_paused = true)]
async fn while_the_snapshot_is_made_the_pages_go_on() {
    let stage = behind(HEAD);
    let preparing = SnapshotAnswer::Preparing { rows: 5, of_rows: 10, retry_after_ms: 5000 };
    stage.server.with(|server| server.whole.answers.extend([preparing.clone(), preparing]));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.whole.asked_from.clone()), [40, 50, 60]);
    assert_eq!(stage.files(|files| (files.cursor.seq, files.loaded.len())), (HEAD, CHUNKS));
}

#[tokio::test(start_paused = true)]
async fn rule_6_a_snapshot_older_than_the_cache_is_not_taken() {
    let stage = behind(HEAD + 100);
    stage.device.with(|files| files.cursor.seq = HEAD);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.whole.asked_from.clone()), [HEAD + 10]);
    assert_eq!(stage.files(|files| (files.cursor.seq, files.loaded.len())), (HEAD + 100, 0), "by pages");
}

const SERVERS: [(u128, &str); 3] = [(10, "a"), (20, "b"), (u128::MAX, "c")];

/// A device at the head, whose ranges of vouchers have these digests.
fn compared(local: &[(u128, &str)]) -> Stage {
    let stage = stage(&[]);
    let held = |ranges: &[(u128, &str)]| ranges.iter().map(|(end, digest)| (*end, (*digest).to_owned())).collect();
    stage.server.with(|server| (server.head, server.whole.ranges) = (HEAD, held(&SERVERS)));
    stage.device.with(|files| (files.cursor, files.ranges) = (manifest().cursor, held(local)));
    stage
}

#[tokio::test(start_paused = true)]
async fn rule_5_the_range_that_differs_is_repaired_and_no_other() {
    let stage = compared(&[(10, "a"), (20, "otherwise"), (u128::MAX, "c")]);
    assert_eq!(stage.syncer.prove().await.unwrap(), Proof::Equal { repaired: 1 });
    let range = IdRange { kind: RowKind::Voucher, after: Some(Uuid::from_u128(10)), through: Some(Uuid::from_u128(20)) };
    assert_eq!(stage.files(|files| (files.repaired.clone(), files.proved)), (vec![range], 1));
    assert_eq!(stage.syncer.prove().await.unwrap(), Proof::Equal { repaired: 0 });
}

#[tokio::test(start_paused = true)]
async fn while_the_feed_moves_it_is_asked_again_and_never_proved() {
    let stage = compared(&SERVERS);
    stage.server.with(|server| server.whole.moving = 5);
    assert_eq!(stage.syncer.prove().await.unwrap(), Proof::Equal { repaired: 0 });
    stage.server.with(|server| server.whole.moving = usize::MAX);
    assert_eq!(stage.syncer.prove().await.unwrap(), Proof::PutOff);
    assert_eq!(stage.files(|files| files.proved), 1, "the first time");
}

#[tokio::test(start_paused = true)]
async fn it_is_compared_by_itself_once_it_is_due() {
    let stage = compared(&SERVERS);
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(stage.files(|files| files.proved), 1);
    running.abort();
}
