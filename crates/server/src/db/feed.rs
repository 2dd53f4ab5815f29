//! `change_inbox`, `change_feed`, `feed_batch`: what changed, in an order that no reader can miss anything in.

use std::collections::BTreeSet;

use beadsbox_domain::Timestamp;
use beadsbox_protocol::digest::RowKind;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    range::Bounds,
    to_bigint, to_count,
    writes::{Columns, Writes},
};
use crate::error::Failure;

/// What kind of row changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Shop,
    Staff,
    Device,
    Settings,
    Template,
    Voucher,
    Conflict,
}

impl Kind {
    const ALL: [Self; 7] = [Self::Shop, Self::Staff, Self::Device, Self::Settings, Self::Template, Self::Voucher, Self::Conflict];

    const fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Staff => "staff",
            Self::Device => "device",
            Self::Settings => "settings",
            Self::Template => "template",
            Self::Voucher => "voucher",
            Self::Conflict => "conflict",
        }
    }

    /// The kind of that name. A CHECK holds the column to these.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl From<RowKind> for Kind {
    fn from(kind: RowKind) -> Self {
        match kind {
            RowKind::Shop => Self::Shop,
            RowKind::Staff => Self::Staff,
            RowKind::Device => Self::Device,
            RowKind::Settings => Self::Settings,
            RowKind::Template => Self::Template,
            RowKind::Conflict => Self::Conflict,
            RowKind::Voucher => Self::Voucher,
        }
    }
}

/// Tells that these rows changed, in the transaction that changes them.
pub async fn note(conn: &mut PgConnection, kind: Kind, ids: &[Uuid]) -> Result<(), Failure> {
    note_all(conn, &ids.iter().map(|id| (kind, *id)).collect()).await
}

/// The same for rows of several kinds.
pub async fn note_all(conn: &mut PgConnection, changed: &BTreeSet<(Kind, Uuid)>) -> Result<(), Failure> {
    Writes::alone(conn, |writes| add_noted(writes, changed)).await
}

/// The same, with other writes.
pub fn add_noted(writes: &mut Writes, changed: &BTreeSet<(Kind, Uuid)>) {
    if changed.is_empty() {
        return;
    }
    writes.add("noted", |sql| {
        sql.push("INSERT INTO change_inbox (kind, entity_id) SELECT * FROM ");
        columns(sql, changed).end("");
    });
}

fn columns<'a>(sql: &'a mut QueryBuilder<Postgres>, changed: &BTreeSet<(Kind, Uuid)>) -> Columns<'a> {
    Columns::of(sql).with(changed.iter().map(|(kind, _)| kind.name())).with(changed.iter().map(|(_, id)| *id))
}

/// Gives rows that other writes change the next numbers of the feed, as one batch, past the inbox, tells the other processes once this transaction is
/// committed, and asks for the feed's head afterwards. The transaction has the sequencer's lock since an earlier statement; at least one row.
pub fn add_placed(writes: &mut Writes, changed: &BTreeSet<(Kind, Uuid)>, tag: &str) {
    writes.add_read("placed", |sql| {
        sql.push(
            "INSERT INTO change_feed (kind, entity_id, seq)
             SELECT c.kind, c.entity_id, (SELECT coalesce(max(to_seq), 0) FROM feed_batch) + c.place FROM ",
        );
        columns(sql, changed)
            .end(" WITH ORDINALITY AS c (kind, entity_id, place) ON CONFLICT (kind, entity_id) DO UPDATE SET seq = excluded.seq RETURNING seq");
    });
    writes.add_read("batch", |sql| {
        sql.push("INSERT INTO feed_batch (to_seq, tag) SELECT max(seq), ").push_bind(tag).push(" FROM placed RETURNING to_seq");
    });
    writes.ask(format!("(SELECT to_seq FROM batch, pg_notify('{CHANNEL}', to_seq::text))"));
}

/// Gives every voucher that the feed lacks the next number, as one batch; the head afterwards. The transaction is the sequencer.
pub async fn append_vouchers(conn: &mut PgConnection, tag: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "WITH head AS (SELECT coalesce(max(to_seq), 0) AS seq FROM feed_batch),
              placed AS (
                  INSERT INTO change_feed (kind, entity_id, seq)
                  SELECT 'voucher', v.id, (SELECT seq FROM head) + row_number() OVER (ORDER BY v.id)
                  FROM voucher v WHERE NOT EXISTS (SELECT FROM change_feed f WHERE f.kind = 'voucher' AND f.entity_id = v.id)
                  RETURNING seq)
         INSERT INTO feed_batch (to_seq, tag) SELECT max(seq), $1 FROM placed RETURNING to_seq",
    )
    .bind(tag)
    .fetch_one(conn)
    .await
}

/// Moves up to `limit` rows of the inbox into the feed under the next numbers, one per entity. How many left the inbox, and
/// the feed's head afterwards.
pub async fn move_inbox(conn: &mut PgConnection, limit: i64, tag: &str) -> sqlx::Result<(i64, i64)> {
    // Up to an id, not by a join: the inbox is empty whenever its statistics are taken, and PostgreSQL would compare every row with every other. One
    // snapshot: what is committed meanwhile under a lower id stays.
    let (moved, head): (i64, i64) = sqlx::query_as(
        "WITH taken AS (
                  DELETE FROM change_inbox WHERE id <= (SELECT max(id) FROM (SELECT id FROM change_inbox ORDER BY id LIMIT $1) AS first)
                  RETURNING id, kind, entity_id),
              entity AS (SELECT kind, entity_id, max(id) AS id FROM taken GROUP BY kind, entity_id),
              head AS (SELECT coalesce(max(to_seq), 0) AS seq FROM feed_batch),
              placed AS (
                  INSERT INTO change_feed (kind, entity_id, seq)
                  SELECT kind, entity_id, (SELECT seq FROM head) + row_number() OVER (ORDER BY id) FROM entity
                  ON CONFLICT (kind, entity_id) DO UPDATE SET seq = excluded.seq
                  RETURNING seq)
         SELECT (SELECT count(*) FROM taken), greatest((SELECT seq FROM head), (SELECT max(seq) FROM placed))",
    )
    .bind(limit)
    .fetch_one(&mut *conn)
    .await?;
    if moved > 0 {
        sqlx::query("INSERT INTO feed_batch (to_seq, tag) VALUES ($1, $2)").bind(head).bind(tag).execute(conn).await?;
    }
    Ok((moved, head))
}

/// Whether a change of that kind within the bounds is committed and not in the feed yet.
pub async fn is_on_its_way(conn: &mut PgConnection, kind: Kind, within: Bounds) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM change_inbox WHERE kind = $1 AND entity_id >= $2 AND entity_id <= $3)")
        .bind(kind.name())
        .bind(within.from)
        .bind(within.through)
        .fetch_one(conn)
        .await
}

/// Whether the feed holds at least so many entities after that number, up to the other one.
pub async fn holds(conn: &mut PgConnection, least: u64, after: u64, through: u64) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT count(*) >= $1 FROM (SELECT FROM change_feed WHERE seq > $2 AND seq <= $3 LIMIT $1) AS first")
        .bind(to_bigint(least))
        .bind(to_bigint(after))
        .bind(to_bigint(through))
        .fetch_one(conn)
        .await
}

/// What waits for the sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inbox {
    /// Changes, up to [`MOST_COUNTED`].
    pub rows: u64,
    /// How long the oldest waits, in seconds of the database's clock; 0 where none does.
    pub oldest_seconds: u64,
}

/// Nobody needs to know how many more there are.
const MOST_COUNTED: i64 = 100_000;

/// What waits for the sequencer now.
pub async fn inbox(conn: &mut PgConnection) -> sqlx::Result<Inbox> {
    let (rows, oldest_seconds): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM (SELECT FROM change_inbox LIMIT $1) waiting),
                coalesce((SELECT greatest(0, extract(epoch FROM clock_timestamp() - noted_at))::bigint FROM change_inbox ORDER BY id LIMIT 1), 0)",
    )
    .bind(MOST_COUNTED)
    .fetch_one(conn)
    .await?;
    Ok(Inbox { rows: to_count(rows), oldest_seconds: to_count(oldest_seconds) })
}

/// How many entities the feed holds.
pub async fn size(conn: &mut PgConnection) -> sqlx::Result<u64> {
    Ok(to_count(sqlx::query_scalar("SELECT count(*) FROM change_feed").fetch_one(conn).await?))
}

pub async fn inbox_is_empty(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT NOT EXISTS (SELECT FROM change_inbox)").fetch_one(conn).await
}

/// The channel on which the sequencer tells the other processes of a new head.
pub const CHANNEL: &str = "beadsbox_feed";

/// Tells the other processes, once this transaction is committed.
pub async fn announce(conn: &mut PgConnection, head: i64) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(head.to_string()).execute(conn).await?;
    Ok(())
}

/// The last number there is, with its batch's tag; none in an empty feed.
pub async fn head(conn: &mut PgConnection) -> sqlx::Result<Option<(i64, String)>> {
    sqlx::query_as("SELECT to_seq, tag FROM feed_batch ORDER BY to_seq DESC LIMIT 1").fetch_optional(conn).await
}

/// The tag of the batch that the number belongs to; none beyond the head.
pub async fn tag_of(conn: &mut PgConnection, seq: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT tag FROM feed_batch WHERE to_seq >= $1 ORDER BY to_seq LIMIT 1")
        .bind(seq)
        .fetch_optional(conn)
        .await
}

/// Forgets tags of batches older than that moment, the oldest `limit` at most, never the newest. A cursor that names one is of no
/// feed any more.
pub async fn prune_tags(conn: &mut PgConnection, before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query(
        "DELETE FROM feed_batch WHERE to_seq IN (
             SELECT to_seq FROM (SELECT to_seq, made_at FROM feed_batch ORDER BY to_seq LIMIT $2) AS oldest
             WHERE made_at < $1 AND to_seq < (SELECT max(to_seq) FROM feed_batch))",
    )
    .bind(before.to_sqlx())
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(pruned.rows_affected())
}

/// A change of the feed.
#[derive(FromRow)]
pub struct Change {
    pub kind: String,
    pub entity_id: Uuid,
    pub seq: i64,
}

pub async fn after(conn: &mut PgConnection, seq: i64, limit: i64) -> sqlx::Result<Vec<Change>> {
    sqlx::query_as("SELECT kind, entity_id, seq FROM change_feed WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(seq)
        .bind(limit)
        .fetch_all(conn)
        .await
}
