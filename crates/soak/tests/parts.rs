//! A short drill: each part of the central system is killed in turn, under load.

#![expect(clippy::print_stdout, reason = "the figures, and what was skipped")]

use std::{path::PathBuf, time::Duration};

use beadsbox_soak::run::{
    PATIENCE, Programs,
    parts::{Part, PartsPlan, Reckoning, parts},
};

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_each_part_is_lost_in_turn_and_nothing_is_lost_with_it() {
    let Some(server) = std::env::var_os("BEADSBOX_SERVER_BIN").map(PathBuf::from) else {
        panic!("no server to drill: run the tests with `./dev test`, which sets BEADSBOX_SERVER_BIN");
    };
    let folder = tempfile::tempdir().unwrap();
    let plan = PartsPlan {
        programs: Programs { till: env!("CARGO_BIN_EXE_beadsbox-till").into(), server },
        folder: folder.path().to_owned(),
        parts: Part::ALL.into(),
        tills: 2,
        quiet: Duration::from_secs(5),
        away: Duration::from_secs(3),
        after: Duration::from_secs(6),
        seed: fastrand::u64(..),
        patience: PATIENCE,
    };
    let report = parts(&plan).await.unwrap();
    println!("seed        {}\n{report}", plan.seed);
    assert!(report.is_good());
    assert_eq!(report.rows.len(), 1 + Part::ALL.len());
    assert!(report.rows.iter().all(|row| row.acknowledged > 0), "nothing was done in the meantime");
    let Reckoning { orders, payments, mails, .. } = report.reckoning;
    assert!(report.account.confirmed > 50 && orders > 5 && payments > 5 && mails > 5, "hardly anything was done");
}
