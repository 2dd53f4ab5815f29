//! The program itself: started, killed and ended as a system would.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use beadsbox_testkit::fixtures;

use crate::support::{Stage, sell};

struct Program {
    child: Child,
    base: String,
}

impl Program {
    fn start(database_url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_beadsbox-server"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", database_url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base = loop {
            let line: serde_json::Value = serde_json::from_str(&lines.next().expect("it serves").unwrap()).expect("logs are JSON");
            if line["message"] == "serving" {
                break format!("http://{}", line["address"].as_str().unwrap());
            }
        };
        // Somebody must read on, or a full pipe stops the program.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, base }
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn rule_1_a_server_killed_in_mid_push_has_all_of_it_or_nothing() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let mut program = Program::start(&stage.database.serve_url());

    // The push stands in the middle of its transaction: somebody holds the voucher's row.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM voucher FOR UPDATE").execute(&mut *holder).await.unwrap();
    let redemption = till.record(fixtures::ask(voucher));
    let request = till.push_request(2, 2);
    let elsewhere = till.clone().at(&program.base);
    let sent = request.clone();
    let pushing = tokio::spawn(async move { elsewhere.send(&sent).await });
    while stage
        .count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        .await
        == 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    program.child.kill().unwrap();
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

    let program = Program::start(&stage.database.serve_url());
    let results = till.clone().at(&program.base).send(&request).await.unwrap().results;
    assert_eq!(results[0].op_id, Some(redemption));
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
}

#[tokio::test]
async fn the_program_ends_in_order_on_sigterm() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    till.pull().await.unwrap();
    let mut program = Program::start(&stage.database.serve_url());
    let polling = crate::support::begin_poll(&stage, till.at(&program.base)).await;
    program.signal("-TERM");
    let (_, page) = polling.await.unwrap();
    assert!(page.expect("no request is cut").rows.is_empty());
    assert!(program.child.wait().unwrap().success());
}

#[tokio::test]
async fn a_schema_that_is_not_this_programs_is_refused() {
    let stage = Stage::new().await;
    let say = |url: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_beadsbox-server"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", url)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)").execute(&stage.pool).await.unwrap();
    let (started, words) = say(&stage.database.serve_url());
    assert!(!started && words.contains("beadsbox-server migrate"), "{words}");
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'x', true, '', 0)")
        .execute(&stage.pool)
        .await
        .unwrap();
    let (started, words) = say(&stage.database.serve_url());
    assert!(!started && words.contains("another version"), "{words}");
}
