//! Many operations that were recorded without the network, sent when it is back; beside the peers, and beside the rows that they
//! leave in PostgreSQL, inserted there by plain batches.

use std::{process::Command, time::Instant};

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{Bench, Rates, catch_up::export};
use crate::{
    centre::Centre,
    ledger::{Entry, Goal, Number},
    peer::text,
    till::{Finished, Till},
};

/// How many rows one plain statement inserts: as many as a push holds operations.
const BATCH: usize = 500;
/// The tables that a sale leaves rows in.
const TABLES: [&str; 4] = ["person", "voucher", "operation", "change_feed"];

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let (operations, times) = bench.scale.pushed;
    let count = operations.to_string();
    let mut origin = Centre::open(&bench.server).await?;
    let codes = [origin.enrolment_code().await?, origin.enrolment_code().await?];
    origin.stop().await?;
    let rows = bench.work.join("pushed.ndjson");
    let [mut ours, mut of_pouchdb, mut of_rxdb, mut plain] = [const { None }; 4].map(|_: Option<()>| Rates::default());
    for time in 0..times {
        let mut centre = origin.copy(&bench.server).await?;
        let (folder, url) = (bench.folder("push")?, centre.url());
        let staff = centre.staff.0.to_string();
        let sent = bench
            .device(&["send", "--folder", text(&folder)?, "--url", &url, "--code", &codes[0], "--staff", &staff, "--sales", &count])
            .await?;
        anyhow::ensure!(sent.rows == operations, "{} of {operations} operations were taken", sent.rows);
        ours.add(&sent);
        if time == 0 {
            let till = Till::open(&bench.folder("push-reader")?, &url, &codes[1]).await?;
            export(&till, &rows).await?;
        }
        centre.stop().await?;
        plain.add(&insert_plainly(bench, &centre, &origin, operations).await?);

        let given = [("rows", text(&rows)?), ("count", &count)];
        let rxdb = bench.peers.serve("rxdb-server.js", &[]).await?;
        of_rxdb.add(&bench.peers.run("rxdb-push.js", bench.scale.patience, &[given.as_slice(), &[("url", rxdb.url())]].concat()).await?);
        let folders = [bench.folder("pouchdb-server")?, bench.folder("pouchdb-push")?];
        let pouchdb = bench.peers.serve("pouchdb-server.js", &[("folder", text(&folders[0])?)]).await?;
        let given = [given.as_slice(), &[("url", pouchdb.url()), ("folder", text(&folders[1])?)]].concat();
        of_pouchdb.add(&bench.peers.run("pouchdb-push.js", bench.scale.patience, &given).await?);
    }
    let ours = ours.side(
        "My Beads Box",
        &Centre::version(&bench.server),
        "sales; decided, receipts signed; outcomes on the device's disk; PostgreSQL and outbox durable, outbox encrypted",
    )?;
    let pouchdb = of_pouchdb.side("PouchDB to express-pouchdb", &bench.peers.version("pouchdb"), "LevelDB on both sides, no fsync, not encrypted")?;
    let rxdb = of_rxdb.side("RxDB", &bench.peers.version("rxdb"), "memory on both sides, batches of 1000: neither durable nor encrypted")?;
    let plain = plain.side("the same rows by plain INSERTs", &bench.postgres, "500 a transaction, synchronous_commit=on; nothing is decided")?;
    let entry = |other, goals: &[Goal]| Entry::new("push", operations, "operations sent", ours.clone(), Some(other)).judged(Number::Median, goals);
    Ok(vec![entry(pouchdb, &[Goal::AtLeastTimes(20.0)]), entry(rxdb, &[]), entry(plain, &[Goal::AtLeastTimes(0.5)])])
}

/// Inserts the rows that a push left in one database into a copy of what was there before it.
async fn insert_plainly(bench: &Bench, pushed: &Centre, origin: &Centre, operations: u64) -> anyhow::Result<Finished> {
    let transactions = statements(&pushed.database_url())?;
    let mut copy = origin.copy(&bench.server).await?;
    copy.stop().await?;
    let mut conn = PgConnection::connect(&copy.database_url()).await?;
    // The device that pushed enrolled after the copy was made.
    sqlx::raw_sql(
        "SET session_replication_role = origin; ALTER TABLE operation DROP CONSTRAINT operation_device_id_fkey; \
                   ALTER TABLE voucher DROP CONSTRAINT voucher_sold_device_fkey, DROP CONSTRAINT voucher_since_device_fkey",
    )
    .execute(&mut conn)
    .await?;
    let begun = Instant::now();
    for statements in transactions {
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN;\n{}COMMIT;", statements.concat()))).execute(&mut conn).await?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM voucher").fetch_one(&mut conn).await?;
    anyhow::ensure!(u64::try_from(there)? == operations, "{there} of {operations} vouchers were inserted");
    Ok(Finished { seconds, rows: operations, stopped: false, peak_kib: 0, searchable_seconds: None })
}

/// Statements of so many rows, as `pg_dump` writes them: the first of each table, then the second of each, and so on.
fn statements(database: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let mut transactions: Vec<Vec<String>> = Vec::new();
    for table in TABLES {
        let mut dump = Command::new("pg_dump");
        dump.args(["--data-only", "--no-owner", "--on-conflict-do-nothing", &format!("--rows-per-insert={BATCH}"), "--table", table, database]);
        let output = dump.output().context("pg_dump")?;
        anyhow::ensure!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        let inserts = text.split("\nINSERT INTO ").skip(1).map(|rest| {
            let end = rest.find(";\n").map_or(rest.len(), |end| end + 2);
            format!("INSERT INTO {}", &rest[..end])
        });
        for (place, insert) in inserts.enumerate() {
            if transactions.len() <= place {
                transactions.push(Vec::new());
            }
            if let Some(transaction) = transactions.get_mut(place) {
                transaction.push(insert);
            }
        }
    }
    Ok(transactions)
}
