//! A flat voucher into its columns, straight from the chunk.

use beadsbox_domain::{
    Marks, Status, Timestamp, VoucherCode,
    folding::fold_optional,
    text::{Email, Message, PersonName},
};
use beadsbox_protocol::flat::{FlatPerson, FlatVoucher, day_of, marks_text};
use rusqlite::{Connection, params};

use super::Content;
use crate::{
    cache::voucher::INSERT,
    file::sql::{NEVER, Sql},
};

/// The payments by their numbers in the flat form, as the column has them.
const PAYMENTS: [&str; 3] = ["\"cash\"", "\"card_terminal\"", "\"other\""];

/// Whether a voucher of this program can have these columns: what is read later is checked again, and must not fail then.
pub(super) fn check(flat: &FlatVoucher<'_>) -> Result<(), String> {
    let code = VoucherCode::parse(flat.code).map_err(|error| error.to_string())?;
    if code.compact() != flat.code {
        return Err("a code in another form".to_owned());
    }
    if usize::from(flat.status) >= Status::ALL.len() || usize::from(flat.payment) >= PAYMENTS.len() {
        return Err("an unknown status or payment".to_owned());
    }
    if flat.expires_on.is_some_and(|day| day_of(day).is_none()) {
        return Err("a day that no calendar has".to_owned());
    }
    for at in [Some(flat.sold.at), Some(flat.since.at), flat.expires_at].into_iter().flatten() {
        Timestamp::from_microsecond(at).map_err(|error| error.to_string())?;
    }
    flat.marks.map_or(Ok(()), check_marks)?;
    flat.person.as_ref().map_or(Ok(()), check_person)
}

/// In the one form that digests are computed over.
fn check_marks(text: &str) -> Result<(), String> {
    let marks: Marks = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match marks_text(&marks) {
        Ok(Some(written)) if written == text => Ok(()),
        _ => Err("marks in another form".to_owned()),
    }
}

fn check_person(person: &FlatPerson<'_>) -> Result<(), String> {
    let checked = PersonName::new(person.buyer)
        .and_then(|_| person.recipient.map(PersonName::new).transpose())
        .and_then(|_| person.email.map(Email::new).transpose())
        .and_then(|_| person.message.map(Message::new).transpose());
    checked.map(drop).map_err(|error| error.to_string())
}

/// Writes a voucher that was checked.
pub(super) fn insert(connection: &Connection, flat: &FlatVoucher<'_>, content: &Content) -> rusqlite::Result<()> {
    let person = flat.person.as_ref();
    let buyer = person.map(|person| person.buyer);
    let recipient = person.and_then(|person| person.recipient);
    let (sold, since) = (&flat.sold, &flat.since);
    connection.prepare_cached(&INSERT)?.execute(params![
        flat.id,
        flat.code,
        flat.template,
        content.number,
        content.title_key,
        content.price,
        flat.person_hash,
        buyer,
        fold_optional(buyer),
        recipient,
        fold_optional(recipient),
        person.and_then(|person| person.email),
        person.and_then(|person| person.message),
        PAYMENTS.get(usize::from(flat.payment)),
        sold.op,
        sold.at,
        sold.staff,
        sold.shop,
        sold.device,
        flat.expires_on.map_or(NEVER, i64::from),
        flat.expires_at,
        flat.status,
        since.op,
        since.at,
        since.staff,
        since.shop,
        since.device,
        flat.home_shop,
        flat.marks,
        Sql(flat.row_version),
    ])?;
    Ok(())
}
