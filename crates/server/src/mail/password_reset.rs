//! Mails a staff member what they need to set another password, and sets it.

use axum::http::StatusCode;
use beadsbox_protocol::{
    ErrorCode,
    job::JobKind,
    mail::{MailKind, NewPassword, ResetRequest},
};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    Written,
    message::Letter,
    text::{ResetValues, Values, fill},
    voucher::{cannot_be_filled_in, ended, words_of},
};
use crate::{
    act::{Act, Done},
    credentials,
    db::{
        self,
        admin_act::ActKind,
        job::{Ended, Leased, New, Payload},
    },
    error::Failure,
    organisation, sight,
    state::App,
    token,
};

/// How long a token is good.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Has the mail sent, if somebody of that name may sign in and has an address. Nobody is told whether that is so.
pub(crate) async fn ask(app: &App, request: &ResetRequest) -> Result<(), Failure> {
    let mut tx = db::begin(&app.pool).await?;
    // A PostgreSQL text holds no NUL, so nobody's name has one.
    let name = request.name.trim();
    let found = if name.contains('\0') { None } else { db::staff::find_by_name(&mut tx, name).await? };
    if let Some((staff, _)) = found.filter(|(staff, _)| staff.active) {
        let payload = Payload { staff: Some(staff.id), language: Some(request.language), ..Payload::default() };
        db::job::insert(
            &mut tx,
            &New { kind: JobKind::PasswordResetMail, cause: Uuid::now_v7(), payload, trace: sight::current() },
            app.clock.now(),
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// Writes it. The token is made here: no job holds one.
pub(crate) async fn write(app: &App, job: &Leased) -> Result<Written, Failure> {
    let payload = job.payload()?;
    let Some(id) = payload.staff else {
        return Err(Failure::Defect("a job without the staff member that it is about".to_owned()));
    };
    let now = app.clock.now();
    // The mail server was away for long: whoever asked has asked again by now, or has remembered.
    if now.duration_since(job.created_at) > TOKEN_LIFE {
        return Ok(ended(Ended::NotOwed));
    }
    let mut tx = db::begin(&app.pool).await?;
    let Some(staff) = db::staff::find(&mut tx, id).await?.filter(|staff| staff.active) else {
        return Ok(ended(Ended::PersonBarred));
    };
    let Some(to) = db::staff::address(&mut tx, id).await? else { return Ok(ended(Ended::NoAddress)) };
    let language = match payload.language {
        Some(language) => language,
        None => db::mail::settings(&mut tx).await?.0.language,
    };
    let words = words_of(&mut tx, MailKind::PasswordReset, language).await?;
    let token = token::bearer()?;
    // Before it is sent: whether or not the mail server's answer arrives, what it took is good.
    db::password_reset::insert(&mut tx, &token::hash(&token), id, now, now + TOKEN_LIFE).await?;
    tx.commit().await?;
    let values = Values::PasswordReset(ResetValues { name: staff.name.clone(), token });
    let Ok(filled) = fill(MailKind::PasswordReset, language, &words, &values) else { return Ok(cannot_be_filled_in()) };
    let id = format!("password.{}", job.cause);
    let letter = Letter { to_name: Some(staff.name), to, filled, papers: Vec::new(), id, date: job.created_at };
    Ok(Written::Letter(Box::new(letter), Vec::new()))
}

/// Sets another password with a token, and ends every session of whose it is. It leaves its record: whoever has their mailbox could do it.
pub(crate) async fn set(app: &App, new: NewPassword) -> Result<(), Failure> {
    let wrong = || Failure::told(StatusCode::FORBIDDEN, ErrorCode::ResetTokenWrong, "no such code, or it was used, or its hour is over");
    // The nil id until the token says who they are.
    let mut act = Act::by_server(app).await?;
    let now = act.at();
    // Taken back with everything else where the password is not taken.
    let staff = db::password_reset::redeem(&mut act, &token::hash(new.token.trim()), now).await?.ok_or_else(wrong)?;
    let Some(person) = db::staff::find(&mut act, staff).await?.filter(|staff| staff.active) else { return Err(wrong()) };
    act.is_by(staff);
    let hash = organisation::hashed(&app.passwords, new.password).await?;
    credentials::put(&mut act, staff, hash, None, now).await?;
    act.done(Done::new(ActKind::PasswordSetByMail).to(staff.0, &person.name)).await
}
