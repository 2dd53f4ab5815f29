//! The rows that need no peer run at a thousand vouchers, against a real server.

use std::{path::PathBuf, time::Duration};

use beadsbox_bench::{
    ledger::Ledger,
    peer::Peers,
    rows::{Bench, Row, Scale},
};

#[tokio::test(flavor = "multi_thread")]
async fn rows_run_at_a_thousand_vouchers() {
    let Ok(server) = std::env::var("BEADSBOX_SERVER_BIN") else {
        panic!("no server to measure: run the tests with `./dev test`, which sets BEADSBOX_SERVER_BIN");
    };
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench {
        server: PathBuf::from(server),
        own: PathBuf::from(env!("CARGO_BIN_EXE_beadsbox-bench")),
        peers: Peers::new(folder.path().join("peers")),
        work: folder.path().to_owned(),
        windows: None,
        postgres: "any".to_owned(),
        scale: Scale {
            vouchers: vec![500, 1_000],
            pulled: (0, 0),
            pushed: (0, 0),
            rounds: 30,
            pages: 30,
            listed: 1_000,
            polls: 20,
            patience: Duration::from_mins(1),
        },
    };
    let rows = [Row::Redeem, Row::Scan, Row::Page, Row::Search, Row::Changes, Row::Documents, Row::Listing, Row::Status, Row::Polls, Row::Disk];
    let mut ledger = Ledger::open(folder.path().join("ledger.json")).unwrap();
    bench.run(&rows, &mut ledger).await.unwrap();
    for row in rows {
        assert!(ledger.has(row.name()), "{} was not measured", row.name());
    }
    let measured = ledger.entries().iter().all(|entry| {
        let has_no_goal = ["the first voucher PDF of a run", "a batch as one PDF"].contains(&entry.what.as_str())
            || ["status", "polls", "disk"].contains(&entry.row.as_str())
            || entry.what.starts_with("processor time");
        // A process that is idle for two seconds may use less time than the system counts, and take no more memory than it had; a few operations may
        // fit into pages that were there.
        (entry.ours.figure.median > 0.0 || ["polls", "disk"].contains(&entry.row.as_str())) && (entry.met.is_some() || has_no_goal)
    });
    assert!(measured, "{:#?}", ledger.entries());
    // The smallest size has nothing to be compared with in the row of changes, and a search has none at all.
    let compared = || ledger.entries().iter().filter(|entry| ["redeem", "page"].contains(&entry.row.as_str()));
    assert!(compared().count() > 15 && compared().all(|entry| entry.ratio.is_some()), "{:#?}", ledger.entries());
}
