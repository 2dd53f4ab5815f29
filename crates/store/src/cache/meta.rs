//! Where the cache stands.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::pull::Cursor;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{file::sql::Sql, types::CachePosition};

/// Gives a new cache its name.
pub(crate) fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("INSERT OR IGNORE INTO meta (only_one, cache_id) VALUES (1, ?1)", params![Sql(Uuid::now_v7())])?;
    Ok(())
}

/// Gives the cache another name, so that no note about it counts any more.
pub(crate) fn rename(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET cache_id = ?1", params![Sql(Uuid::now_v7())])?;
    Ok(())
}

/// Where the cache stands.
pub(crate) fn position(connection: &Connection) -> rusqlite::Result<CachePosition> {
    connection
        .prepare_cached("SELECT cache_id, epoch, cursor_seq, cursor_tag, head, last_sync_at FROM meta")?
        .query_row([], |row| {
            Ok(CachePosition {
                cache_id: row.get::<_, Sql<Uuid>>(0)?.0,
                epoch: row.get::<_, Option<Sql<Uuid>>>(1)?.map(|epoch| epoch.0),
                cursor: Cursor { seq: row.get::<_, Sql<u64>>(2)?.0, tag: row.get(3)? },
                head: row.get::<_, Option<Sql<u64>>>(4)?.map(|head| head.0),
                last_sync_at: row.get::<_, Option<Sql<Timestamp>>>(5)?.map(|at| at.0),
            })
        })
}

/// A cache without rows gets the epoch of the first ones.
pub(crate) fn begin_epoch(connection: &Connection, epoch: Uuid) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE meta SET epoch = ?1 WHERE epoch IS NULL")?.execute([Sql(epoch)])?;
    Ok(())
}

/// Moves the cursor. `up_to_date_at` where the page reached the head.
pub(crate) fn advance(connection: &Connection, epoch: Uuid, to: &Cursor, head: u64, up_to_date_at: Option<Timestamp>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE meta SET epoch = ?1, cursor_seq = ?2, cursor_tag = ?3, head = ?4, last_sync_at = coalesce(?5, last_sync_at)")?
        .execute(params![Sql(epoch), Sql(to.seq), to.tag, Sql(head), up_to_date_at.map(Sql)])?;
    Ok(())
}
