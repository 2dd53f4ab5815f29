//! `person`: buyers' data, apart from everything that names it.

use std::collections::HashMap;

use beadsbox_domain::{Person, PersonHash};
use beadsbox_protocol::{Profile, person::SaltedPerson};
use sqlx::PgConnection;

use super::{
    damaged,
    writes::{Columns, Writes},
};
use crate::error::Failure;

/// A person whose hash was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    pub hash: PersonHash,
    pub salt: Vec<u8>,
    pub person: String,
}

/// Forgets those of these that no voucher names.
pub async fn forget_unnamed(conn: &mut PgConnection, hashes: &[PersonHash]) -> sqlx::Result<()> {
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| hash.0.as_slice()).collect();
    sqlx::query("DELETE FROM person WHERE hash = ANY($1) AND NOT EXISTS (SELECT FROM voucher WHERE person_hash = hash)")
        .bind(hashes)
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes them; whoever calls tells of their vouchers.
pub async fn delete(conn: &mut PgConnection, hashes: &[PersonHash]) -> sqlx::Result<()> {
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| hash.0.as_slice()).collect();
    sqlx::query("DELETE FROM person WHERE hash = ANY($1)").bind(hashes).execute(conn).await?;
    Ok(())
}

/// Those of these that are there, as their devices sent them.
pub async fn find(conn: &mut PgConnection, hashes: &[PersonHash]) -> Result<HashMap<PersonHash, SaltedPerson>, Failure> {
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| hash.0.as_slice()).collect();
    let found: Vec<(Vec<u8>, Vec<u8>, String)> =
        sqlx::query_as("SELECT hash, salt, person FROM person WHERE hash = ANY($1)").bind(hashes).fetch_all(conn).await?;
    let read = |(hash, salt, person): (Vec<u8>, Vec<u8>, String)| {
        let hash = hash.try_into().map(PersonHash).map_err(|_| damaged("person.hash"))?;
        Ok((hash, SaltedPerson { salt: hex::encode(salt), person }))
    };
    found.into_iter().map(read).collect()
}

/// Keeps those that are not there yet, and were not erased.
pub async fn insert(conn: &mut PgConnection, persons: &[Checked]) -> Result<(), Failure> {
    Writes::alone(conn, |writes| add_new(writes, persons)).await
}

/// The same, with other writes.
pub fn add_new(writes: &mut Writes, persons: &[Checked]) {
    if persons.is_empty() {
        return;
    }
    writes.add("person_new", |sql| {
        sql.push("INSERT INTO person (hash, salt, person) SELECT * FROM ");
        Columns::of(sql)
            .with(persons.iter().map(|person| person.hash.0.as_slice()))
            .with(persons.iter().map(|person| person.salt.as_slice()))
            .with(persons.iter().map(|person| person.person.as_str()))
            .end(" AS n (hash, salt, person) WHERE NOT EXISTS (SELECT FROM erased_person e WHERE e.hash = n.hash) ON CONFLICT (hash) DO NOTHING");
    });
}

/// The buyer of that JSON as a device of the profile may see them: a counter sees neither e-mail address nor message.
pub fn seen_by(profile: Profile, text: &str) -> Result<Person, Failure> {
    let person: Person = serde_json::from_str(text).map_err(|_| damaged("person.person"))?;
    Ok(match profile {
        Profile::Office => person,
        Profile::Counter => Person { email: None, message: None, ..person },
    })
}
