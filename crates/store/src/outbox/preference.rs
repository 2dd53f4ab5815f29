//! What the person prefers, by key.

use rusqlite::{Connection, OptionalExtension as _};

/// The value, if one was set.
pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT value FROM preference WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

/// Sets it.
pub(crate) fn set(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO preference (key, value) VALUES (?1, ?2)", (key, value))?;
    Ok(())
}

/// Takes it away.
pub(crate) fn clear(connection: &Connection, key: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM preference WHERE key = ?1", [key])?;
    Ok(())
}
