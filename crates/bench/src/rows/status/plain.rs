//! The rows that changes of status leave behind, written by pgbench.

use std::{fs, path::Path, process::Command};

use anyhow::Context as _;
use beadsbox_domain::VoucherId;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::{Bench, CLIENTS, Centre, Measured, Way, family_processor_ms};
use crate::peer::text;

/// One table of what is to be changed, in the order in which it is.
const CHANGES: &str = "
    CREATE TABLE bench_change AS
    WITH given AS (
             SELECT v.id, v.template_id, v.sold_shop, g.place, gen_random_uuid() AS first_op, gen_random_uuid() AS second_op
             FROM unnest($1::uuid[]) WITH ORDINALITY AS g (id, place) JOIN voucher v USING (id)),
         passes AS (
             SELECT 0 AS pass, place, id, template_id, sold_shop, first_op AS op, NULL::uuid AS undoes,
                    CASE place % 2 WHEN 0 THEN 'used' ELSE 'cancelled' END AS status FROM given
             UNION ALL
             SELECT 1, place, id, template_id, sold_shop, second_op, CASE place % 2 WHEN 0 THEN first_op END,
                    CASE place % 2 WHEN 0 THEN 'purchased' ELSE 'refunded' END FROM given)
    SELECT row_number() OVER (ORDER BY pass, place) - 1 AS n, id AS voucher_id, template_id, sold_shop AS shop_id, op, undoes, status,
           '00000000-0000-0000-0000-000000000000'::uuid AS device_id, sha256(uuid_send(op)) AS hash, sha256(uuid_send(op)) || sha256(uuid_send(id)) AS receipt,
           convert_to(rpad(op::text, $2, id::text), 'UTF8') AS body
    FROM passes";

/// Both ways, on a copy of the database each.
pub(super) async fn once(
    bench: &Bench,
    origin: &Centre,
    vouchers: &[VoucherId],
    ways: [Way; 2],
    body: usize,
    measured: &mut [Measured; 2],
) -> anyhow::Result<()> {
    let mut rest = vouchers;
    for (way, measured) in ways.into_iter().zip(measured) {
        let (now, later) = rest.split_at(usize::try_from(way.vouchers)? * CLIENTS);
        rest = later;
        let mut centre = origin.copy(&bench.server).await?;
        let database = centre.postmaster().await?;
        centre.stop().await?;
        prepare(&centre.database_url(), now, body).await?;
        let folder = bench.folder("pgbench")?;
        let transactions = 2 * way.vouchers / way.size;
        let before = family_processor_ms(database)?;
        let rate = run(&folder, &centre.database_url(), way.size, transactions)?;
        let processor = family_processor_ms(database)? - before;
        #[expect(clippy::cast_precision_loss, reason = "fewer operations than a float counts exactly")]
        let (operations, size) = (transactions * way.size * CLIENTS as u64, way.size as f64);
        #[expect(clippy::cast_precision_loss, reason = "fewer operations than a float counts exactly")]
        let seconds = operations as f64 / (rate * size);
        measured.add(operations, seconds, latencies(&folder)?, processor);
        check(&centre.database_url(), operations).await?;
    }
    Ok(())
}

async fn prepare(database: &str, vouchers: &[VoucherId], body: usize) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(database).await?;
    let ids: Vec<Uuid> = vouchers.iter().map(|voucher| voucher.0).collect();
    let text = CHANGES.replace("$2", &body.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(
        text.replace("$1", &format!("'{{{}}}'", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","))),
    ))
    .execute(&mut conn)
    .await?;
    sqlx::raw_sql(
        "ALTER TABLE bench_change ADD PRIMARY KEY (n); CREATE INDEX ON bench_change (op); CREATE SEQUENCE bench_seq;
         SELECT setval('bench_seq', (SELECT max(seq) FROM change_feed)); ANALYZE bench_change; CHECKPOINT",
    )
    .execute(&mut conn)
    .await?;
    Ok(conn.close().await?)
}

/// Transactions a second, of that many for each client.
fn run(folder: &Path, database: &str, size: u64, transactions: u64) -> anyhow::Result<f64> {
    let script = folder.join("plain.sql");
    fs::write(&script, include_str!("plain.sql"))?;
    let mut pgbench = Command::new("pgbench");
    pgbench.current_dir(folder).args(["--no-vacuum", "--protocol=prepared", "--log", "--file", text(&script)?]);
    pgbench.args(["--client", &CLIENTS.to_string(), "--transactions", &transactions.to_string()]);
    pgbench.args(["-D", "turn=0", "-D", &format!("clients={CLIENTS}"), "-D", &format!("size={size}"), database]);
    let output = pgbench.output().context("pgbench")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), "pgbench: {printed}{}", String::from_utf8_lossy(&output.stderr));
    let rate = printed.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    rate.with_context(|| format!("pgbench told no rate: {printed}"))
}

/// How long each transaction took, in milliseconds, as pgbench wrote it down.
fn latencies(folder: &Path) -> anyhow::Result<Vec<f64>> {
    let mut taken = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log.")) {
            let microseconds = fs::read_to_string(&path)?;
            let microseconds = microseconds.lines().filter_map(|line| line.split_whitespace().nth(2)?.parse::<f64>().ok());
            taken.extend(microseconds.map(|microseconds| microseconds / 1000.0));
        }
    }
    anyhow::ensure!(!taken.is_empty(), "pgbench wrote no log");
    Ok(taken)
}

/// It must have written what it was asked to.
async fn check(database: &str, operations: u64) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(database).await?;
    let written: i64 = sqlx::query_scalar("SELECT count(*) FROM operation o JOIN bench_change c ON c.op = o.op_id")
        .fetch_one(&mut conn)
        .await?;
    anyhow::ensure!(u64::try_from(written)? == operations, "pgbench wrote {written} of {operations} operations");
    Ok(conn.close().await?)
}
