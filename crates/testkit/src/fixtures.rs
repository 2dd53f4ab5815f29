//! Things of the domain, sound and a little different each time.

use beadsbox_domain::{
    Currency, DeviceId, Marks, Money, OpId, Operation, Person, ShopId, StaffId, Stamp, Status, TemplateContent, TemplateId, Timestamp, Vat, Voucher,
    VoucherCode, VoucherId,
    operation::RedeemMode,
    text::{Description, Email, Message, PersonName, Reason, Title},
    voucher::Payment,
};
use beadsbox_protocol::person::SaltedPerson;
use uuid::Uuid;

/// A template that comes with every installation: "Quantum Cuisine - introductory course".
pub const INTRODUCTION: TemplateId = TemplateId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001));
/// The other one: "Quantum Cuisine - dealing with taste entanglement".
pub const ENTANGLEMENT: TemplateId = TemplateId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0002));

/// Random bytes.
///
/// # Panics
/// Where the system has none.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes,
        Err(error) => panic!("random bytes: {error}"),
    }
}

/// A fresh code.
pub fn code() -> VoucherCode {
    VoucherCode::from_random(random())
}

fn sound<T, E: std::fmt::Display>(made: Result<T, E>) -> T {
    match made {
        Ok(value) => value,
        Err(error) => panic!("a fixture: {error}"),
    }
}

/// An amount in euros, in cents.
pub fn euros(cents: i64) -> Money {
    Money::new(cents, sound(Currency::from_code("EUR")))
}

/// A reason.
pub fn reason() -> Reason {
    sound(Reason::new("because the test says so"))
}

/// What a template may say.
pub fn content(title: &str, cents: i64, validity_months: Option<u16>) -> TemplateContent {
    TemplateContent {
        title: sound(Title::new(title)),
        description: sound(Description::new("An afternoon to remember.\n\nApron included.")),
        price: euros(cents),
        validity_months,
        vat: Vat::SinglePurpose { rate_basis_points: 2000 },
    }
}

/// A buyer with everything that one can have.
pub fn person(buyer: &str) -> Person {
    Person {
        buyer: sound(PersonName::new(buyer)),
        email: Some(sound(Email::new("buyer@example.org"))),
        recipient: Some(sound(PersonName::new("Aunt Odile"))),
        message: Some(sound(Message::new("Happy birthday!\nWe hope you like beads."))),
    }
}

/// That buyer under a fresh salt.
pub fn salted(buyer: &str) -> SaltedPerson {
    sound(SaltedPerson::new(&person(buyer), random()))
}

/// Somebody, somewhere, at that moment.
pub fn stamp(at: Timestamp) -> Stamp {
    Stamp { op: OpId(Uuid::now_v7()), at, staff: StaffId(Uuid::now_v7()), shop: ShopId(Uuid::now_v7()), device: DeviceId(Uuid::now_v7()) }
}

/// A voucher that was just sold and never expires.
pub fn voucher(snapshot: TemplateContent, sold: Stamp) -> Voucher {
    Voucher {
        id: VoucherId(Uuid::now_v7()),
        code: code(),
        template: INTRODUCTION,
        snapshot,
        person: sound(salted("Ada").hash()),
        payment: Payment::Cash,
        sold,
        expires_on: None,
        expires_at: None,
        status: Status::Purchased,
        since: sold,
        home_shop: None,
        marks: Marks::default(),
        row_version: 1,
    }
}

/// The sale of a new voucher, and its id.
pub fn sale(template: TemplateId, template_version: u32, snapshot: TemplateContent, person: &SaltedPerson) -> (VoucherId, Operation) {
    let voucher = VoucherId(Uuid::now_v7());
    let operation = Operation::Sell {
        voucher,
        code: code(),
        template,
        template_version,
        snapshot,
        person: sound(person.hash()),
        payment: Payment::CardTerminal,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: None,
    };
    (voucher, operation)
}

/// The same sale to somebody else.
pub fn sold_to(mut sale: Operation, buyer: &SaltedPerson) -> Operation {
    if let Operation::Sell { person, .. } = &mut sale {
        *person = sound(buyer.hash());
    }
    sale
}

/// A redemption of which the server is asked first.
pub fn ask(voucher: VoucherId) -> Operation {
    Operation::redeem(voucher, RedeemMode::Asked)
}

/// A redemption whose goods go at once.
pub fn honour(voucher: VoucherId) -> Operation {
    Operation::redeem(voucher, RedeemMode::Honoured)
}
