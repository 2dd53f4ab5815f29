//! What goes wrong while pushes share a transaction.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use beadsbox_domain::{Operation, Outcome, Refusal};
use beadsbox_protocol::ErrorCode;
use beadsbox_testkit::fixtures;
use sqlx::PgConnection;
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _};

use super::{hold, send, send_together, tills, version};
use crate::support::{Stage, sell_many, until_waiting};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_the_database_refuses_of_one_costs_the_others_nothing() {
    let stage = Stage::new().await;
    let (tills, vouchers) = tills(&stage, 5).await;
    let odd = format!("ALTER TABLE redemption ADD CONSTRAINT odd CHECK (voucher_id <> '{}')", vouchers[3]);
    sqlx::raw_sql(sqlx::AssertSqlSafe(odd)).execute(&stage.pool).await.unwrap();
    let answers = send_together(&stage, &tills).await;
    for (place, answer) in answers.iter().enumerate() {
        let outcome = answer.results[0].result.as_ref().unwrap();
        if place == 3 {
            assert!(matches!(outcome, Outcome::Rejected { refusal: Refusal::Unreadable { .. } }), "{outcome:?}");
        } else {
            assert_eq!(outcome, &Outcome::Applied, "{place}");
        }
    }
    assert_eq!(stage.count("SELECT count(*) FROM operation WHERE subject_id IS NULL").await, 1);
}

#[tokio::test]
async fn while_another_process_is_the_sequencer_changes_wait_in_the_inbox() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 1).await;
    tills[0].pull().await.unwrap();
    let mut sequencer = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(x'6265616473657131'::bigint)").execute(&mut *sequencer).await.unwrap();
    let till = &mut tills[0];
    assert_eq!(till.send(&till.push_request(1, 1)).await.unwrap().results[0].result, Some(Outcome::Applied));
    assert_eq!(stage.count("SELECT count(*) FROM change_inbox").await, 1);
    sequencer.rollback().await.unwrap();
    // The sequencer's timer comes soon.
    while stage.count("SELECT count(*) FROM change_inbox").await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    till.pull().await.unwrap();
    assert_eq!(version(till, vouchers[0]), 2);
}

#[tokio::test]
async fn a_token_that_was_replaced_is_refused_though_this_process_knows_it() {
    let stage = Stage::new().await;
    let (mut tills, vouchers) = tills(&stage, 1).await;
    let till = &mut tills[0];
    till.send(&till.push_request(1, 1)).await.unwrap();
    sqlx::query("UPDATE device SET token_hash = sha256('another') WHERE id = $1")
        .bind(till.id.0)
        .execute(&stage.pool)
        .await
        .unwrap();
    till.record(Operation::UndoRedemption { voucher: vouchers[0], redemption: till.outbox[0].op, reason: fixtures::reason() });
    assert_eq!(till.send(&till.push_request(2, 2)).await.unwrap_err().code, ErrorCode::UnknownDevice);
    assert_eq!(
        stage
            .count("SELECT count(*) FROM operation WHERE dev_seq = 2 AND device_id IN (SELECT id FROM device WHERE token_hash = sha256('another'))")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_voucher_that_somebody_holds_keeps_only_its_own_push_waiting() {
    let stage = Stage::new().await;
    let (tills, vouchers) = tills(&stage, 4).await;
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM voucher WHERE id = $1 FOR UPDATE")
        .bind(vouchers[3].0)
        .execute(&mut *holder as &mut PgConnection)
        .await
        .unwrap();
    let mut sent: Vec<_> = tills.iter().map(send).collect();
    let waiting = sent.pop().unwrap();
    for sent in sent {
        assert_eq!(sent.await.unwrap().results[0].result, Some(Outcome::Applied));
    }
    assert!(!waiting.is_finished(), "its voucher is held");
    holder.rollback().await.unwrap();
    assert_eq!(waiting.await.unwrap().results[0].result, Some(Outcome::Applied));
}

/// More often than transactions may be at work at the same time: one that was still counted, or a connection that was kept, would be in the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transactions_whose_connections_are_lost_leave_the_way_free() {
    const TIMES: usize = 10;
    let stage = Stage::new().await;
    let mut seller = stage.till("Inês").await;
    let vouchers = sell_many(&mut seller, 2 * TIMES).await;
    let mut tills = [stage.till("Camille").await, stage.till("Noé").await];
    for both in vouchers.chunks(2) {
        let holder = hold(&stage).await;
        let mut sent = Vec::new();
        for (till, voucher) in tills.iter_mut().zip(both) {
            till.record(fixtures::ask(*voucher));
            let mut till = till.clone();
            sent.push(tokio::spawn(async move { till.push().await }));
        }
        until_waiting(&stage, 1).await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'beadsbox_test' AND datname = current_database()";
        sqlx::query(cut).execute(&stage.pool).await.unwrap();
        holder.rollback().await.unwrap();
        for (sent, till) in sent.into_iter().zip(&mut tills) {
            // Taken by itself, or to be sent again: there may be more than one connection of which nobody knows yet that it is lost.
            let mut answer = sent.await.unwrap();
            let mut tries = 0;
            while let Err(problem) = answer {
                assert!(problem.status == 503 && tries < 20, "{problem:?}");
                tries += 1;
                answer = till.push().await;
            }
            till.push().await.unwrap();
        }
    }
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'used'").await, 2 * i64::try_from(TIMES).unwrap());
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 2 * i64::try_from(TIMES).unwrap());
}

/// Panics at the next statement that writes a redemption.
struct Fault(Arc<AtomicBool>);

impl<S: tracing::Subscriber> Layer<S> for Fault {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut text = String::new();
            event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| write!(text, "{field} {value:?} ").unwrap());
            assert!(!(text.contains("INSERT INTO redemption") && self.0.swap(false, Ordering::SeqCst)), "a fault of the program");
        }
    }
}

#[tokio::test]
async fn a_group_at_which_the_program_panics_is_taken_one_by_one() {
    let stage = Stage::new().await;
    let (tills, _) = tills(&stage, 4).await;
    let is_armed = Arc::new(AtomicBool::new(true));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(Fault(Arc::clone(&is_armed))));
    let answers = send_together(&stage, &tills).await;
    assert!(!is_armed.load(Ordering::SeqCst), "it panicked");
    for answer in answers {
        assert_eq!(answer.results[0].result, Some(Outcome::Applied));
    }
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 4);
}
