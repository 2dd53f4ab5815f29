//! The second factor: six digits of an authenticator (RFC 6238), or one of ten recovery codes.

use axum::http::StatusCode;
use beadsbox_domain::{DeviceId, StaffId, Timestamp};
use beadsbox_protocol::{
    ErrorCode,
    second_factor::{RecoveryCodes, SecondFactorOffer},
};
use jiff::SignedDuration;
use sqlx::{PgConnection, PgPool};
use totp_rs::{Builder, Totp};

use crate::{
    act::{Act, Done},
    credentials,
    db::{
        self,
        admin_act::ActKind,
        feed::{self, Kind},
        sign_in_delay::Scope,
    },
    delay,
    error::{Failure, StartError},
    state::App,
    token,
};

/// What an authenticator shows beside the person's name.
const ISSUER: &str = "My Beads Box";
/// How many digits a code has.
const DIGITS: usize = 6;
/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 10;
/// For how long a code of a new secret may be shown.
const BEGUN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// SHA-1, six digits, 30 seconds, one step early or late: what every authenticator knows.
fn authenticator(secret: &[u8], name: &str) -> Result<Totp, Failure> {
    // A colon parts issuer and name in what the authenticator reads.
    let builder = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(name.replace(':', " "));
    builder.build().map_err(|error| Failure::Defect(format!("a second factor: {error}")))
}

/// The step whose code that is, if it is one.
fn step_of(secret: &[u8], digits: &str, now: Timestamp) -> Result<Option<i64>, Failure> {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    Ok(authenticator(secret, "")?.check(digits, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// Six digits, however they are spaced.
fn digits_of(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn wrong() -> Failure {
    Failure::told(StatusCode::UNAUTHORIZED, ErrorCode::SecondFactorWrong, "the code is not right, or was used before")
}

/// Whether the person has shown their second factor; right away where they have none. A code counts once, and guessing is slowed down by
/// itself: whoever guesses codes knows the password, and each right one would take the count of passwords back.
pub(crate) async fn check(app: &App, device: DeviceId, staff: StaffId, typed: Option<&str>) -> Result<(), Failure> {
    let mut conn = app.pool.acquire().await?;
    let Some(secret) = db::second_factor::find(&mut conn, staff).await?.secret else { return Ok(()) };
    let needed = || Failure::told(StatusCode::UNAUTHORIZED, ErrorCode::SecondFactorNeeded, "a code of the second factor is needed as well");
    let typed = typed.map(str::trim).filter(|typed| !typed.is_empty()).ok_or_else(needed)?;
    let now = app.clock.now();
    // Counting takes a connection of its own.
    drop(conn);
    let subjects = [(Scope::NameAtDevice, token::hash(&format!("{device} second factor {staff}")))];
    delay::count(app, &subjects, now).await?;
    let mut conn = app.pool.acquire().await?;
    let fits = match digits_of(typed) {
        Some(digits) => match step_of(&secret, &digits, now)? {
            Some(step) => db::second_factor::use_step(&mut conn, staff, step).await?,
            None => false,
        },
        None => db::recovery_code::take(&mut conn, staff, &token::enrolment_code_hash(typed), now).await?,
    };
    if !fits {
        return Err(wrong());
    }
    drop(conn);
    delay::forget(app, &subjects).await
}

/// Begins a new one: it counts once a code of it is shown. The caller has seen the person's password, and commits.
pub(crate) async fn begin(conn: &mut PgConnection, staff: StaffId, name: &str, now: Timestamp) -> Result<SecondFactorOffer, Failure> {
    let secret = token::random::<20>()?;
    db::second_factor::begin(conn, staff, &secret, now).await?;
    let authenticator = authenticator(&secret, name)?;
    let url = authenticator.to_url().map_err(|error| Failure::Defect(format!("a second factor: {error}")))?;
    Ok(SecondFactorOffer { secret: authenticator.secret().to_base32(), url })
}

/// The one that was begun counts from now on, with recovery codes of its own. What lets the person in without the server is of before it, and
/// ends. The caller commits.
pub(crate) async fn confirm(conn: &mut PgConnection, staff: StaffId, typed: &str, now: Timestamp) -> Result<RecoveryCodes, Failure> {
    let begun = db::second_factor::find(conn, staff).await?.pending.filter(|(_, at)| now.duration_since(*at) < BEGUN_FOR);
    let (secret, _) = begun.ok_or_else(|| Failure::not_found("second factor that was begun"))?;
    let digits = digits_of(typed).ok_or_else(wrong)?;
    let step = step_of(&secret, &digits, now)?.ok_or_else(wrong)?;
    if !db::second_factor::confirm(conn, staff, &secret, step, now).await? {
        return Err(Failure::changed_meanwhile());
    }
    let codes = (0..RECOVERY_CODES).map(|_| token::enrolment_code()).collect::<Result<Vec<_>, _>>()?;
    let hashes: Vec<[u8; 32]> = codes.iter().map(|code| token::enrolment_code_hash(code)).collect();
    db::recovery_code::replace(conn, staff, &hashes).await?;
    db::staff::end_former_sign_ins(conn, staff).await?;
    feed::note(conn, Kind::Staff, &[staff.0]).await?;
    Ok(RecoveryCodes { codes })
}

/// Nothing but the password is asked of that person any more; their sessions end. Whether a second factor was. The caller commits.
pub(crate) async fn remove(conn: &mut PgConnection, staff: StaffId) -> Result<bool, Failure> {
    let removed = db::second_factor::remove(conn, staff).await?;
    db::recovery_code::remove(conn, staff).await?;
    if removed {
        db::session::delete_of_staff(conn, staff).await?;
    }
    Ok(removed)
}

/// The same from the command line, where no other admin can.
pub(crate) async fn remove_by_name(pool: &PgPool, name: &str) -> Result<(), StartError> {
    let mut act = Act::by_command_line(pool).await?;
    let staff = credentials::by_name(&mut act, name).await?;
    if !remove(&mut act, staff.id).await? {
        return Err(Failure::not_found("second factor").into());
    }
    act.done(Done::new(ActKind::SecondFactorRemoved).to(staff.id.0, &staff.name).with("reason", "by the command line"))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, digits) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            let now = Timestamp::from_second(seconds).unwrap();
            assert_eq!(step_of(secret, digits, now).unwrap(), Some(seconds / 30));
            let (early, late) = (now - SignedDuration::from_secs(30), now + SignedDuration::from_secs(30));
            assert_eq!(
                (step_of(secret, digits, early).unwrap(), step_of(secret, digits, late).unwrap()),
                (Some(seconds / 30), Some(seconds / 30))
            );
            assert_eq!(step_of(secret, digits, now + SignedDuration::from_secs(60)).unwrap(), None, "two steps late");
        }
    }

    #[test]
    fn six_digits_are_a_code_and_anything_else_is_not() {
        assert_eq!(digits_of(" 081 804 ").as_deref(), Some("081804"));
        for other in ["", "08180", "0818041", "O81804", "7KQ2-M9XA-4TBD", "٠٨١٨٠٤"] {
            assert_eq!(digits_of(other), None, "{other}");
        }
    }
}
