//! Who this server is: its epoch and its key, read once at the start.
//!
//! An epoch names one life of the database. Where the PostgreSQL is another than the one on which the epoch began, commits may be
//! lost: a new epoch begins, and the devices give back what they hold. A standby that had every commit before it was acknowledged has lost none:
//! whoever promotes it says so before, in its configuration (`deploy/standby/take-over`), and the epoch goes on.

use beadsbox_authority::{Identity, first_commit_no};
use beadsbox_domain::Timestamp;
use ed25519_dalek::SigningKey;
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    db,
    error::{Failure, StartError},
    token,
};

/// The server's identity; made on the first start. Begins a new epoch where this is another PostgreSQL than the one it knew.
pub(crate) async fn load_or_create(conn: &mut PgConnection, now: Timestamp) -> Result<Identity, Failure> {
    let mut tx = conn.begin().await?;
    let (record, home) = (lock_or_create(&mut tx).await?, db::server::home(&mut tx).await?);
    let mut epoch = record.epoch;
    match record.home {
        Some(known) if known == home => {}
        Some(known) if is_taken_over(&mut tx, &known, &home).await? => {
            db::server::set_epoch(&mut tx, epoch, &home).await?;
            db::takeover::insert(&mut tx, &home, &known, epoch, now).await?;
            tracing::warn!(%epoch, home, known, "a standby took over without a loss: the epoch goes on");
        }
        Some(known) => epoch = begin(&mut tx, &home, &format!("another PostgreSQL: {home} in the place of {known}"), now).await?,
        None => db::server::set_epoch(&mut tx, epoch, &home).await?,
    }
    tx.commit().await?;
    let key: [u8; 32] = record.signing_key.try_into().map_err(|_| Failure::Defect("the server's key is not 32 bytes".to_owned()))?;
    Ok(Identity { epoch, signing_key: SigningKey::from_bytes(&key) })
}

/// Whether this is the next timeline of the same database, and whoever promoted it said that it lacks nothing of that one. The word names what it
/// continues, so it serves once.
async fn is_taken_over(conn: &mut PgConnection, known: &str, home: &str) -> Result<bool, Failure> {
    Ok(is_next_timeline(known, home) && db::takeover::continues(conn).await?.as_deref() == Some(known))
}

/// Whether the one is the other a promotion later. Two promotions later, nobody asked in between whether something was lost.
fn is_next_timeline(known: &str, home: &str) -> bool {
    let parts = |text: &str| -> Option<(String, u32, String)> {
        let mut parts = text.split('/');
        let (system, timeline, database) = (parts.next()?, parts.next()?, parts.next()?);
        Some((system.to_owned(), u32::from_str_radix(timeline, 16).ok()?, database.to_owned()))
    };
    match (parts(known), parts(home)) {
        (Some(known), Some(home)) => home == (known.0, known.1.saturating_add(1), known.2),
        _ => false,
    }
}

async fn lock_or_create(conn: &mut PgConnection) -> Result<db::server::Record, Failure> {
    if let Some(record) = db::server::lock(conn).await? {
        return Ok(record);
    }
    // Two processes may come here at once: the first row stays.
    db::server::insert(conn, new_epoch()?, &token::random::<32>()?).await?;
    db::server::lock(conn).await?.ok_or(Failure::Defect("the server's row vanished".to_owned()))
}

fn new_epoch() -> Result<Uuid, Failure> {
    Ok(Uuid::from_bytes(token::random::<16>()?))
}

/// Begins a new epoch. The server's row is locked.
async fn begin(conn: &mut PgConnection, home: &str, reason: &str, now: Timestamp) -> Result<Uuid, Failure> {
    let epoch = new_epoch()?;
    let first = first_commit_no(db::server::last_commit_no(conn).await?, now);
    db::server::count_from(conn, first).await?;
    db::server::insert_epoch(conn, epoch, now, reason, first).await?;
    db::server::set_epoch(conn, epoch, home).await?;
    tracing::warn!(%epoch, reason, "a new epoch begins: devices give back what this server lacks");
    Ok(epoch)
}

/// Begins a new epoch after a way back in time that leaves no trace in PostgreSQL. `reason` has 1 to 500 characters.
pub async fn begin_epoch(pool: &PgPool, reason: &str) -> Result<Uuid, StartError> {
    if !(1..=500).contains(&reason.chars().count()) {
        return Err(StartError::Refused("a reason has 1 to 500 characters".to_owned()));
    }
    let mut tx = pool.begin().await?;
    lock_or_create(&mut tx).await?;
    let home = db::server::home(&mut tx).await?;
    let epoch = begin(&mut tx, &home, reason, Timestamp::now()).await?;
    tx.commit().await?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_timeline_of_the_same_database_continues_it() {
        assert!(is_next_timeline("7/00000009/5", "7/0000000A/5"));
        for other in ["7/00000009/5", "7/0000000B/5", "7/00000008/5", "8/0000000A/5", "7/0000000A/6", "7/0000000A", "", "7/FFFFFFFFF/5"] {
            assert!(!is_next_timeline("7/00000009/5", other), "{other}");
        }
    }
}
