//! `person`: buyers' data, apart from everything that names it.

use beadsbox_domain::PersonHash;
use sqlx::PgConnection;

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

/// Keeps those that are not there yet.
pub async fn insert(conn: &mut PgConnection, persons: &[Checked]) -> sqlx::Result<()> {
    if persons.is_empty() {
        return Ok(());
    }
    let hashes: Vec<&[u8]> = persons.iter().map(|person| person.hash.0.as_slice()).collect();
    let salts: Vec<&[u8]> = persons.iter().map(|person| person.salt.as_slice()).collect();
    let texts: Vec<&str> = persons.iter().map(|person| person.person.as_str()).collect();
    sqlx::query("INSERT INTO person (hash, salt, person) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[]) ON CONFLICT (hash) DO NOTHING")
        .bind(hashes)
        .bind(salts)
        .bind(texts)
        .execute(conn)
        .await?;
    Ok(())
}
