//! `snapshot` and `snapshot_chunk`: everything at one moment, compressed, for devices without a cache.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    Profile,
    pull::Cursor,
    snapshot::{Chunk, Manifest, SNAPSHOT_FORMAT},
};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{to_bigint, to_count};

/// A snapshot that is begun.
pub struct New<'a> {
    pub id: Uuid,
    pub profile: Profile,
    pub epoch: Uuid,
    pub cursor: &'a Cursor,
    pub begun_at: Timestamp,
    pub of_rows: u64,
}

pub async fn begin(conn: &mut PgConnection, new: &New<'_>) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO snapshot (id, profile, format, epoch, seq, tag, begun_at, of_rows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(new.id)
        .bind(new.profile.name())
        .bind(format())
        .bind(new.epoch)
        .bind(to_bigint(new.cursor.seq))
        .bind(&new.cursor.tag)
        .bind(new.begun_at.to_sqlx())
        .bind(to_bigint(new.of_rows))
        .execute(conn)
        .await?;
    Ok(())
}

/// The format as its column has it.
fn format() -> i32 {
    i32::try_from(SNAPSHOT_FORMAT).unwrap_or(i32::MAX)
}

/// A chunk with its bytes.
pub struct NewChunk {
    pub rows: u64,
    pub plain_bytes: u64,
    pub sha256: [u8; 32],
    pub bytes: Vec<u8>,
}

/// The next chunk; the progress counts its rows.
pub async fn add_chunk(conn: &mut PgConnection, id: Uuid, number: i32, chunk: &NewChunk) -> sqlx::Result<()> {
    sqlx::query(
        "WITH added AS (INSERT INTO snapshot_chunk (snapshot_id, number, rows, plain_bytes, sha256, bytes) VALUES ($1, $2, $3, $4, $5, $6) RETURNING rows)
         UPDATE snapshot SET rows = snapshot.rows + added.rows FROM added WHERE id = $1",
    )
    .bind(id)
    .bind(number)
    .bind(to_bigint(chunk.rows))
    .bind(to_bigint(chunk.plain_bytes))
    .bind(chunk.sha256.as_slice())
    .bind(&chunk.bytes)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets all of them, also one that is being made: whoever is at it, or takes it, begins anew.
pub async fn delete_all(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM snapshot").execute(conn).await?;
    Ok(())
}

/// From now on it can be taken; but not where somebody was erased since its moment, when there were so many: it holds them.
pub async fn finish(conn: &mut PgConnection, id: Uuid, vouchers: u64, voucher_digest: &str, made_at: Timestamp, erased: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE snapshot SET vouchers = $2, voucher_digest = $3, made_at = $4 WHERE id = $1 AND (SELECT count(*) FROM erased_person) = $5")
        .bind(id)
        .bind(to_bigint(vouchers))
        .bind(voucher_digest)
        .bind(made_at.to_sqlx())
        .bind(erased)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what a maker left half made; the caller is the maker.
pub async fn delete_unfinished(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM snapshot WHERE made_at IS NULL").execute(conn).await?;
    Ok(())
}

/// Forgets those that a newer one of their profile has replaced since before that moment, and all of another epoch or format.
pub async fn delete_replaced(conn: &mut PgConnection, epoch: Uuid, before: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query(
        "DELETE FROM snapshot s WHERE s.made_at IS NOT NULL AND (s.epoch <> $1 OR s.format <> $2
             OR EXISTS (SELECT FROM snapshot n WHERE n.profile = s.profile AND n.made_at > s.made_at AND n.made_at < $3))",
    )
    .bind(epoch)
    .bind(format())
    .bind(before.to_sqlx())
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}

/// How far the one that is being made has come: rows, of about how many, since when.
pub async fn progress(conn: &mut PgConnection, profile: Profile, epoch: Uuid) -> sqlx::Result<Option<(u64, u64, Timestamp)>> {
    let found: Option<(i64, i64, jiff_sqlx::Timestamp)> =
        sqlx::query_as("SELECT rows, of_rows, begun_at FROM snapshot WHERE profile = $1 AND epoch = $2 AND made_at IS NULL ORDER BY begun_at DESC LIMIT 1")
            .bind(profile.name())
            .bind(epoch)
            .fetch_optional(conn)
            .await?;
    Ok(found.map(|(rows, of_rows, begun_at)| (to_count(rows), to_count(of_rows), begun_at.to_jiff())))
}

#[derive(FromRow)]
struct Record {
    id: Uuid,
    seq: i64,
    tag: String,
    rows: i64,
    vouchers: i64,
    voucher_digest: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    made_at: Timestamp,
}

/// The newest one of that profile.
pub async fn newest(conn: &mut PgConnection, profile: Profile, epoch: Uuid) -> sqlx::Result<Option<Manifest>> {
    let found: Option<Record> = sqlx::query_as(
        "SELECT id, seq, tag, rows, vouchers, voucher_digest, made_at FROM snapshot
         WHERE profile = $1 AND epoch = $2 AND format = $3 AND made_at IS NOT NULL ORDER BY made_at DESC LIMIT 1",
    )
    .bind(profile.name())
    .bind(epoch)
    .bind(format())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(record) = found else { return Ok(None) };
    let chunks = chunks(conn, record.id).await?;
    Ok(Some(Manifest {
        id: record.id,
        format: SNAPSHOT_FORMAT,
        epoch,
        cursor: Cursor { seq: to_count(record.seq), tag: record.tag },
        rows: to_count(record.rows),
        vouchers: to_count(record.vouchers),
        voucher_digest: record.voucher_digest,
        bytes: chunks.iter().map(|chunk| chunk.bytes).sum(),
        chunks,
        made_at: record.made_at,
    }))
}

async fn chunks(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Vec<Chunk>> {
    let found: Vec<(i64, i32, i64, Vec<u8>)> =
        sqlx::query_as("SELECT rows, octet_length(bytes), plain_bytes, sha256 FROM snapshot_chunk WHERE snapshot_id = $1 ORDER BY number")
            .bind(id)
            .fetch_all(conn)
            .await?;
    let read = |(rows, bytes, plain_bytes, sha256): (i64, i32, i64, Vec<u8>)| Chunk {
        rows: to_count(rows),
        bytes: to_count(bytes.into()),
        plain_bytes: to_count(plain_bytes),
        sha256: hex::encode(sha256),
    };
    Ok(found.into_iter().map(read).collect())
}

/// A chunk on its way to a device.
#[derive(FromRow)]
pub struct ChunkBytes {
    /// Those from the byte on that was asked for.
    pub bytes: Vec<u8>,
    /// How many the whole chunk has.
    pub total: i32,
    pub sha256: Vec<u8>,
}

/// A chunk of a snapshot of that profile and epoch, from a byte on.
pub async fn chunk(conn: &mut PgConnection, of: (Profile, Uuid), id: Uuid, number: u32, from: u64) -> sqlx::Result<Option<ChunkBytes>> {
    let (Ok(number), from) = (i32::try_from(number), i32::try_from(from).unwrap_or(i32::MAX - 1)) else { return Ok(None) };
    sqlx::query_as(
        "SELECT substring(c.bytes FROM $5 + 1) AS bytes, octet_length(c.bytes) AS total, c.sha256
         FROM snapshot s JOIN snapshot_chunk c ON c.snapshot_id = s.id
         WHERE s.id = $1 AND c.number = $2 AND s.profile = $3 AND s.epoch = $4 AND s.made_at IS NOT NULL",
    )
    .bind(id)
    .bind(number)
    .bind(of.0.name())
    .bind(of.1)
    .bind(from)
    .fetch_optional(conn)
    .await
}
