//! What the person prefers, by key.

use rusqlite::{Connection, OptionalExtension as _};

/// The value, if one was set.
pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT value FROM preference WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

/// The values of all keys that begin with that, in the order of their keys.
pub(crate) fn beginning_with(connection: &Connection, prefix: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare_cached("SELECT key, value FROM preference WHERE key >= ?1 AND key < ?2 ORDER BY key")?;
    // No key has this character.
    let rows = statement.query_map([prefix, &format!("{prefix}\u{10ffff}")], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
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
