//! When a new epoch begins.

use std::process::Command;

use beadsbox_protocol::ErrorCode;
use beadsbox_testkit::fixtures;

use crate::support::{Stage, sell, start};

#[tokio::test]
async fn processes_that_start_at_once_on_a_restored_database_begin_one_epoch() {
    let stage = Stage::new().await;
    let old = stage.server.as_ref().unwrap().epoch();
    let backup = tempfile::tempdir().unwrap();
    stage.database.dump(&backup.path().join("backup"));
    let restored = stage.database.restored(&backup.path().join("backup")).await;
    let (one, two, three) = tokio::join!(start(&restored, &stage.clock), start(&restored, &stage.clock), start(&restored, &stage.clock));
    assert_ne!(one.epoch(), old);
    assert_eq!((one.epoch(), one.epoch()), (two.epoch(), three.epoch()));
    let begun: i64 = sqlx::query_scalar("SELECT count(*) FROM epoch WHERE reason LIKE 'another PostgreSQL: %'")
        .fetch_one(&restored.pool())
        .await
        .unwrap();
    assert_eq!(begun, 1);
    for server in [one, two, three] {
        server.stop().await;
    }
}

#[tokio::test]
async fn a_restart_is_no_new_epoch() {
    let mut stage = Stage::new().await;
    let epoch = stage.server.as_ref().unwrap().epoch();
    stage.restart().await;
    assert_eq!(stage.server.as_ref().unwrap().epoch(), epoch);
    assert_eq!(stage.count("SELECT count(*) FROM epoch").await, 0);
}

#[tokio::test]
async fn a_new_epoch_by_hand_ends_whoever_serves_the_old_one() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let output = Command::new(env!("CARGO_BIN_EXE_beadsbox-server"))
        .args(["epoch", "new", "--reason", "the machine was put back"])
        .env("DATABASE_URL", stage.database.serve_url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();

    till.record(fixtures::ask(voucher));
    assert_eq!(till.push().await.unwrap_err().code, ErrorCode::Unavailable, "nothing is taken under the old epoch");
    stage.server.as_ref().unwrap().ended().await;
    stage.restart().await;
    assert_eq!(stage.server.as_ref().unwrap().epoch().to_string(), printed.trim());
    let mut till = till.at(&stage.base);
    till.come_back().await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
    let begun: Option<i64> = sqlx::query_scalar("SELECT first_commit_no FROM epoch WHERE reason = 'the machine was put back'")
        .fetch_optional(&stage.pool)
        .await
        .unwrap();
    let number: i64 = sqlx::query_scalar("SELECT max(commit_no) FROM operation").fetch_one(&stage.pool).await.unwrap();
    assert!(begun.is_some_and(|first| number >= first), "it counts from a place of its own");
}
