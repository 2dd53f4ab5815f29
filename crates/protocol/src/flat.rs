//! A voucher as flat columns: what snapshots carry and digests are computed over.

use beadsbox_domain::{Date, Marks, Person, Stamp, Status, Timestamp, Voucher, voucher::Payment};
use serde::{Deserialize, Serialize};

/// SHA-256 of a template content's JSON.
pub type ContentHash = [u8; 32];

/// A voucher with its buyer. Ids are the UUID's bytes, moments microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlatVoucher<'a> {
    /// Its id.
    pub id: [u8; 16],
    /// 13 symbols.
    pub code: &'a str,
    /// The template.
    pub template: [u8; 16],
    /// What the template said at the sale.
    pub content: ContentHash,
    /// Names the buyer's data.
    pub person_hash: [u8; 32],
    /// The buyer; none once erased.
    #[serde(borrow)]
    pub person: Option<FlatPerson<'a>>,
    /// 0 cash, 1 card terminal, 2 other.
    pub payment: u8,
    /// The sale.
    pub sold: FlatStamp,
    /// `yyyymmdd`; none if it never expires.
    pub expires_on: Option<u32>,
    /// The first moment after that day.
    pub expires_at: Option<i64>,
    /// 0 purchased, 1 used, 2 cancelled, 3 refunded, 4 expired, 5 replaced.
    pub status: u8,
    /// What brought it there.
    pub since: FlatStamp,
    /// The only shop that may redeem it without the server.
    pub home_shop: Option<[u8; 16]>,
    /// The JSON of its [`Marks`]; none where it has none.
    pub marks: Option<&'a str>,
    /// Counts every change, from 1.
    pub row_version: u64,
}

/// A buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlatPerson<'a> {
    /// Who bought.
    pub buyer: &'a str,
    /// Where the voucher was sent.
    pub email: Option<&'a str>,
    /// For whom.
    pub recipient: Option<&'a str>,
    /// What stands on it.
    pub message: Option<&'a str>,
}

/// Who, where, when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlatStamp {
    /// The operation.
    pub op: [u8; 16],
    /// When.
    pub at: i64,
    /// Who.
    pub staff: [u8; 16],
    /// Where.
    pub shop: [u8; 16],
    /// On which device.
    pub device: [u8; 16],
}

impl From<&Stamp> for FlatStamp {
    fn from(stamp: &Stamp) -> Self {
        Self {
            op: stamp.op.0.into_bytes(),
            at: stamp.at.as_microsecond(),
            staff: stamp.staff.0.into_bytes(),
            shop: stamp.shop.0.into_bytes(),
            device: stamp.device.0.into_bytes(),
        }
    }
}

impl<'a> From<&'a Person> for FlatPerson<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            buyer: person.buyer.as_str(),
            email: person.email.as_ref().map(beadsbox_domain::text::Email::as_str),
            recipient: person.recipient.as_ref().map(beadsbox_domain::text::PersonName::as_str),
            message: person.message.as_ref().map(beadsbox_domain::text::Message::as_str),
        }
    }
}

/// The marks of a voucher as text; none where it has none.
pub fn marks_text(marks: &Marks) -> serde_json::Result<Option<String>> {
    if marks.is_empty() { Ok(None) } else { serde_json::to_string(marks).map(Some) }
}

/// The number of a status in the flat form, which is its place when sorted.
pub const fn status_number(status: Status) -> u8 {
    match status {
        Status::Purchased => 0,
        Status::Used => 1,
        Status::Cancelled => 2,
        Status::Refunded => 3,
        Status::Expired => 4,
        Status::Replaced => 5,
    }
}

/// The number of a payment in the flat form.
pub const fn payment_number(payment: Payment) -> u8 {
    match payment {
        Payment::Cash => 0,
        Payment::CardTerminal => 1,
        Payment::Other => 2,
    }
}

/// A day in the flat form: `yyyymmdd`.
pub fn day_number(day: Date) -> u32 {
    let year = u32::from(day.year().unsigned_abs());
    year * 10_000 + u32::from(day.month().unsigned_abs()) * 100 + u32::from(day.day().unsigned_abs())
}

/// The day of that number in the flat form; none where there is no such day.
pub fn day_of(number: u32) -> Option<Date> {
    let part = |number: u32| i8::try_from(number).ok();
    Date::new(i16::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?).ok()
}

/// What a voucher has as text in the flat form alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatTexts {
    /// 13 symbols.
    pub code: String,
    /// See [`marks_text`].
    pub marks: Option<String>,
}

impl FlatTexts {
    /// Of that voucher.
    pub fn of(voucher: &Voucher) -> serde_json::Result<Self> {
        Ok(Self { code: voucher.code.compact(), marks: marks_text(&voucher.marks)? })
    }
}

impl<'a> FlatVoucher<'a> {
    /// The voucher, whose texts the caller holds.
    pub fn new(voucher: &Voucher, texts: &'a FlatTexts, content: ContentHash, person: Option<&'a Person>) -> Self {
        Self {
            id: voucher.id.0.into_bytes(),
            code: &texts.code,
            template: voucher.template.0.into_bytes(),
            content,
            person_hash: voucher.person.0,
            person: person.map(FlatPerson::from),
            payment: payment_number(voucher.payment),
            sold: (&voucher.sold).into(),
            expires_on: voucher.expires_on.map(day_number),
            expires_at: voucher.expires_at.map(Timestamp::as_microsecond),
            status: status_number(voucher.status),
            since: (&voucher.since).into(),
            home_shop: voucher.home_shop.map(|shop| shop.0.into_bytes()),
            marks: texts.marks.as_deref(),
            row_version: voucher.row_version,
        }
    }
}
