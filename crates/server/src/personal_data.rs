//! Buyers and recipients: found, handed out and erased.
//!
//! A person stands in `person` alone, under the salted hash that operations and vouchers name. So erasing is deleting there, telling every
//! device of the vouchers, and keeping the hash so that nothing comes back under it.

use axum::http::StatusCode;
use beadsbox_domain::{
    Person, PersonHash, Timestamp,
    folding::fold,
    text::{PersonName, Reason},
};
use beadsbox_protocol::{
    ErrorCode,
    personal_data::{Erased, MOST_RECORDS, PersonErasure, PersonRecord, PersonRecords, SEARCH_LENGTHS, searched},
};
use sqlx::PgConnection;

use crate::{
    act::{Act, Done},
    db::{
        self,
        admin_act::ActKind,
        feed::{self, Kind},
        lock::Lock,
    },
    error::Failure,
};

/// Shorter words are in any reason.
const SHORTEST_NAME: usize = 3;

/// The records in which that text stands as a part of a name or address.
pub(crate) async fn find(conn: &mut PgConnection, text: &str, now: Timestamp) -> Result<PersonRecords, Failure> {
    let folded = searched(text).ok_or_else(|| Failure::malformed(format!("text has {} to {} characters", SEARCH_LENGTHS.start(), SEARCH_LENGTHS.end())))?;
    let mut found = db::personal_data::find(conn, &folded, MOST_RECORDS + 1).await?;
    let more = found.len() > MOST_RECORDS;
    found.truncate(MOST_RECORDS);
    Ok(PersonRecords { at: now, records: with_vouchers(conn, found).await?, more })
}

/// Everything under these hashes.
pub(crate) async fn export(mut act: Act, hashes: &[PersonHash]) -> Result<PersonRecords, Failure> {
    let at = act.at();
    let found = known(&mut act, hashes).await?;
    let records = with_vouchers(&mut act, found).await?;
    let vouchers: usize = records.iter().map(|record| record.vouchers.len()).sum();
    act.done(Done::new(ActKind::PersonExported).with("persons", records.len()).with("vouchers", vouchers)).await?;
    Ok(PersonRecords { at, records, more: false })
}

/// Erases what is under these hashes, for a reason that does not name them.
pub(crate) async fn erase(mut act: Act, erasure: &PersonErasure) -> Result<Erased, Failure> {
    let reason = Reason::new(&erasure.reason).map_err(|error| Failure::malformed(format!("reason: {error}")))?;
    // Asked twice at once, the second finds nothing left.
    Lock::Erasure.wait(&mut act).await?;
    let found = known(&mut act, &erasure.hashes).await?;
    if found.iter().any(|(_, person)| names(reason.as_str(), person)) {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::ReasonNamesPerson, "the reason is kept, and names the person"));
    }
    let hashes: Vec<PersonHash> = found.into_iter().map(|(hash, _)| hash).collect();
    erase_all(act, &hashes, Done::new(ActKind::PersonErased).because(Some(&reason))).await
}

/// Erases these, and completes what is said of it.
pub(crate) async fn erase_all(mut act: Act, hashes: &[PersonHash], done: Done<'_>) -> Result<Erased, Failure> {
    let at = act.at();
    // In the order in which pushes lock them.
    let vouchers = db::personal_data::lock_vouchers(&mut act, hashes).await?;
    db::personal_data::count_change(&mut act, &vouchers).await?;
    let erased = Erased { persons: hashes.len() as u64, vouchers: vouchers.len() as u64 };
    let mut recorded = act.record(done.with("persons", erased.persons).with("vouchers", erased.vouchers)).await?;
    let (id, conn) = (recorded.id(), recorded.conn());
    db::erased_person::insert(conn, hashes, id, at).await?;
    db::person::delete(conn, hashes).await?;
    // They hold whole rows; whoever is loading one begins anew.
    db::snapshot::delete_all(conn).await?;
    feed::note(conn, Kind::Voucher, &vouchers).await?;
    recorded.commit().await?;
    Ok(erased)
}

/// Those of these that are there.
async fn known(conn: &mut PgConnection, hashes: &[PersonHash]) -> Result<Vec<(PersonHash, Person)>, Failure> {
    if !(1..=MOST_RECORDS).contains(&hashes.len()) {
        return Err(Failure::malformed(format!("1 to {MOST_RECORDS} hashes")));
    }
    let found = db::personal_data::by_hashes(conn, hashes).await?;
    if found.is_empty() { Err(Failure::not_found("person: erased by now")) } else { Ok(found) }
}

async fn with_vouchers(conn: &mut PgConnection, found: Vec<(PersonHash, Person)>) -> Result<Vec<PersonRecord>, Failure> {
    let hashes: Vec<PersonHash> = found.iter().map(|(hash, _)| *hash).collect();
    let mut vouchers = db::personal_data::vouchers_of(conn, &hashes).await?;
    Ok(found
        .into_iter()
        .map(|(hash, person)| PersonRecord { hash, person, vouchers: vouchers.remove(&hash).unwrap_or_default() })
        .collect())
}

/// Whether a text names that person, however it is spelt: by a word of a name that says something, by a whole name however short, or by the
/// address.
fn names(text: &str, person: &Person) -> bool {
    let text = fold(text);
    let is_part = |character: char| character.is_alphanumeric();
    let words: Vec<&str> = text.split(|character| !is_part(character)).filter(|word| !word.is_empty()).collect();
    let of_names = [Some(&person.buyer), person.recipient.as_ref()].into_iter().flatten();
    let whole = |name: &PersonName| {
        let folded = fold(name.as_str());
        let parts: Vec<&str> = folded.split(|character| !is_part(character)).filter(|part| !part.is_empty()).collect();
        !parts.is_empty() && words.windows(parts.len()).any(|run| run == parts)
    };
    if of_names.clone().any(whole) {
        return true;
    }
    let in_names = of_names.flat_map(|name| fold(name.as_str()).split(|character| !is_part(character)).map(str::to_owned).collect::<Vec<_>>());
    in_names.filter(|word| word.chars().count() >= SHORTEST_NAME).any(|word| words.contains(&word.as_str()))
        || person.email.as_ref().is_some_and(|email| text.contains(&fold(email.as_str())))
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::text::Email;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("asked by letter on 3 March", false)]
    #[case("ada asked", true)]
    #[case("ADA LOVELACE asked", true)]
    #[case("Lovelace's letter", true)]
    #[case("for Aunt-Odile", true)]
    #[case("mail from Ada@Example.org!", true)]
    #[case("the adaptation", false)]
    #[case("de", false)]
    #[case("Adá asked", true)]
    #[case("for odi\u{301}le", true)]
    fn a_reason_is_told_from_a_name(#[case] reason: &str, #[case] is_named: bool) {
        let person = Person {
            buyer: PersonName::new("Ada de Lovelace").unwrap(),
            email: Some(Email::new("ada@example.org").unwrap()),
            recipient: Some(PersonName::new("Odile").unwrap()),
            message: None,
        };
        assert_eq!(names(reason, &person), is_named);
    }

    #[rstest]
    #[case("li wu asked", true)]
    #[case("asked by Li-Wu", true)]
    #[case("wu, then li", false)]
    #[case("asked by letter", false)]
    fn a_name_of_short_words_is_one_as_a_whole(#[case] reason: &str, #[case] is_named: bool) {
        let person = Person { buyer: PersonName::new("Li  Wu").unwrap(), email: None, recipient: None, message: None };
        assert_eq!(names(reason, &person), is_named);
    }
}
