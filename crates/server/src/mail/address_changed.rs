//! Tells somebody at their former address that they get mail elsewhere: whoever changed it may be about to set a password for them.

use beadsbox_domain::{StaffId, text::Email};
use beadsbox_protocol::job::JobKind;
use uuid::Uuid;

use super::{Written, message::Letter, text::address_changed, voucher::ended};
use crate::{
    act::Act,
    db::{
        self,
        job::{Ended, Leased, New, Payload},
    },
    error::Failure,
    sight,
    state::App,
};

/// Writes the job, in the transaction that changes the address.
pub(crate) async fn write_job(act: &mut Act, app: &App, staff: StaffId, former: &Email) -> Result<(), Failure> {
    if app.mailer.is_none() {
        return Ok(());
    }
    let (id, by, at) = (Uuid::now_v7(), act.by(), act.at());
    db::former_address::insert(act, id, staff, former).await?;
    let payload = Payload { staff: Some(staff), by: Some(by), ..Payload::default() };
    db::job::insert(act, &New { kind: JobKind::AddressChangedMail, cause: id, payload, trace: sight::current() }, at).await?;
    Ok(())
}

/// Writes it, in the organisation's language: nobody knows theirs.
pub(crate) async fn write(app: &App, job: &Leased) -> Result<Written, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let Some((staff, to)) = db::former_address::find(&mut tx, job.cause).await? else {
        return Ok(ended(Ended::NoAddress));
    };
    let name = name_of(&mut tx, Some(staff)).await?;
    let by = name_of(&mut tx, job.payload()?.by).await?;
    let language = db::mail::settings(&mut tx).await?.0.language;
    drop(tx);
    let filled = address_changed(language, &name, &by)?;
    let id = format!("address.{}", job.cause);
    let letter = Letter { to_name: Some(name), to, filled, papers: Vec::new(), id, date: job.created_at };
    Ok(Written::Letter(Box::new(letter), Vec::new()))
}

async fn name_of(conn: &mut sqlx::PgConnection, staff: Option<StaffId>) -> Result<String, Failure> {
    let Some(staff) = staff else { return Ok(String::new()) };
    Ok(db::staff::find(conn, staff).await?.map(|staff| staff.name).unwrap_or_default())
}
