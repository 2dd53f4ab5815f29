//! The program itself: started, killed and ended as a system would.

use std::{process::Command, time::Duration};

use beadsbox_testkit::{ServerLog, ServerProcess, ServerProgram, fixtures};

use crate::support::{Stage, sell, until_waiting};

const PROGRAM: &str = env!("CARGO_BIN_EXE_beadsbox-server");

/// The program, serving what the stage's server serves.
async fn beside(stage: &Stage) -> ServerProcess {
    let mut program = ServerProgram::new(PROGRAM, &stage.database).server(ServerLog::WithTheTest).unwrap();
    program.up().await.unwrap();
    program
}

#[tokio::test]
async fn rule_1_a_server_killed_in_mid_push_has_all_of_it_or_nothing() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let mut program = beside(&stage).await;

    // The push stands in the middle of its transaction: somebody holds the voucher's row.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM voucher FOR UPDATE").execute(&mut *holder).await.unwrap();
    let redemption = till.record(fixtures::ask(voucher));
    let request = till.push_request(2, 2);
    let elsewhere = till.clone().at(&program.url());
    let sent = request.clone();
    let pushing = tokio::spawn(async move { elsewhere.send(&sent).await });
    until_waiting(&stage, 1).await;
    program.kill().await.unwrap();
    assert!(pushing.await.unwrap().is_err(), "the reply is lost");
    holder.rollback().await.unwrap();
    // PostgreSQL notices the lost client when the lock is granted; then nothing of the batch is there.
    while stage
        .count("SELECT count(*) FROM pg_stat_activity WHERE usename = 'beadsbox_test' AND datname = current_database() AND xact_start IS NOT NULL")
        .await
        > 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 0);
    assert_eq!(
        stage
            .count("SELECT count(*) FROM operation WHERE dev_seq = 2 AND device_id <> '00000000-0000-0000-0000-000000000000'")
            .await,
        0
    );

    program.up().await.unwrap();
    let results = till.clone().at(&program.url()).send(&request).await.unwrap().results;
    assert_eq!(results[0].op_id, Some(redemption));
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
}

#[tokio::test]
async fn the_program_ends_in_order_on_sigterm() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    till.pull().await.unwrap();
    let mut program = beside(&stage).await;
    let polling = crate::support::begin_poll(&stage, till.at(&program.url())).await;
    assert!(program.stop().await.unwrap().success());
    let (_, page) = polling.await.unwrap();
    assert!(page.expect("no request is cut").rows.is_empty());
}

#[tokio::test]
async fn a_schema_that_is_not_this_programs_is_refused() {
    let stage = Stage::new().await;
    let say = |url: &str| {
        let output = Command::new(PROGRAM).args(["serve", "--listen", "127.0.0.1:0"]).env("DATABASE_URL", url).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .execute(&stage.pool)
        .await
        .unwrap();
    let (started, words) = say(&stage.database.serve_url());
    assert!(!started && words.contains("beadsbox-server migrate"), "{words}");
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'x', true, '', 0)")
        .execute(&stage.pool)
        .await
        .unwrap();
    let (started, words) = say(&stage.database.serve_url());
    assert!(!started && words.contains("another version"), "{words}");
}
