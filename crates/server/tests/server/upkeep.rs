//! What the server does by itself is one job a period, however many processes there are.

use beadsbox_server::{Config, RunningWorker, Server};
use jiff::SignedDuration;

use crate::{
    http::snapshot::{crowd, ready},
    support::{Stage, config, sell_many},
};

/// A process that plans upkeep, and does it.
async fn worker(stage: &Stage) -> RunningWorker {
    Server::start_worker(Config { plans_upkeep: true, ..config(&stage.database, &stage.clock) }).await.unwrap()
}

/// Waits until so many jobs are done, and no other one is left.
async fn until_done(stage: &Stage, count: i64) {
    for _ in 0..3000 {
        if stage.count("SELECT count(*) FROM job WHERE ended = 'done'").await == count
            && stage.count("SELECT count(*) FROM job WHERE state <> 'done'").await == 0
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let jobs: Vec<(String, String, Option<String>)> = sqlx::query_as("SELECT kind, state, trouble FROM job").fetch_all(&stage.pool).await.unwrap();
    panic!("never {count} done: {jobs:?}");
}

/// The kinds of upkeep where nobody sends mail.
const KINDS: i64 = 5;

#[tokio::test]
async fn two_workers_at_the_same_second_of_the_night_do_it_once() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 3).await;
    stage.clock.advance(SignedDuration::from_hours(24 * 365 * 6));
    let (one, two) = tokio::join!(worker(&stage), worker(&stage));
    until_done(&stage, KINDS).await;
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'expired'").await, 3);
    assert_eq!(stage.count("SELECT attempts::bigint FROM job WHERE kind = 'expire_vouchers'").await, 1);
    assert_eq!(
        stage
            .count("SELECT count(*) FROM operation WHERE convert_from(body, 'UTF8')::json #>> '{operation,kind}' = 'expire'")
            .await,
        3
    );
    tokio::join!(one.stop(), two.stop());

    // Whoever is started anew within the hour finds it done; in the next one it has its turn again.
    let again = worker(&stage).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(stage.count("SELECT count(*) FROM job").await, KINDS);
    again.stop().await;
    stage.clock.advance(SignedDuration::from_hours(1));
    let (one, two) = tokio::join!(worker(&stage), worker(&stage));
    for _ in 0..3000 {
        if stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers' AND ended = 'done'").await == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers' AND ended = 'done' AND attempts = 1").await, 2);
    tokio::join!(one.stop(), two.stop());
}

#[tokio::test]
async fn what_is_not_done_yet_stands_for_the_next_period_as_well_and_what_was_given_up_does_not() {
    let mut stage = Stage::new().await;
    stage.stop().await;
    sqlx::query(
        "INSERT INTO job (id, kind, cause, payload, created_at, run_after, attempts, trouble)
         VALUES (gen_random_uuid(), 'expire_vouchers', gen_random_uuid(), '{}', 'epoch', 'infinity', 3, 'internal')",
    )
    .execute(&stage.pool)
    .await
    .unwrap();
    let first = worker(&stage).await;
    while stage.count("SELECT count(*) FROM job WHERE ended = 'done'").await < KINDS - 1 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers'").await, 1);
    first.stop().await;
    sqlx::query("UPDATE job SET state = 'dead', ended_at = 'epoch' WHERE kind = 'expire_vouchers'")
        .execute(&stage.pool)
        .await
        .unwrap();
    let second = worker(&stage).await;
    while stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers' AND ended = 'done'").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    second.stop().await;
}

#[tokio::test]
async fn a_snapshot_that_is_a_day_old_is_made_anew_before_anybody_asks() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 1).await;
    crowd(&stage).await;
    let first = ready(&till).await;
    stage.clock.advance(SignedDuration::from_hours(25));
    let worker = worker(&stage).await;
    until_done(&stage, KINDS).await;
    worker.stop().await;
    let made: Vec<uuid::Uuid> = sqlx::query_scalar("SELECT id FROM snapshot WHERE made_at IS NOT NULL ORDER BY made_at")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert_eq!((made.len(), made[0]), (2, first.id), "of the one profile that somebody asked for");
    assert_eq!(ready(&till).await.id, made[1]);
}
