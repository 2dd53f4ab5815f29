//! Many at once.

use std::{collections::HashSet, time::Duration};

use beadsbox_domain::{Outcome, Refusal, Status, VoucherId};
use beadsbox_protocol::rows::{Row, RowKey};
use beadsbox_testkit::{TestDevice, fixtures};
use rstest::rstest;

use crate::support::{Stage, begin_poll, introduction, record_sale, sell_many, until_waiting};

/// Pushes what the device has recorded, a few operations at a time, as a till at work does.
async fn push_in_bits(device: &mut TestDevice, bit: u64) {
    let end = device.outbox.len() as u64;
    while device.acked < end {
        let last = end.min(device.acked + bit);
        let response = device.send(&device.push_request(device.acked + 1, last)).await.unwrap();
        for result in response.results {
            device.acked = result.dev_seq;
            device.results.insert(result.dev_seq, result);
        }
    }
}

async fn race(stage: &Stage, record: impl Fn(VoucherId) -> beadsbox_domain::Operation) -> (TestDevice, TestDevice, Vec<VoucherId>) {
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let mut seller = stage.till("Inês").await;
    let vouchers = sell_many(&mut seller, 200).await;
    for voucher in &vouchers {
        one.record(record(*voucher));
    }
    for voucher in vouchers.iter().rev() {
        two.record(record(*voucher));
    }
    tokio::join!(push_in_bits(&mut one, 7), push_in_bits(&mut two, 11));
    (one, two, vouchers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tills_ask_for_the_same_200_vouchers_and_200_are_confirmed() {
    let stage = Stage::new().await;
    let (one, two, vouchers) = race(&stage, fixtures::ask).await;
    let outcomes: Vec<_> = one.results.values().chain(two.results.values()).map(|result| result.result.clone().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count(), 200);
    let mut refused = 0;
    for (device, other) in [(&one, &two), (&two, &one)] {
        for result in device.results.values() {
            let Some(Outcome::Rejected { refusal }) = &result.result else { continue };
            let Refusal::StatusIs { status: Status::Used, since } = refusal else { panic!("another refusal: {refusal:?}") };
            assert_eq!((since.device, since.staff, since.shop), (other.id, other.staff, stage.shop.id), "the first use's facts");
            refused += 1;
        }
    }
    assert_eq!(refused, 200);
    assert_eq!(
        stage.count("SELECT count(DISTINCT voucher_id) FROM redemption WHERE outcome = 'accepted'").await,
        i64::try_from(vouchers.len()).unwrap()
    );
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'rejected'").await, 200);
    assert_eq!(stage.count("SELECT count(*) FROM conflict").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tills_honour_the_same_200_vouchers_and_200_are_conflicts() {
    let stage = Stage::new().await;
    let (mut one, two, _) = race(&stage, fixtures::honour).await;
    let outcomes: Vec<_> = one.results.values().chain(two.results.values()).map(|result| result.result.clone().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count(), 200);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Conflict { .. })).count(), 200);
    assert_eq!(stage.count("SELECT count(*) FROM conflict WHERE state = 'open' AND kind = 'double_redemption'").await, 200);
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await, 200);
    one.pull().await.unwrap();
    assert_eq!(one.cache.values().filter(|row| matches!(row, Row::Conflict(_))).count(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_writers_and_a_puller_that_skips_nothing() {
    const WRITERS: usize = 16;
    const PUSHES: usize = 10;
    let stage = Stage::new().await;
    let mut puller = stage.till("Puller").await;
    let content = introduction(&mut puller).await;
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let mut device = puller_like(&stage, &puller, number).await;
        let content = content.clone();
        writers.push(tokio::spawn(async move {
            let mut sold = Vec::new();
            for _ in 0..PUSHES {
                sold.extend((0..3).map(|_| record_sale(&mut device, &content)));
                device.push().await.unwrap();
            }
            sold
        }));
    }
    // Pulls small pages for as long as anybody writes, and never goes back.
    let all = WRITERS * PUSHES * 3;
    let mut seen = HashSet::new();
    let mut at = puller.cursor.seq;
    while seen.len() < all {
        let page = puller.pull_page(17, 5).await.unwrap();
        assert!(page.to.seq >= at, "cursors only grow");
        assert!(!page.rows.is_empty(), "a row was skipped: {} of {all} came", seen.len());
        at = page.to.seq;
        for row in page.rows {
            if let Row::Voucher(row) = row {
                assert!(seen.insert(row.voucher.id), "a voucher that changed once comes once");
            }
        }
    }
    for writer in writers {
        for voucher in writer.await.unwrap() {
            assert!(seen.contains(&voucher));
        }
    }
}

/// Another device, at which the same staff member works: signing in is not what this is about.
async fn puller_like(stage: &Stage, puller: &TestDevice, number: usize) -> TestDevice {
    let mut device = stage.bare_device(&format!("Writer {number}")).await;
    device.staff = puller.staff;
    device
}

#[rstest]
#[case::sale_first(true)]
#[case::use_first(false)]
#[tokio::test]
async fn a_voucher_honoured_before_its_sale_arrives_ends_as_used(#[case] sale_first: bool) {
    let stage = Stage::new().await;
    let (mut seller, mut till) = (stage.till("Camille").await, stage.till("Noé").await);
    let content = introduction(&mut seller).await;
    let voucher = record_sale(&mut seller, &content);
    till.record(fixtures::honour(voucher));
    if sale_first {
        seller.push().await.unwrap();
        till.push().await.unwrap();
    } else {
        till.push().await.unwrap();
        assert!(matches!(till.results[&1].result, Some(Outcome::Conflict { .. })));
        seller.push().await.unwrap();
    }
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'used'").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM conflict WHERE state = 'open'").await, 0);
}

#[rstest]
#[case::sale_first(true)]
#[case::use_first(false)]
#[tokio::test]
async fn a_sale_and_its_use_that_arrive_at_once_find_each_other(#[case] sale_first: bool) {
    let stage = Stage::new().await;
    let (mut seller, mut till) = (stage.till("Camille").await, stage.till("Noé").await);
    let content = introduction(&mut seller).await;
    let voucher = record_sale(&mut seller, &content);
    till.record(fixtures::honour(voucher));
    // Both have decided and written everything but their tip before either commits, unless one waits for the other.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE push_tip IN EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    let (mut first, mut second) = if sale_first { (seller, till) } else { (till, seller) };
    let pushing = tokio::spawn(async move { first.push().await.unwrap() });
    until_waiting(&stage, 1).await;
    let following = tokio::spawn(async move { second.push().await.unwrap() });
    until_waiting(&stage, 2).await;
    holder.rollback().await.unwrap();
    pushing.await.unwrap();
    following.await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'used'").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM conflict WHERE state = 'open'").await, 0);
}

#[tokio::test]
async fn a_change_that_commits_late_is_not_passed_by() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 2).await;
    till.pull().await.unwrap();
    // The first writer gets its number in the inbox before the second, and commits after it.
    let mut late = stage.pool.begin().await.unwrap();
    let note = "INSERT INTO change_inbox (kind, entity_id) VALUES ('voucher', $1)";
    sqlx::query(note).bind(vouchers[0].0).execute(&mut *late).await.unwrap();
    sqlx::query(note).bind(vouchers[1].0).execute(&stage.pool).await.unwrap();
    let page = till.pull_page(10, 20).await.unwrap();
    assert_eq!(page.rows.iter().map(Row::key).collect::<Vec<_>>(), [RowKey::Voucher(vouchers[1])]);
    late.commit().await.unwrap();
    let page = till.pull_page(10, 20).await.unwrap();
    assert_eq!(page.rows.iter().map(Row::key).collect::<Vec<_>>(), [RowKey::Voucher(vouchers[0])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_devices_that_take_one_id_get_it_once() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let content = introduction(&mut one).await;
    for _ in 0..20 {
        // The same operation on two devices: id, voucher and code are all taken twice.
        record_sale(&mut one, &content);
        let mut body = beadsbox_protocol::OperationBody::decode(&one.outbox.last().unwrap().body).unwrap();
        (body.device, body.staff) = (two.id, two.staff);
        two.record_text(body.op, body.encode().unwrap());
    }
    two.persons = one.persons.clone();
    tokio::join!(push_in_bits(&mut one, 3), push_in_bits(&mut two, 2));
    for number in 1..=20 {
        let names: Vec<_> = [&one, &two].map(|device| device.results[&number].result.clone().unwrap()).into();
        assert_eq!(names.iter().filter(|outcome| **outcome == Outcome::Applied).count(), 1, "{names:?}");
        let other = names.iter().find(|outcome| **outcome != Outcome::Applied).unwrap();
        assert!(matches!(other, Outcome::Rejected { refusal: Refusal::Repeated | Refusal::IdTaken | Refusal::CodeTaken }), "{other:?}");
    }
    assert_eq!(stage.count("SELECT count(*) FROM voucher").await, 20);
}

#[tokio::test]
async fn a_stopped_server_ends_long_polls_in_order() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    till.pull().await.unwrap();
    let polling = begin_poll(&stage, till).await;
    tokio::time::timeout(Duration::from_secs(10), stage.stop()).await.expect("it does not wait for the poll's end");
    let (_, page) = polling.await.unwrap();
    let page = page.expect("the poll was answered");
    assert!(page.rows.is_empty());
}
