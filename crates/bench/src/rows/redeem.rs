//! A redemption on the device, on the disk, beside a bare commit of SQLite of the same bytes.

use std::time::Instant;

use beadsbox_domain::RedeemMode;
use beadsbox_protocol::OperationBody;
use beadsbox_store::BatchLimit;
use rusqlite::Connection;

use super::{Bench, milliseconds, shelf::Shelves, side};
use crate::{
    centre::End,
    figure::Unit,
    ledger::{Entry, Goal, Number},
};

pub(super) const NOTE: &str = "WAL, synchronous=FULL, encrypted by SQLCipher";

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for &vouchers in &bench.scale.vouchers {
        let shelf = shelves.get(vouchers).await?;
        let codes = shelf.centre.redeemable(bench.scale.rounds + 1, End::First).await?;
        let bare = bare(bench)?;
        // The first one brings the body that the bare commits write.
        let mut codes = codes.into_iter().map(|(_, code)| code);
        if let Some(code) = codes.next() {
            shelf.till.redeem(shelf.centre.staff, code, RedeemMode::Honoured)?;
        }
        let body = shelf
            .till
            .store
            .pending_batch(0, BatchLimit::default())?
            .and_then(|batch| batch.bodies.into_iter().next())
            .unwrap_or_default();
        OperationBody::decode(&body)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for code in codes {
            let begun = Instant::now();
            shelf.till.redeem(shelf.centre.staff, code, RedeemMode::Honoured)?;
            ours.push(milliseconds(begun));
            let begun = Instant::now();
            bare.execute("INSERT INTO operation (body) VALUES (?1)", [&body])?;
            theirs.push(milliseconds(begun));
        }
        // Sent and taken, so that whoever measures next finds a device at rest.
        shelf.till.sync().await?;
        let ours = bench.ours(ours, Unit::Milliseconds, &format!("found by its code, checked, chained, committed; {NOTE}"))?;
        let other = side("SQLite, one row", rusqlite::version(), theirs, Unit::Milliseconds, NOTE)?;
        entries.push(Entry::new("redeem", vouchers, "a redemption, offline", ours, Some(other)).judged(Number::P99, &[Goal::AtMostTimes(1.5)]));
    }
    Ok(entries)
}

/// What the other side writes into.
pub(super) fn bare(bench: &Bench) -> anyhow::Result<Connection> {
    let connection = Connection::open(bench.folder("bare")?.join("bare.db"))?;
    connection.pragma_update(None, "key", "x'0101010101010101010101010101010101010101010101010101010101010101'")?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE operation (place INTEGER PRIMARY KEY, body TEXT)")?;
    Ok(connection)
}
