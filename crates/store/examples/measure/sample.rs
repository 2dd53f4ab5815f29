//! Vouchers as a chain of shops has them: spread over buyers, templates, prices and days.

use beadsbox_domain::{
    Batch, BatchId, Currency, Date, DeviceId, Marks, Money, OpId, Payment, Person, PersonHash, ShopId, StaffId, Stamp, Status, TemplateContent, TemplateId,
    Timestamp, Vat, Voucher, VoucherCode, VoucherId,
    text::{Description, Email, Name, PersonName, Title},
};
use beadsbox_protocol::rows::VoucherRow;
use uuid::Uuid;

use crate::Outcome;

/// An id; ids sort like their numbers.
pub fn id(number: u64) -> Uuid {
    Uuid::from_u128((1 << 80) + u128::from(number))
}

/// How many vouchers a batch has.
const OF_A_BATCH: u64 = 5000;

/// One of the batches: every twentieth voucher is of one.
pub fn batch(number: u64) -> Outcome<Batch> {
    Ok(Batch { id: BatchId(id(number)), name: Name::new("Christmas")? })
}

/// One voucher.
pub fn voucher(number: u64) -> Outcome<VoucherRow> {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let names = ["Ácos", "Berta", "Client", "Dürr", "Élodie", "Gil", "Łukasz", "Zoë"];
    let name = names[usize::try_from(spread >> 61)?];
    let sold = Stamp {
        op: OpId(id(number)),
        at: Timestamp::from_second(1_700_000_000 + i64::try_from(number * 7)?)?,
        staff: StaffId(id(1 + spread % 20)),
        shop: ShopId(id(spread % 3)),
        device: DeviceId(id(4)),
    };
    let snapshot = TemplateContent {
        title: Title::new(&format!("An evening of kind {}", spread % 40))?,
        description: Description::new(&"Words about it. ".repeat(20))?,
        price: Money::new(i64::try_from(spread % 200)? * 100 + 100, Currency::from_code("EUR")?),
        validity_months: Some(12),
        vat: Vat::MultiPurpose,
    };
    let status = Status::ALL[[0, 0, 0, 0, 0, 1, 1, 2, 3, 4][usize::try_from((spread >> 32) % 10)?]];
    let voucher = Voucher {
        id: VoucherId(id(number)),
        code: VoucherCode::from_random(spread.to_be_bytes()),
        template: TemplateId(id(spread % 40)),
        snapshot,
        person: PersonHash([7; 32]),
        payment: [Payment::Cash, Payment::CardTerminal, Payment::CardTerminal, Payment::Other][usize::try_from((spread >> 20) % 4)?],
        sold,
        expires_on: Some(Date::new(2027, i8::try_from(spread % 12)? + 1, 5)?),
        expires_at: Some(Timestamp::from_second(1_800_000_000)?),
        status,
        since: Stamp { at: Timestamp::from_second(1_700_000_000 + i64::try_from(number * 7 + spread % 5_000_000)?)?, ..sold },
        home_shop: None,
        marks: Marks { batch: number.is_multiple_of(20).then(|| batch(number / 20 / OF_A_BATCH)).transpose()?, ..Marks::default() },
        row_version: 1,
    };
    let buyer = PersonName::new(&format!("{name} {}", spread % 100_000))?;
    let email = number.is_multiple_of(2).then(|| Email::new(&format!("client.{}@example.com", spread % 100_000))).transpose()?;
    let other = names[usize::try_from((spread >> 40) % 8)?];
    let recipient = number.is_multiple_of(3).then(|| PersonName::new(&format!("{other} Dupont"))).transpose()?;
    Ok(VoucherRow { voucher, person: Some(Person { buyer, email, recipient, message: None }) })
}
