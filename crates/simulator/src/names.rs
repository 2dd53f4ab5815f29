//! Ids by number, so that a run and its replay name everything alike; and what the organisation begins with.

use beadsbox_domain::{
    Currency, DeviceId, Money, OpId, ShopId, StaffId, TemplateContent, TemplateId, Timestamp, Vat, VoucherCode, VoucherId,
    operation::Subject,
    text::{Description, Title},
};
use beadsbox_protocol::{
    Profile,
    digest::RowKind,
    rows::{Row, RowKey},
};
use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A row's name that sorts: its kind's place, then its id.
pub type Key = (u8, Uuid);

const fn place(kind: RowKind) -> u8 {
    match kind {
        RowKind::Shop => 0,
        RowKind::Staff => 1,
        RowKind::Device => 2,
        RowKind::Settings => 3,
        RowKind::Template => 4,
        RowKind::Conflict => 5,
        RowKind::Voucher => 6,
    }
}

/// The name of a row of that kind.
pub const fn key(kind: RowKind, id: Uuid) -> Key {
    (place(kind), id)
}

/// The name of that row.
pub fn key_of(row: &Row) -> Key {
    match row.key() {
        RowKey::Shop(id) => key(RowKind::Shop, id.0),
        RowKey::Staff(id) => key(RowKind::Staff, id.0),
        RowKey::Device(id) => key(RowKind::Device, id.0),
        RowKey::Settings => key(RowKind::Settings, Uuid::nil()),
        RowKey::Template(id) => key(RowKind::Template, id.0),
        RowKey::Conflict(id) => key(RowKind::Conflict, id.0),
        RowKey::Voucher(id) => key(RowKind::Voucher, id.0),
    }
}

/// The name of the row that an operation is about.
pub const fn subject_key(subject: Subject) -> Key {
    match subject {
        Subject::Template(id) => key(RowKind::Template, id.0),
        Subject::Voucher(id) => key(RowKind::Voucher, id.0),
        Subject::Till => TILL,
    }
}

/// No row: what a till does to itself.
pub const TILL: Key = (u8::MAX, Uuid::nil());

/// What an id is of.
#[derive(Debug, Clone, Copy)]
pub enum Tag {
    /// An operation.
    Op = 1,
    /// A voucher.
    Voucher,
    /// A template.
    Template,
    /// A device.
    Device,
    /// A shop.
    Shop,
    /// A staff member.
    Staff,
    /// A cache's own name.
    Cache,
    /// A life of the server's database.
    Epoch,
    /// A snapshot.
    Snapshot,
}

/// The id of that kind, made by that machine as its `number`th.
pub fn id(tag: Tag, machine: u32, number: u64) -> Uuid {
    Uuid::from_u128(((tag as u128) << 112) | (u128::from(machine) << 64) | u128::from(number))
}

/// A device.
pub fn device(number: u32) -> DeviceId {
    DeviceId(id(Tag::Device, number, 1))
}

/// A device's key.
pub fn device_key(device: DeviceId) -> SigningKey {
    let mut bytes = [7; 32];
    bytes[..16].copy_from_slice(device.0.as_bytes());
    SigningKey::from_bytes(&bytes)
}

/// What a device is sent.
pub const fn profile(number: u32) -> Profile {
    if number == 0 { Profile::Office } else { Profile::Counter }
}

/// The hash of a device's bearer token.
pub fn token_hash(device: DeviceId) -> [u8; 32] {
    Sha256::digest(device.0.as_bytes()).into()
}

/// An operation's id.
pub fn op(machine: u32, number: u64) -> OpId {
    OpId(id(Tag::Op, machine, number))
}

/// Which machine made that operation.
pub const fn made_by(op: OpId) -> u32 {
    let [.., a, b, c, d] = op.0.as_u64_pair().0.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// A voucher's id.
pub fn voucher(machine: u32, number: u64) -> VoucherId {
    VoucherId(id(Tag::Voucher, machine, number))
}

/// A template's id.
pub fn template(machine: u32, number: u64) -> TemplateId {
    TemplateId(id(Tag::Template, machine, number))
}

/// One of the two shops.
pub fn shop(number: u32) -> ShopId {
    ShopId(id(Tag::Shop, number % 2, 1))
}

/// The staff: 0 an admin, 1 in the back office, 2 and 3 at counters.
pub fn staff(number: u32) -> StaffId {
    StaffId(id(Tag::Staff, number % 4, 1))
}

/// A code that nobody else makes.
pub fn code(machine: u32, number: u64) -> VoucherCode {
    let mixed = (u64::from(machine) << 40 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    VoucherCode::from_random(mixed.to_be_bytes())
}

/// When every run begins.
pub fn beginning() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What a template says; none where a text of ours is unsound, which a test would notice.
pub fn content(title: &str, cents: i64, validity_months: Option<u16>) -> Option<TemplateContent> {
    Some(TemplateContent {
        title: Title::new(title).ok()?,
        description: Description::new("An afternoon with beads.").ok()?,
        price: Money::new(cents, Currency::from_code("EUR").ok()?),
        validity_months,
        vat: Vat::SinglePurpose { rate_basis_points: 2000 },
    })
}
