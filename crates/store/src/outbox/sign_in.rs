//! What lets staff in without the server.

use beadsbox_domain::{Role, StaffId, Timestamp};
use rusqlite::{
    Connection, OptionalExtension as _, params,
    types::{FromSql, FromSqlError, FromSqlResult, ValueRef},
};

use crate::{file::sql::Sql, text::fold, types::OfflineSignIn};

impl FromSql for Sql<Role> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Role::from_name(value.as_str()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// By name, without case and accents.
pub(crate) fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<OfflineSignIn>> {
    connection
        .prepare_cached("SELECT staff, name, role, verifier, verified_at, failed, blocked_until, sign_in_version FROM offline_sign_in WHERE name_key = ?1")?
        .query_row([fold(name.trim())], |row| {
            Ok(OfflineSignIn {
                staff: row.get::<_, Sql<StaffId>>(0)?.0,
                name: row.get(1)?,
                role: row.get::<_, Sql<Role>>(2)?.0,
                verifier: row.get(3)?,
                verified_at: row.get::<_, Sql<Timestamp>>(4)?.0,
                failed: row.get(5)?,
                blocked_until: row.get::<_, Option<Sql<Timestamp>>>(6)?.map(|at| at.0),
                sign_in_version: row.get::<_, Sql<u64>>(7)?.0,
            })
        })
        .optional()
}

/// Keeps it, in the place of what was kept for that person or under that name.
pub(crate) fn keep(connection: &Connection, sign_in: &OfflineSignIn) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO offline_sign_in (staff, name, name_key, role, verifier, verified_at, failed, blocked_until, sign_in_version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            Sql(sign_in.staff),
            sign_in.name,
            fold(sign_in.name.trim()),
            sign_in.role.name(),
            sign_in.verifier,
            Sql(sign_in.verified_at),
            sign_in.failed,
            sign_in.blocked_until.map(Sql),
            Sql(sign_in.sign_in_version)
        ],
    )?;
    Ok(())
}

/// Forgets it.
pub(crate) fn forget(connection: &Connection, staff: StaffId) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM offline_sign_in WHERE staff = ?1", [Sql(staff)])?;
    Ok(())
}
