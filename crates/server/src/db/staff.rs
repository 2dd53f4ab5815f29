//! `staff`.

use std::collections::HashMap;

use beadsbox_authority::Standing;
use beadsbox_domain::{
    Role, StaffId, Timestamp,
    text::{Email, Name},
};
use beadsbox_protocol::{
    mail::StaffAddress,
    rows::{self, PinVerifier},
};
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{damaged, is_taken, password_reset, to_bigint, to_count};
use crate::error::Failure;

#[derive(FromRow)]
pub(super) struct Record {
    pub id: Uuid,
    pub name: String,
    pub role: String,
    pub active: bool,
    pub pin_hash: Option<String>,
    pub badge_hash: Option<Vec<u8>>,
    pub sign_in_version: i64,
    pub row_version: i64,
}

impl Record {
    pub fn read(self) -> Result<rows::Staff, Failure> {
        let role = Role::from_name(&self.role).ok_or_else(|| damaged("staff.role"))?;
        Ok(rows::Staff {
            id: StaffId(self.id),
            name: self.name,
            role,
            active: self.active,
            pin: self.pin_hash.map(PinVerifier),
            badge: self.badge_hash.map(hex::encode),
            sign_in_version: to_count(self.sign_in_version),
            row_version: to_count(self.row_version),
        })
    }
}

const ALL: &str = "SELECT id, name, role, active, NULL AS pin_hash, NULL::bytea AS badge_hash, sign_in_version, row_version FROM staff ORDER BY lower(name)";
const BY_IDS: &str = "SELECT id, name, role, active, pin_hash, badge_hash, sign_in_version, row_version FROM staff WHERE id = ANY($1)";

/// A new one. `one_time_until`: the password serves once, and until then.
pub async fn insert(
    conn: &mut PgConnection,
    id: StaffId,
    name: &str,
    password_hash: &str,
    role: Role,
    one_time_until: Option<Timestamp>,
) -> Result<(), Failure> {
    let inserted = sqlx::query("INSERT INTO staff (id, name, password_hash, role, one_time_until) VALUES ($1, $2, $3, $4, $5)")
        .bind(id.0)
        .bind(name)
        .bind(password_hash)
        .bind(role.name())
        .bind(one_time_until.map(ToSqlx::to_sqlx))
        .execute(conn)
        .await;
    match inserted {
        Err(error) if is_taken(&error, "staff_name") => Err(Failure::name_taken()),
        other => Ok(other.map(|_| ())?),
    }
}

/// Without what PINs and badges are checked against.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<rows::Staff>, Failure> {
    let records: Vec<Record> = sqlx::query_as(ALL).fetch_all(conn).await?;
    records.into_iter().map(Record::read).collect()
}

/// With what PINs and badges are checked against: for devices.
pub async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<rows::Staff>, Failure> {
    let records: Vec<Record> = sqlx::query_as(BY_IDS).bind(ids).fetch_all(conn).await?;
    records.into_iter().map(Record::read).collect()
}

/// Without what PINs and badges are checked against.
pub async fn find(conn: &mut PgConnection, id: StaffId) -> Result<Option<rows::Staff>, Failure> {
    Ok(by_ids(conn, &[id.0]).await?.pop().map(|staff| rows::Staff { pin: None, badge: None, ..staff }))
}

/// The staff member of that name, case-blind, with the hash of their password.
pub async fn find_by_name(conn: &mut PgConnection, name: &str) -> Result<Option<(rows::Staff, String)>, Failure> {
    let found: Option<(Uuid, String)> = sqlx::query_as("SELECT id, password_hash FROM staff WHERE lower(name) = lower($1)")
        .bind(name)
        .fetch_optional(&mut *conn)
        .await?;
    let Some((id, password_hash)) = found else { return Ok(None) };
    Ok(find(conn, StaffId(id)).await?.map(|staff| (staff, password_hash)))
}

/// Where each staff member who may sign in gets mail, by their names.
pub async fn addresses(conn: &mut PgConnection) -> Result<Vec<StaffAddress>, Failure> {
    let found: Vec<(Uuid, Option<String>)> = sqlx::query_as("SELECT id, email FROM staff WHERE active ORDER BY lower(name)").fetch_all(conn).await?;
    found
        .into_iter()
        .map(|(id, email)| Ok(StaffAddress { staff: StaffId(id), email: email.as_deref().map(read_email).transpose()? }))
        .collect()
}

/// Where somebody gets mail.
pub async fn address(conn: &mut PgConnection, id: StaffId) -> Result<Option<Email>, Failure> {
    let found: Option<Option<String>> = sqlx::query_scalar("SELECT email FROM staff WHERE id = $1").bind(id.0).fetch_optional(conn).await?;
    found.flatten().as_deref().map(read_email).transpose()
}

fn read_email(text: &str) -> Result<Email, Failure> {
    Email::new(text).map_err(|_| damaged("staff.email"))
}

/// Sets where somebody gets mail. What went to another address is good no longer. The address before; none where they had none.
pub async fn set_address(conn: &mut PgConnection, id: StaffId, email: Option<&Email>) -> Result<Option<Email>, Failure> {
    let former: Option<Option<String>> = sqlx::query_scalar(
        "UPDATE staff SET email = $2 FROM (SELECT id, email FROM staff WHERE id = $1 FOR UPDATE) AS former WHERE staff.id = former.id RETURNING former.email",
    )
    .bind(id.0)
    .bind(email.map(Email::as_str))
    .fetch_optional(&mut *conn)
    .await?;
    password_reset::end(conn, id).await?;
    former.flatten().as_deref().map(read_email).transpose()
}

pub(super) fn standing(role: &str, barred_at: Option<Timestamp>) -> Result<Standing, Failure> {
    Ok(Standing { role: Role::from_name(role).ok_or_else(|| damaged("staff.role"))?, barred_at })
}

/// Locks that person, who so stays as they are read next, and every admin that is active, so that two requests cannot bar each other's last one.
/// The admins.
pub async fn lock_with_active_admins(conn: &mut PgConnection, id: StaffId) -> sqlx::Result<Vec<Uuid>> {
    let locked: Vec<(Uuid, bool)> =
        sqlx::query_as("SELECT id, role = 'admin' AND active FROM staff WHERE (role = 'admin' AND active) OR id = $1 ORDER BY id FOR UPDATE")
            .bind(id.0)
            .fetch_all(conn)
            .await?;
    Ok(locked.into_iter().filter(|(_, is_admin)| *is_admin).map(|(id, _)| id).collect())
}

/// What an admin changes of a staff member; what is none stays.
#[derive(Default)]
pub struct Patch {
    pub role: Option<Role>,
    pub active: Option<bool>,
    pub password_hash: Option<String>,
    /// The password serves once, and until then.
    pub one_time_until: Option<Timestamp>,
    pub name: Option<Name>,
    /// None for whatever stands there.
    pub row_version: Option<u64>,
}

/// Whether there was such a staff member, at that version where one is named. With another password the PIN goes: whoever knew the old one
/// may have set it. With it, and with a bar, goes what they were sent to set one.
pub async fn change(conn: &mut PgConnection, id: StaffId, patch: &Patch, now: Timestamp) -> Result<bool, Failure> {
    let changed = sqlx::query(
        "UPDATE staff SET role = coalesce($2, role), active = coalesce($3, active),
                barred_at = CASE WHEN coalesce($3, active) THEN NULL ELSE coalesce(barred_at, $5) END,
                password_hash = coalesce($4, password_hash), pin_hash = CASE WHEN $4 IS NULL THEN pin_hash END,
                one_time_until = CASE WHEN $4 IS NULL THEN one_time_until ELSE $6 END,
                sign_in_version = sign_in_version + CASE WHEN $4 IS NULL THEN 0 ELSE 1 END,
                name = coalesce($7, name), row_version = row_version + 1
         WHERE id = $1 AND ($8 IS NULL OR row_version = $8)",
    )
    .bind(id.0)
    .bind(patch.role.map(Role::name))
    .bind(patch.active)
    .bind(&patch.password_hash)
    .bind(now.to_sqlx())
    .bind(patch.one_time_until.map(ToSqlx::to_sqlx))
    .bind(patch.name.as_ref().map(Name::as_str))
    .bind(patch.row_version.map(to_bigint))
    .execute(&mut *conn)
    .await;
    let changed = match changed {
        Err(error) if is_taken(&error, "staff_name") => return Err(Failure::name_taken()),
        other => other?.rows_affected() == 1,
    };
    if changed && (patch.password_hash.is_some() || patch.active == Some(false)) {
        password_reset::end(conn, id).await?;
    }
    Ok(changed)
}

/// Puts a password in the place of the one of that hash. Whether it was still there.
pub async fn replace_password(conn: &mut PgConnection, id: StaffId, old_hash: &str, new_hash: &str) -> sqlx::Result<bool> {
    let replaced = sqlx::query(
        "UPDATE staff SET password_hash = $3, one_time_until = NULL, pin_hash = NULL, sign_in_version = sign_in_version + 1, row_version = row_version + 1
         WHERE id = $1 AND password_hash = $2",
    )
    .bind(id.0)
    .bind(old_hash)
    .bind(new_hash)
    .execute(&mut *conn)
    .await?;
    password_reset::end(conn, id).await?;
    Ok(replaced.rows_affected() == 1)
}

/// Locks that person, if they may sign in and still do by the password of that hash, under that count of passwords and second factors.
pub async fn lock_as_shown(conn: &mut PgConnection, id: StaffId, password_hash: &str, sign_in_version: u64) -> sqlx::Result<bool> {
    let locked = sqlx::query("SELECT id FROM staff WHERE id = $1 AND active AND password_hash = $2 AND sign_in_version = $3 FOR UPDATE")
        .bind(id.0)
        .bind(password_hash)
        .bind(to_bigint(sign_in_version))
        .fetch_optional(conn)
        .await?;
    Ok(locked.is_some())
}

/// What lets that person in without the server does so no longer, on any device.
pub async fn end_former_sign_ins(conn: &mut PgConnection, id: StaffId) -> sqlx::Result<()> {
    sqlx::query("UPDATE staff SET sign_in_version = sign_in_version + 1, row_version = row_version + 1 WHERE id = $1")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Until when that person's password serves once; none where it serves for good.
pub async fn one_time_until(conn: &mut PgConnection, id: StaffId) -> sqlx::Result<Option<Timestamp>> {
    let found: Option<Option<jiff_sqlx::Timestamp>> =
        sqlx::query_scalar("SELECT one_time_until FROM staff WHERE id = $1").bind(id.0).fetch_optional(conn).await?;
    Ok(found.flatten().map(jiff_sqlx::Timestamp::to_jiff))
}

/// Who waits with a one-time password, and until when it is good.
pub async fn one_time_passwords(conn: &mut PgConnection) -> sqlx::Result<HashMap<StaffId, Timestamp>> {
    let found: Vec<(Uuid, jiff_sqlx::Timestamp)> =
        sqlx::query_as("SELECT id, one_time_until FROM staff WHERE one_time_until IS NOT NULL").fetch_all(conn).await?;
    Ok(found.into_iter().map(|(id, until)| (StaffId(id), until.to_jiff())).collect())
}

/// Sets what a PIN is checked against, or takes it away. Whether there is such a staff member, with that password still.
pub async fn set_pin(conn: &mut PgConnection, id: StaffId, password_hash: &str, pin_hash: Option<&str>) -> sqlx::Result<bool> {
    let set = sqlx::query("UPDATE staff SET pin_hash = $2, row_version = row_version + 1 WHERE id = $1 AND password_hash = $3")
        .bind(id.0)
        .bind(pin_hash)
        .bind(password_hash)
        .execute(conn)
        .await?;
    Ok(set.rows_affected() == 1)
}

/// Sets what a badge is checked against, or takes it away. Whether there is such a staff member.
pub async fn set_badge(conn: &mut PgConnection, id: StaffId, badge_hash: Option<&[u8; 32]>) -> sqlx::Result<bool> {
    let set = sqlx::query("UPDATE staff SET badge_hash = $2, row_version = row_version + 1 WHERE id = $1")
        .bind(id.0)
        .bind(badge_hash.map(<[u8; 32]>::as_slice))
        .execute(conn)
        .await?;
    Ok(set.rows_affected() == 1)
}
