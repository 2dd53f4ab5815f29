//! The small tables: shops, staff, devices, settings, templates, conflicts. Each row is kept whole, as JSON.

use beadsbox_domain::{ConflictId, ConflictState, Template, TemplateId, VoucherId};
use beadsbox_protocol::rows::ConflictRow;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::file::sql::{Json, Sql};

/// A table of rows with an id.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Table {
    Shop,
    Staff,
    Device,
    Template,
}

impl Table {
    const fn upsert(self) -> &'static str {
        match self {
            Self::Shop => {
                "INSERT INTO shop (id, row, row_version) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE
                 SET row = excluded.row, row_version = excluded.row_version WHERE excluded.row_version > shop.row_version"
            }
            Self::Staff => {
                "INSERT INTO staff (id, row, row_version) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE
                 SET row = excluded.row, row_version = excluded.row_version WHERE excluded.row_version > staff.row_version"
            }
            Self::Device => {
                "INSERT INTO device (id, row, row_version) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE
                 SET row = excluded.row, row_version = excluded.row_version WHERE excluded.row_version > device.row_version"
            }
            Self::Template => {
                "INSERT INTO template (id, row, row_version) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE
                 SET row = excluded.row, row_version = excluded.row_version WHERE excluded.row_version > template.row_version"
            }
        }
    }

    const fn all(self) -> &'static str {
        match self {
            Self::Shop => "SELECT row FROM shop",
            Self::Staff => "SELECT row FROM staff",
            Self::Device => "SELECT row FROM device",
            Self::Template => "SELECT row FROM template",
        }
    }
}

/// Keeps a row if it is newer than the one there; answers whether it was.
pub(crate) fn keep(connection: &Connection, table: Table, id: impl ToSql, row: &impl Serialize, version: u64) -> rusqlite::Result<bool> {
    Ok(connection.prepare_cached(table.upsert())?.execute(params![id, Json(row), Sql(version)])? > 0)
}

/// Every row of a table.
pub(crate) fn all<T: DeserializeOwned>(connection: &Connection, table: Table) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(table.all())?.query_map([], |row| Ok(row.get::<_, Json<T>>(0)?.0))?.collect()
}

/// Keeps the settings if they are newer.
pub(crate) fn keep_settings(connection: &Connection, row: &impl Serialize, version: u64) -> rusqlite::Result<bool> {
    let upsert = "INSERT INTO settings (only_one, row, row_version) VALUES (1, ?1, ?2) ON CONFLICT (only_one) DO UPDATE
                  SET row = excluded.row, row_version = excluded.row_version WHERE excluded.row_version > settings.row_version";
    Ok(connection.prepare_cached(upsert)?.execute(params![Json(row), Sql(version)])? > 0)
}

/// The settings, once they have come.
pub(crate) fn settings<T: DeserializeOwned>(connection: &Connection) -> rusqlite::Result<Option<T>> {
    connection.prepare_cached("SELECT row FROM settings")?.query_row([], |row| Ok(row.get::<_, Json<T>>(0)?.0)).optional()
}

/// One template.
pub(crate) fn template(connection: &Connection, id: TemplateId) -> rusqlite::Result<Option<Template>> {
    connection
        .prepare_cached("SELECT row FROM template WHERE id = ?1")?
        .query_row([Sql(id)], |row| Ok(row.get::<_, Json<Template>>(0)?.0))
        .optional()
}

/// Keeps a conflict if it is newer.
pub(crate) fn keep_conflict(connection: &Connection, row: &ConflictRow) -> rusqlite::Result<bool> {
    let conflict = &row.conflict;
    let upsert = "INSERT INTO conflict (id, voucher, state, row, row_version) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE
                  SET voucher = excluded.voucher, state = excluded.state, row = excluded.row, row_version = excluded.row_version
                  WHERE excluded.row_version > conflict.row_version";
    let state = match conflict.state {
        ConflictState::Open => "open",
        ConflictState::Settled => "settled",
        ConflictState::Resolved => "resolved",
    };
    let changed = connection
        .prepare_cached(upsert)?
        .execute(params![Sql(conflict.id), Sql(conflict.voucher), state, Json(row), Sql(row.row_version())])?;
    Ok(changed > 0)
}

/// The conflicts about a voucher, the oldest first.
pub(crate) fn conflicts_of(connection: &Connection, voucher: VoucherId) -> rusqlite::Result<Vec<ConflictRow>> {
    let mut conflicts: Vec<ConflictRow> = connection
        .prepare_cached("SELECT row FROM conflict WHERE voucher = ?1")?
        .query_map([Sql(voucher)], |row| Ok(row.get::<_, Json<ConflictRow>>(0)?.0))?
        .collect::<Result<_, _>>()?;
    conflicts.sort_by_key(|row| (row.conflict.other.at, row.conflict.id));
    Ok(conflicts)
}

/// One conflict.
pub(crate) fn conflict(connection: &Connection, id: ConflictId) -> rusqlite::Result<Option<ConflictRow>> {
    connection
        .prepare_cached("SELECT row FROM conflict WHERE id = ?1")?
        .query_row([Sql(id)], |row| Ok(row.get::<_, Json<ConflictRow>>(0)?.0))
        .optional()
}

/// The conflicts that are open, or all.
pub(crate) fn conflicts(connection: &Connection, closed_too: bool) -> rusqlite::Result<Vec<ConflictRow>> {
    let question = if closed_too {
        "SELECT row FROM conflict"
    } else {
        "SELECT row FROM conflict WHERE state = 'open'"
    };
    connection.prepare_cached(question)?.query_map([], |row| Ok(row.get::<_, Json<ConflictRow>>(0)?.0))?.collect()
}

/// Whether one about that voucher is open.
pub(crate) fn has_open_conflict(connection: &Connection, voucher: VoucherId) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM conflict WHERE voucher = ?1 AND state = 'open'")?.exists([Sql(voucher)])
}
