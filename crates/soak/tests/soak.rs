//! A small soak, and proofs that a soak can fail: wrong tills, and disks that lose or lie, are found out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures, and what was skipped")]

use std::{path::PathBuf, time::Duration};

use beadsbox_soak::{
    run::{DayPlan, PATIENCE, Plan, Programs, Report, day, namespaces_are_possible, soak},
    till::Fault,
};
use tempfile::TempDir;

fn plan(folder: &TempDir) -> Plan {
    let Some(server) = std::env::var_os("BEADSBOX_SERVER_BIN").map(PathBuf::from) else {
        panic!("no server to soak: run the tests with `./dev test`, which sets BEADSBOX_SERVER_BIN");
    };
    Plan {
        programs: Programs { till: env!("CARGO_BIN_EXE_beadsbox-till").into(), server },
        folder: folder.path().to_owned(),
        tills: 2,
        servers: 2,
        kills: 0,
        power_cuts: 0,
        seed: fastrand::u64(..),
        // Others use this PostgreSQL at the same time.
        crash_database: None,
        fault: None,
        lying_disk: false,
        patience: PATIENCE,
    }
}

async fn run(change: impl FnOnce(&mut Plan)) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(&folder);
    change(&mut plan);
    let report = soak(&plan).await.unwrap();
    println!("seed        {}\n{report}", plan.seed);
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_nothing_that_was_told_is_lost_or_doubled_by_kills() {
    let report = run(|plan| plan.kills = 12).await;
    assert!(report.is_good());
    assert_eq!(report.done.kills(), 12);
    assert!(report.account.confirmed > 20, "hardly anything was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_answers_before_it_records_is_found_out() {
    // Each kill may hit the moment in between or not.
    for _ in 0..5 {
        let report = run(|plan| (plan.kills, plan.fault) = (30, Some(Fault::AnswersEarly))).await;
        if !report.account.lost.is_empty() {
            return;
        }
    }
    panic!("no redemption that was told too early is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_3_a_day_at_two_tills_with_cut_links_closes_and_adds_up() {
    if !namespaces_are_possible() {
        println!("skipped: network namespaces need Linux, iproute2 and root");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Plan { programs, folder, seed, patience, .. } = plan(&folder);
    let relay = env!("CARGO_BIN_EXE_beadsbox-relay").into();
    let report = day(&DayPlan { programs, relay, folder, deeds: 120, seed, patience }).await.unwrap();
    println!("seed        {seed}\n{report}");
    assert!(report.is_good());
    assert!(report.cuts > 0 && report.account.confirmed > 60, "hardly anything was done");
}

mod without_power {
    use beadsbox_soak::power::{ForgetfulDisk, Honesty, is_possible};
    use rusqlite::Connection;

    use super::*;

    fn possible() -> bool {
        if !is_possible() {
            println!("skipped: power cuts need Linux, and /dev/fuse to be open for this user");
        }
        is_possible()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn rule_1_nothing_that_was_told_is_lost_by_power_cuts() {
        if !possible() {
            return;
        }
        let report = run(|plan| (plan.kills, plan.power_cuts) = (2, 8)).await;
        assert!(report.is_good());
        assert_eq!(report.done.power_cuts, 8);
        assert!(report.account.confirmed > 10, "hardly anything was done");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_disk_that_lies_is_found_out() {
        if !possible() {
            return;
        }
        // A till that forgot who it is never settles.
        let report = run(|plan| (plan.power_cuts, plan.lying_disk, plan.patience) = (6, true, Duration::from_secs(5))).await;
        assert!(!report.is_good());
    }

    /// Commits so many rows with that setting, cuts the power, and counts what is left.
    fn left_after_a_cut(synchronous: &str, commits: u32, random: &mut fastrand::Rng) -> u32 {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = ForgetfulDisk::mount(folder.path(), Honesty::Syncs).unwrap();
        let path = folder.path().join("bare.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.execute_batch("CREATE TABLE told (number INTEGER PRIMARY KEY)").unwrap();
        connection.pragma_update(None, "synchronous", synchronous).unwrap();
        for number in 0..commits {
            connection.execute("INSERT INTO told VALUES (?1)", [number]).unwrap();
        }
        // As a process that dies: nothing is tidied up on the way out.
        connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        drop(connection);
        disk.cut_power(random).unwrap();
        let connection = Connection::open(&path).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        connection.query_row("SELECT count(*) FROM told", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn the_disk_has_teeth_sqlite_loses_commits_that_it_did_not_sync_and_none_that_it_did() {
        if !possible() {
            return;
        }
        let mut random = fastrand::Rng::with_seed(5);
        let mut lost = 0;
        for _ in 0..8 {
            assert_eq!(left_after_a_cut("FULL", 50, &mut random), 50);
            lost += 50 - left_after_a_cut("OFF", 50, &mut random);
        }
        assert!(lost > 50, "OFF syncs nothing, and lost only {lost} of 400");
    }
}
