//! What lets staff in without the server.

use beadsbox_domain::{Role, StaffId, Timestamp, folding::fold};
use beadsbox_protocol::rows::Staff;
use rusqlite::{
    Connection, Params, Row, params,
    types::{FromSql, FromSqlError, FromSqlResult, ValueRef},
};

use super::guessing::{delay_after, waits_until};
use crate::{
    file::sql::Sql,
    types::{OfflineSignIn, SignInEnd},
};

impl FromSql for Sql<Role> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Role::from_name(value.as_str()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Sql<SignInEnd> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "barred" => Ok(Self(SignInEnd::Barred)),
            "changed" => Ok(Self(SignInEnd::Changed)),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<OfflineSignIn> {
    let ended = row.get::<_, Option<Sql<SignInEnd>>>(4)?;
    Ok(OfflineSignIn {
        staff: row.get::<_, Sql<StaffId>>(0)?.0,
        name: row.get(1)?,
        role: row.get::<_, Sql<Role>>(2)?.0,
        verifier: match ended {
            Some(Sql(end)) => Err(end),
            None => Ok(row.get(3)?),
        },
        verified_at: row.get::<_, Sql<Timestamp>>(5)?.0,
        failed: row.get(6)?,
        blocked_until: row.get::<_, Option<Sql<Timestamp>>>(7)?.map(|at| at.0),
        sign_in_version: row.get::<_, Sql<u64>>(8)?.0,
    })
}

/// Those of which that holds.
fn select(connection: &Connection, condition: &str, parameters: impl Params) -> rusqlite::Result<Vec<OfflineSignIn>> {
    connection
        .prepare_cached(&format!(
            "SELECT staff, name, role, verifier, ended, verified_at, failed, blocked_until, sign_in_version FROM offline_sign_in WHERE {condition}"
        ))?
        .query_map(parameters, read)?
        .collect()
}

/// By name, without case; without accents as well where only one person can be meant.
pub(crate) fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<OfflineSignIn>> {
    let name = name.trim();
    let mut alike = select(connection, "name_key = ?1", [fold(name)])?;
    let exact = alike.iter().position(|known| known.name.trim().to_lowercase() == name.to_lowercase());
    Ok(match (exact, alike.len()) {
        (Some(place), _) => Some(alike.swap_remove(place)),
        (None, 1) => alike.pop(),
        (None, _) => None,
    })
}

/// That person's.
pub(crate) fn of(connection: &Connection, staff: StaffId) -> rusqlite::Result<Option<OfflineSignIn>> {
    Ok(select(connection, "staff = ?1", [Sql(staff)])?.pop())
}

/// Keeps it, in the place of what was kept for that person, unless a later password or second factor was heard of meanwhile.
pub(crate) fn keep(connection: &Connection, sign_in: &OfflineSignIn) -> rusqlite::Result<()> {
    let (verifier, ended) = match &sign_in.verifier {
        Ok(verifier) => (Some(verifier), None),
        Err(end) => (None, Some(name_of(*end))),
    };
    connection.execute(
        "INSERT INTO offline_sign_in (staff, name, name_key, role, verifier, ended, verified_at, failed, blocked_until, sign_in_version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (staff) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, role = excluded.role, verifier = excluded.verifier,
             ended = excluded.ended, verified_at = excluded.verified_at, failed = excluded.failed, blocked_until = excluded.blocked_until,
             sign_in_version = excluded.sign_in_version
         WHERE excluded.sign_in_version >= offline_sign_in.sign_in_version",
        params![
            Sql(sign_in.staff),
            sign_in.name,
            fold(sign_in.name.trim()),
            sign_in.role.name(),
            verifier,
            ended,
            Sql(sign_in.verified_at),
            sign_in.failed,
            sign_in.blocked_until.map(Sql),
            Sql(sign_in.sign_in_version)
        ],
    )?;
    Ok(())
}

const fn name_of(end: SignInEnd) -> &'static str {
    match end {
        SignInEnd::Barred => "barred",
        SignInEnd::Changed => "changed",
    }
}

/// Counts an attempt as failed before its password is looked at, so that neither a crash nor many at once get past the count. Answers until when
/// there may be none, where it is too early for one.
pub(crate) fn begin_attempt(connection: &Connection, staff: StaffId, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let Some(known) = of(connection, staff)? else { return Ok(None) };
    if let Some(until) = waits_until(known.blocked_until, now) {
        return Ok(Some(until));
    }
    let failed = known.failed.saturating_add(1);
    let until = now.saturating_add(delay_after(failed)).unwrap_or(now);
    connection.execute("UPDATE offline_sign_in SET failed = ?2, blocked_until = ?3 WHERE staff = ?1", params![Sql(staff), failed, Sql(until)])?;
    Ok(None)
}

/// The password was right: the count begins anew.
pub(crate) fn forget_attempts(connection: &Connection, staff: StaffId) -> rusqlite::Result<()> {
    connection
        .execute("UPDATE offline_sign_in SET failed = 0, blocked_until = NULL WHERE staff = ?1", [Sql(staff)])
        .map(drop)
}

/// Of these rows, those that say otherwise than what is kept here.
pub(crate) fn news(connection: &Connection, staff: &[Staff]) -> rusqlite::Result<Vec<Staff>> {
    let mut news = Vec::new();
    for row in staff {
        if of(connection, row.id)?.is_some_and(|known| says_otherwise(row, &known)) {
            news.push(row.clone());
        }
    }
    Ok(news)
}

fn says_otherwise(row: &Staff, known: &OfflineSignIn) -> bool {
    let barred = known.verifier == Err(SignInEnd::Barred);
    row.name != known.name || row.role != known.role || row.active == barred || row.sign_in_version > known.sign_in_version
}

/// Takes up what the server says of a person: name and role, and whether what is kept still lets them in.
pub(crate) fn follow(connection: &Connection, row: &Staff) -> rusqlite::Result<()> {
    let Some(known) = of(connection, row.id)? else { return Ok(()) };
    let verifier = if !row.active {
        Err(SignInEnd::Barred)
    } else if row.sign_in_version > known.sign_in_version {
        Err(SignInEnd::Changed)
    } else {
        // Let in again, they show the server their password once.
        known.verifier.map_err(|_| SignInEnd::Changed)
    };
    let sign_in_version = known.sign_in_version.max(row.sign_in_version);
    keep(connection, &OfflineSignIn { name: row.name.clone(), role: row.role, verifier, sign_in_version, ..known })
}

/// Forgets all of them: the server may not know their passwords any more.
pub(crate) fn forget_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM offline_sign_in", []).map(drop)
}
