//! What people sign in with: the passwords that serve once, and those that people choose themselves.

use axum::http::StatusCode;
use beadsbox_domain::{Role, StaffId, Timestamp};
use beadsbox_protocol::{
    ErrorCode,
    admin::{AddedStaff, OneTimePassword},
    rows::Staff,
};
use jiff::SignedDuration;
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use crate::{
    act::{Act, Done},
    db::{
        self,
        admin_act::ActKind,
        feed::{self, Kind},
        staff::Patch,
    },
    error::{Failure, StartError},
    organisation::{changed, checked_name, hashed},
    password::Passwords,
    token,
};

/// How long a one-time password is good: it is told from mouth to mouth, and used the same day or after a day off.
const ONE_TIME_HOURS: i64 = 48;

/// A password that serves once: 60 random bits that a person can read out.
fn one_time(now: Timestamp) -> Result<OneTimePassword, Failure> {
    Ok(OneTimePassword { password: token::enrolment_code()?.to_lowercase(), until: now + SignedDuration::from_hours(ONE_TIME_HOURS) })
}

/// A new staff member, who signs in by a one-time password for the first time. The caller commits.
pub(crate) async fn add_staff(
    conn: &mut PgConnection,
    passwords: &Passwords,
    id: StaffId,
    name: &str,
    role: Role,
    now: Timestamp,
) -> Result<AddedStaff, Failure> {
    let (name, made) = (checked_name(name)?, one_time(now)?);
    let hash = hashed(passwords, made.password.clone()).await?;
    db::staff::insert(conn, id, name.as_str(), &hash, role, Some(made.until)).await?;
    Ok(AddedStaff { staff: changed(conn, id, true).await?, one_time: made })
}

/// Puts a one-time password in the place of somebody's own, who cannot sign in with theirs any more. Their sessions end, and what lets them
/// in without the server. The caller commits.
pub(crate) async fn reset(conn: &mut PgConnection, passwords: &Passwords, id: StaffId, now: Timestamp) -> Result<(OneTimePassword, Staff), Failure> {
    let made = one_time(now)?;
    let hash = hashed(passwords, made.password.clone()).await?;
    let staff = put(conn, id, hash, Some(made.until), now).await?;
    Ok((made, staff))
}

/// Puts the password of that hash in the place of somebody's, whatever theirs is; `one_time_until`: it serves once, and until then. Their sessions
/// end, and what lets them in without the server. The caller commits.
pub(crate) async fn put(conn: &mut PgConnection, id: StaffId, hash: String, one_time_until: Option<Timestamp>, now: Timestamp) -> Result<Staff, Failure> {
    let patch = Patch { password_hash: Some(hash), one_time_until, ..Patch::default() };
    let there = db::staff::change(conn, id, &patch, now).await?;
    db::session::delete_of_staff(conn, id).await?;
    changed(conn, id, there).await
}

/// The same from the command line, where no admin can sign in any more.
pub(crate) async fn reset_by_name(pool: &PgPool, name: &str) -> Result<OneTimePassword, StartError> {
    let mut act = Act::by_command_line(pool).await?;
    let now = act.at();
    let staff = by_name(&mut act, name).await?;
    let (made, staff) = reset(&mut act, &Passwords::default(), staff.id, now).await?;
    act.done(Done::new(ActKind::PasswordReset).to(staff.id.0, &staff.name).with("until", json!(made.until))).await?;
    Ok(made)
}

/// Somebody by their name.
pub(crate) async fn by_name(conn: &mut PgConnection, name: &str) -> Result<Staff, Failure> {
    let found = db::staff::find_by_name(conn, name.trim()).await?;
    found.map(|(staff, _)| staff).ok_or_else(|| Failure::not_found("staff member"))
}

/// What a person who signs in by a one-time password takes in its place: the hash of it. None where their password serves for good. The
/// caller has seen that the password is theirs: nobody else learns that it has to be changed.
pub(crate) async fn replacement(
    passwords: &Passwords,
    one_time_until: Option<Timestamp>,
    password: &str,
    new_password: Option<String>,
    now: Timestamp,
) -> Result<Option<String>, Failure> {
    let Some(until) = one_time_until else { return Ok(None) };
    if now >= until {
        return Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::PasswordExpired, "the one-time password was not used in time"));
    }
    let needed = || Failure::told(StatusCode::FORBIDDEN, ErrorCode::PasswordChangeNeeded, "the password serves once: choose another");
    let new = new_password.filter(|new| !new.is_empty()).ok_or_else(needed)?;
    chosen(passwords, password, new).await.map(Some)
}

/// The hash of a password that somebody chose in the place of theirs.
pub(crate) async fn chosen(passwords: &Passwords, password: &str, new_password: String) -> Result<String, Failure> {
    if new_password == password {
        return Err(Failure::malformed("new_password: another than before"));
    }
    hashed(passwords, new_password).await
}

/// Puts that hash in the place of the other, which another one may have replaced since. Every session ends but the one of that token, and what
/// lets the person in without the server. The caller commits.
pub(crate) async fn replace(conn: &mut PgConnection, id: StaffId, old_hash: &str, new_hash: &str, kept: Option<&[u8; 32]>) -> Result<(), Failure> {
    if !db::staff::replace_password(conn, id, old_hash, new_hash).await? {
        return Err(Failure::wrong_password());
    }
    match kept {
        Some(kept) => db::session::delete_others_of_staff(conn, id, kept).await?,
        None => db::session::delete_of_staff(conn, id).await?,
    }
    feed::note(conn, Kind::Staff, &[id.0]).await
}
