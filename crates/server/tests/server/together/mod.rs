//! Pushes that come at the same moment share a transaction, and nobody notices.

mod trouble;

use beadsbox_domain::{Operation, Outcome, Refusal, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    push::PushResponse,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{TestDevice, fixtures};
use jiff::SignedDuration;
use sqlx::{PgConnection, Postgres, Transaction};
use tokio::task::JoinHandle;

use crate::support::{Stage, introduction, record_sale, sell_many, undo, until_waiting};

fn send(device: &TestDevice) -> JoinHandle<PushResponse> {
    let (device, request) = (device.clone(), device.push_request(device.acked + 1, device.outbox.len() as u64));
    tokio::spawn(async move { device.send(&request).await.unwrap() })
}

/// While this is open no push ends.
async fn hold<'a>(stage: &Stage) -> Transaction<'a, Postgres> {
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE push_tip IN EXCLUSIVE MODE").execute(&mut *holder as &mut PgConnection).await.unwrap();
    holder
}

/// Sends what the first device has, and, while that is held up, what the others have: these go together. Their answers, the first one's first.
async fn send_together(stage: &Stage, devices: &[TestDevice]) -> Vec<PushResponse> {
    let holder = hold(stage).await;
    let (first, others) = devices.split_first().unwrap();
    let mut sent = vec![send(first)];
    until_waiting(stage, 1).await;
    sent.extend(others.iter().map(send));
    until_waiting(stage, 2).await;
    // At once: nobody waits for a lock for long.
    holder.rollback().await.unwrap();
    let mut answers = Vec::new();
    for sent in sent {
        answers.push(sent.await.unwrap());
    }
    answers
}

/// So many tills, each with a voucher of its own to redeem.
async fn tills(stage: &Stage, count: usize) -> (Vec<TestDevice>, Vec<VoucherId>) {
    let mut seller = stage.till("Inês").await;
    let vouchers = sell_many(&mut seller, count).await;
    let mut tills = Vec::new();
    for (number, voucher) in vouchers.iter().enumerate() {
        let mut till = stage.till(&format!("Camille {number}")).await;
        till.record(fixtures::ask(*voucher));
        tills.push(till);
    }
    (tills, vouchers)
}

fn version(device: &TestDevice, voucher: VoucherId) -> u64 {
    match &device.cache[&RowKey::Voucher(voucher)] {
        Row::Voucher(row) => row.voucher.row_version,
        other => panic!("no voucher: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_comes_together_is_taken_together_and_each_gets_its_own_answer() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 6).await;
    tills[0].pull().await.unwrap();
    let answers = send_together(&stage, &tills).await;
    for (answer, till) in answers.iter().zip(&tills) {
        assert_eq!(answer.last_seq, 1);
        let [result] = &answer.results[..] else { panic!("{answer:?}") };
        assert_eq!((result.op_id, &result.result), (Some(till.outbox[0].op), &Some(Outcome::Applied)));
    }
    assert!(stage.count("SELECT count(DISTINCT xmin::text) FROM redemption").await < 6, "six pushes in fewer transactions");
    assert_eq!(
        stage
            .count("SELECT count(*) FROM push_tip p JOIN device_life l USING (device_id) WHERE p.tip = l.chain_hash AND l.last_seq = 1")
            .await,
        6
    );
    // All of it is in the feed once the answers are there.
    tills[0].pull().await.unwrap();
    for voucher in vouchers {
        let beadsbox_protocol::rows::Row::Voucher(row) = &tills[0].cache[&RowKey::Voucher(voucher)] else {
            panic!("no voucher")
        };
        assert_eq!(row.voucher.row_version, 2);
    }
    assert_eq!(stage.count("SELECT count(*) FROM change_inbox").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_voucher_that_two_ask_for_together_is_given_once() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 2).await;
    for name in ["Noé", "Margaux", "Farid"] {
        let mut other = stage.till(name).await;
        other.record(fixtures::ask(vouchers[1]));
        tills.push(other);
    }
    let answers = send_together(&stage, &tills).await;
    let outcomes: Vec<&Outcome> = answers[1..].iter().map(|answer| answer.results[0].result.as_ref().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| ***outcome == Outcome::Applied).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Rejected { refusal: Refusal::StatusIs { .. } }));
    assert_eq!(refused.count(), 3, "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sale_and_its_use_that_come_together_find_each_other() {
    for sale_first in [true, false] {
        let stage = Stage::new().await;
        let (mut tills, _) = tills(&stage, 1).await;
        let (mut seller, mut till) = (stage.till("Margaux").await, stage.till("Noé").await);
        let content = introduction(&mut seller).await;
        let voucher = record_sale(&mut seller, &content);
        till.record(fixtures::honour(voucher));
        tills.extend(if sale_first { [seller, till] } else { [till, seller] });
        send_together(&stage, &tills).await;
        assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'used'").await, 2);
        assert_eq!(stage.count("SELECT count(*) FROM conflict WHERE state = 'open'").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_sent_before_and_what_has_a_gap_are_answered_beside_the_others() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 3).await;
    let known = tills[2].send(&tills[2].push_request(1, 1)).await.unwrap();
    let mut gapped = stage.till("Noé").await;
    for voucher in &vouchers {
        gapped.record(Operation::Cancel { voucher: *voucher, reason: fixtures::reason() });
    }
    gapped.acked = 1;
    let holder = hold(&stage).await;
    let first = send(&tills.remove(0));
    until_waiting(&stage, 1).await;
    let (second, again) = (send(&tills[0]), send(&tills[1]));
    let request = gapped.push_request(2, 3);
    let gap = tokio::spawn(async move { gapped.send(&request).await.unwrap_err() });
    until_waiting(&stage, 2).await;
    holder.rollback().await.unwrap();
    assert_eq!(first.await.unwrap().results[0].result, Some(Outcome::Applied));
    assert_eq!(second.await.unwrap().results[0].result, Some(Outcome::Applied));
    assert_eq!(again.await.unwrap().results, known.results);
    let gap = gap.await.unwrap();
    assert_eq!((gap.code, gap.expected_seq), (ErrorCode::SequenceGap, Some(1)));
}

#[tokio::test]
async fn a_change_of_status_writes_no_index_of_its_voucher() {
    let stage = Stage::new().await;
    let (_, vouchers) = tills(&stage, 1).await;
    let mut tx = stage.pool.begin().await.unwrap();
    sqlx::query(
        "UPDATE voucher SET status = 'used', since_op = gen_random_uuid(), since_at = now(), since_staff = gen_random_uuid(), since_shop = gen_random_uuid(),
                since_device = sold_device, expires_on = expires_on, expires_at = expires_at, marks = marks, row_version = row_version + 1 WHERE id = $1",
    )
    .bind(vouchers[0].0)
    .execute(&mut *tx as &mut PgConnection)
    .await
    .unwrap();
    let in_its_page: i64 = sqlx::query_scalar("SELECT pg_stat_get_xact_tuples_hot_updated('voucher'::regclass)")
        .fetch_one(&mut *tx as &mut PgConnection)
        .await
        .unwrap();
    assert_eq!(in_its_page, 1, "an index has a column that each change writes, or its pages have no room");
}

/// A till may say any time.
#[tokio::test]
async fn what_happened_before_christ_can_be_read_again() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 4).await;
    let mut office = stage.office("Anne").await;
    for (place, voucher) in vouchers.iter().enumerate() {
        office.now = ["+000000-06-01T00:00:00Z", "-000044-03-15T12:00:00.5Z"][place % 2].parse().unwrap();
        office.record(Operation::Cancel { voucher: *voucher, reason: fixtures::reason() });
        office.record(fixtures::ask(*voucher));
        // One asks for it, another has honoured it.
        if place > 1 {
            tills[place].outbox.clear();
            tills[place].record(fixtures::honour(*voucher));
        }
    }
    office.push().await.unwrap();
    for (place, till) in tills.iter().enumerate() {
        let results = send(till).await.unwrap().results;
        let is_as_ever = match &results[0].result {
            Some(Outcome::Rejected { refusal: Refusal::StatusIs { .. } }) => place < 2,
            Some(Outcome::Conflict { .. }) => place > 1,
            _ => false,
        };
        assert!(is_as_ever, "cancelled long ago: {results:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_sold_after_the_vouchers_were_locked_is_locked_before_it_is_decided() {
    let stage = Stage::new().await;
    let (_, vouchers) = tills(&stage, 1).await;
    let sold_since = VoucherId(uuid::Uuid::now_v7());
    let mut till = stage.till("Noé").await;
    // A sale has more to it than vouchers: they are locked later.
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    till.record(fixtures::ask(sold_since));
    let mut holder = stage.pool.begin().await.unwrap();
    // Of whom operations name is read after the vouchers are locked.
    sqlx::query("LOCK TABLE staff IN ACCESS EXCLUSIVE MODE").execute(&mut *holder as &mut PgConnection).await.unwrap();
    let sent = send(&till);
    until_waiting(&stage, 1).await;
    sqlx::query("INSERT INTO voucher SELECT (jsonb_populate_record(v, jsonb_build_object('id', $1, 'code', '0000000000000'))).* FROM voucher v WHERE id = $2")
        .bind(sold_since.0)
        .bind(vouchers[0].0)
        .execute(&stage.pool)
        .await
        .unwrap();
    let mut other = stage.pool.begin().await.unwrap();
    let cancelled = "UPDATE voucher SET status = 'cancelled', row_version = row_version + 1 WHERE id = $1";
    sqlx::query(cancelled).bind(sold_since.0).execute(&mut *other as &mut PgConnection).await.unwrap();
    holder.rollback().await.unwrap();
    until_waiting(&stage, 1).await;
    other.commit().await.unwrap();
    let results = sent.await.unwrap().results;
    assert!(matches!(&results[1].result, Some(Outcome::Rejected { refusal: Refusal::StatusIs { .. } })), "{results:?}");
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'used'").await, 0);
}

/// What comes while a transaction is at work is looked at meanwhile, what comes before it begins while the database locks: of so many, both.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_its_device_did_not_sign_is_refused_in_company_as_well() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 4).await;
    let mut forged = tills[3].push_request(1, 1);
    forged.signature = tills[0].push_request(1, 1).signature;
    let busy: Vec<_> = tills.drain(..3).zip(vouchers).map(|(till, voucher)| tokio::spawn(take_and_undo(till, voucher, 20))).collect();
    let mut refused = 0;
    while refused < 40 || busy.iter().any(|busy| !busy.is_finished()) {
        assert_eq!(tills[0].send(&forged).await.unwrap_err().code, ErrorCode::BadSignature);
        refused += 1;
    }
    for busy in busy {
        busy.await.unwrap();
    }
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'used'").await, 0);
    assert_eq!(tills[0].send(&tills[0].push_request(1, 1)).await.unwrap().results[0].result, Some(Outcome::Applied));
}

/// Redeems and undoes it, so many times.
async fn take_and_undo(mut till: TestDevice, voucher: VoucherId, times: usize) {
    for _ in 0..times {
        till.push().await.unwrap();
        let redemption = till.outbox.last().unwrap().op;
        till.record(undo(voucher, redemption));
        till.push().await.unwrap();
        till.record(fixtures::ask(voucher));
    }
    till.push().await.unwrap();
    let redemption = till.outbox.last().unwrap().op;
    till.record(undo(voucher, redemption));
    till.push().await.unwrap();
}

#[tokio::test]
async fn that_a_till_is_heard_of_again_is_written_every_few_seconds() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 1).await;
    let till = &mut tills[0];
    let written = "SELECT xmin::text::bigint FROM device ORDER BY enrolled_at DESC, id DESC LIMIT 1";
    till.push().await.unwrap();
    let before = stage.count(written).await;
    for (seconds, is_new) in [(1, false), (4, false), (6, true)] {
        let redemption = till.outbox[0].op;
        till.record(if till.outbox.len() == 1 { undo(vouchers[0], redemption) } else { fixtures::ask(vouchers[0]) });
        stage.clock.advance(SignedDuration::from_secs(seconds));
        till.now = stage.clock.now();
        till.push().await.unwrap();
        assert_eq!(stage.count(written).await != before, is_new, "after {seconds} seconds more");
    }
    // A clock that was wrong is wrong no longer.
    sqlx::query("UPDATE device SET last_contact_at = last_contact_at + interval '1 year'")
        .execute(&stage.pool)
        .await
        .unwrap();
    till.record(fixtures::ask(vouchers[0]));
    till.push().await.unwrap();
    assert_eq!(
        stage
            .count("SELECT count(*) FROM device WHERE last_contact_at < now() + interval '1 day' AND enrolled_at = (SELECT max(enrolled_at) FROM device)")
            .await,
        1
    );
}
