//! What is held on a buyer or recipient: found, handed out and erased on request. Bodies and not queries, because addresses stand in logs.

use beadsbox_domain::{Date, Money, Person, PersonHash, Status, Timestamp, VoucherId, folding::fold};
use serde::{Deserialize, Serialize};

/// The most records of one answer or request.
pub const MOST_RECORDS: usize = 100;
/// The shortest and the longest text to look for, in characters.
pub const SEARCH_LENGTHS: std::ops::RangeInclusive<usize> = 2..=254;

/// What is looked for, folded; none where it is too short or too long. Accents alone are no text: they would be in everybody.
pub fn searched(text: &str) -> Option<String> {
    let (text, folded) = (text.trim(), fold(text.trim()).trim().to_owned());
    (text.chars().count() <= *SEARCH_LENGTHS.end() && folded.chars().count() >= *SEARCH_LENGTHS.start()).then_some(folded)
}

/// `POST /v1/admin/personal-data/find`.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonSearch {
    /// A part of a buyer's or recipient's name, or of an e-mail address, 2 to 254 characters; case and accents do not count.
    pub text: String,
}

/// `POST /v1/admin/personal-data/export`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonExport {
    /// Which records, 1 to 100.
    pub hashes: Vec<PersonHash>,
}

/// `POST /v1/admin/personal-data/erase`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonErasure {
    /// Which records, 1 to 100.
    pub hashes: Vec<PersonHash>,
    /// Why, 1 to 500 characters. It is kept, so it must not name the person.
    pub reason: String,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Erased {
    /// How many records.
    pub persons: u64,
    /// How many vouchers name nobody any more.
    pub vouchers: u64,
}

/// A voucher of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonVoucher {
    /// Its id.
    pub id: VoucherId,
    /// Its code, as it stands on paper.
    pub code: String,
    /// What it is for.
    pub title: String,
    /// What was paid.
    pub price: Money,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// When it was sold.
    #[schema(value_type = String, format = DateTime)]
    pub sold_at: Timestamp,
    /// The name of the shop that sold it.
    pub shop: String,
    /// Its last day; none for ever.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
}

/// What is held under one hash: what somebody typed at one sale, and the vouchers of that sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonRecord {
    /// What vouchers and operations name.
    pub hash: PersonHash,
    /// Buyer, e-mail address, recipient, message.
    pub person: Person,
    /// The oldest sale first. None where its operation waits in quarantine, or for an upgrade of the server.
    pub vouchers: Vec<PersonVoucher>,
}

/// What is held on the people who were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonRecords {
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The records.
    pub records: Vec<PersonRecord>,
    /// There are more: the text has to say more.
    pub more: bool,
}
