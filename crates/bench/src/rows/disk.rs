//! What an operation leaves on the database's disk: bytes of tables and of indexes, and of the log that is written for them, copied to a
//! standby and kept for a restore.

use anyhow::Context as _;
use beadsbox_domain::{Template, VoucherId};
use beadsbox_protocol::rows::Row;
use beadsbox_testkit::{TestDevice, fixtures};
use sqlx::PgPool;

use super::{
    Bench,
    status::{BATCH, pushes, send_all},
};
use crate::{
    centre::{Centre, stock},
    figure::Unit,
    ledger::Entry,
};

/// Bytes of tables, of indexes, and of the log so far.
const USED: &str = "SELECT sum(pg_table_size(c.oid))::bigint, sum(pg_indexes_size(c.oid))::bigint, (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'";
const PARTS: [&str; 3] = ["tables", "indexes", "log"];

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let stocked = bench.scale.listed;
    let count = usize::try_from(stocked / 10)?.max(2);
    let centre = Centre::open(&bench.server).await?;
    let mut device = centre.device("Bench").await?;
    device.staff = centre.staff;
    device.pull().await.map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    let template = device.cache.values().find_map(|row| if let Row::Template(template) = row { Some(template.clone()) } else { None });
    let template = template.context("no template to sell from")?;
    stock(&centre, 0..stocked, stocked).await?;

    let (pool, mut entries) = (centre.pool(), Vec::new());
    let mut add = |what: &str, left: [f64; 3]| -> anyhow::Result<()> {
        for (part, kibibytes) in PARTS.into_iter().zip(left) {
            let note = format!("per operation, at {stocked} vouchers; the log with the pages that are whole in it after a checkpoint; nothing was vacuumed");
            entries.push(Entry::new("disk", stocked, format!("{what}: {part}"), bench.ours(vec![kibibytes], Unit::Kibibytes, &note)?, None));
        }
        Ok(())
    };
    let sold: Vec<VoucherId> = (0..count).map(|_| record_sale(&mut device, &template)).collect();
    add(&format!("a sale, in batches of {BATCH}"), left_by(&centre, &pool, &mut device, BATCH).await?)?;
    let (single, many) = sold.split_at(count / 10 + 1);
    record_redemptions(&mut device, many);
    add(&format!("a redemption, in batches of {BATCH}"), left_by(&centre, &pool, &mut device, BATCH).await?)?;
    record_redemptions(&mut device, single);
    add("a redemption, one by one", left_by(&centre, &pool, &mut device, 1).await?)?;
    Ok(entries)
}

fn record_sale(device: &mut TestDevice, template: &Template) -> VoucherId {
    let buyer = fixtures::salted("Ada Lovelace");
    let (voucher, sale) = fixtures::sale(template.id, template.version, template.content.clone(), &buyer);
    device.remember(&buyer);
    device.record(sale);
    voucher
}

fn record_redemptions(device: &mut TestDevice, vouchers: &[VoucherId]) {
    for voucher in vouchers {
        device.record(fixtures::ask(*voucher));
    }
}

/// Sends what waits, so many at a time; how many KiB each operation left in [`PARTS`].
async fn left_by(centre: &Centre, pool: &PgPool, device: &mut TestDevice, size: u64) -> anyhow::Result<[f64; 3]> {
    sqlx::query("CHECKPOINT").execute(pool).await?;
    let (before, acked) = (used(pool).await?, device.acked);
    *device = send_all(device.clone(), pushes(device, size)).await?.0;
    centre.settle().await?;
    let after = used(pool).await?;
    #[expect(clippy::cast_precision_loss, reason = "fewer bytes than a float counts exactly")]
    let each = |part: usize| (after[part] - before[part]) as f64 / 1024.0 / (device.acked - acked) as f64;
    Ok([0, 1, 2].map(each))
}

async fn used(pool: &PgPool) -> anyhow::Result<[i64; 3]> {
    let (tables, indexes, log): (i64, i64, i64) = sqlx::query_as(USED).fetch_one(pool).await?;
    Ok([tables, indexes, log])
}
