//! Buyers' data of the own sales.

use beadsbox_domain::PersonHash;
use beadsbox_protocol::person::SaltedPerson;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::file::sql::Sql;

/// Keeps a buyer.
pub(crate) fn keep(connection: &Connection, hash: PersonHash, salted: &SaltedPerson) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT OR REPLACE INTO person (hash, salt, person) VALUES (?1, ?2, ?3)")?.execute(params![
        Sql(hash),
        salted.salt,
        salted.person
    ])?;
    Ok(())
}

/// A buyer, unless erased.
pub(crate) fn find(connection: &Connection, hash: PersonHash) -> rusqlite::Result<Option<SaltedPerson>> {
    connection
        .prepare_cached("SELECT salt, person FROM person WHERE hash = ?1")?
        .query_row([Sql(hash)], |row| Ok(SaltedPerson { salt: row.get(0)?, person: row.get(1)? }))
        .optional()
}

/// Of these buyers, those that are kept here.
pub(crate) fn kept_among(connection: &Connection, hashes: &[PersonHash]) -> rusqlite::Result<Vec<PersonHash>> {
    let mut question = connection.prepare_cached("SELECT 1 FROM person WHERE hash = ?1")?;
    let mut kept = Vec::new();
    for hash in hashes {
        if question.exists([Sql(*hash)])? {
            kept.push(*hash);
        }
    }
    Ok(kept)
}

/// Erases buyers. The operations that name their hashes stay as they are.
pub(crate) fn erase(connection: &Connection, hashes: &[PersonHash]) -> rusqlite::Result<()> {
    let mut erase = connection.prepare_cached("DELETE FROM person WHERE hash = ?1")?;
    hashes.iter().try_for_each(|hash| erase.execute([Sql(*hash)]).map(|_| ()))
}
