//! Taking a hundred changes beside many vouchers, and beside few: it must not depend on what did not change.

use std::time::Instant;

use uuid::Uuid;

use super::{
    Bench, milliseconds,
    shelf::{Shelf, Shelves},
};
use crate::{
    centre::change,
    figure::Unit,
    ledger::{Entry, Goal, Number},
};

const CHANGES: usize = 100;

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let rounds = bench.scale.rounds / 3;
    let mut measured = Vec::new();
    let mut vouchers = Vec::new();
    for &size in &bench.scale.vouchers {
        let ids = some_ids(shelves.get(size).await?, rounds).await?;
        vouchers.push((size, ids));
        measured.push(Vec::new());
    }
    for round in 0..rounds {
        for ((size, ids), measured) in vouchers.iter().zip(&mut measured) {
            let shelf = shelves.get(*size).await?;
            let changed: Vec<Uuid> = ids.iter().cycle().skip(round * CHANGES % ids.len().max(1)).take(CHANGES).copied().collect();
            change(&shelf.centre.pool(), &changed).await?;
            let begun = Instant::now();
            shelf.till.sync().await?;
            measured.push(milliseconds(begun));
        }
    }
    let few = bench.scale.vouchers.first().copied().unwrap_or_default();
    let mut sides = Vec::new();
    for measured in measured {
        sides.push(bench.ours(measured, Unit::Milliseconds, "asked over HTTP, applied, committed")?);
    }
    let mut sides = sides.into_iter();
    let Some(mut least) = sides.next() else { return Ok(Vec::new()) };
    least.name = format!("the same beside {few}");
    let entries = bench.scale.vouchers.iter().skip(1).zip(sides).map(|(size, ours)| {
        Entry::new("changes", *size, format!("{CHANGES} changes taken"), ours, Some(least.clone())).judged(Number::Median, &[Goal::AtMostTimes(1.2)])
    });
    Ok(entries.collect())
}

/// Vouchers from everywhere, a hundred for each round.
async fn some_ids(shelf: &Shelf, rounds: usize) -> anyhow::Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar("SELECT id FROM voucher ORDER BY md5(id::text) LIMIT $1")
        .bind(i64::try_from(rounds * CHANGES)?)
        .fetch_all(&shelf.centre.pool())
        .await?;
    Ok(ids)
}
