//! A device with real files, things to sell, and a server in memory that decides by the domain's rules.
pub mod files;
pub mod server;
pub mod snapshot;

use beadsbox_domain::{
    Currency, DeviceId, ExternalCode, Imported, Money, OpId, Operation, Outcome, Payment, Person, RedeemMode, ShopId, StaffId, Status, TemplateContent,
    TemplateId, Timestamp, Vat, VoucherCode, VoucherId,
    text::{Description, Name, PersonName, Reason, Title},
};
use beadsbox_protocol::{ChainHash, person::SaltedPerson, push::OpResult};
use beadsbox_store::{Enrolment, NewOperation, Opened, Recorded, Store, StoreError, StoreKeys, StorePaths};
use ed25519_dalek::SigningKey;
use proptest::prelude::ProptestConfig;
use tempfile::TempDir;
use uuid::Uuid;

pub const KEYS: ([u8; 32], [u8; 32]) = ([7; 32], [8; 32]);
pub const SHOP: ShopId = ShopId(Uuid::from_u128(0x5409));
pub const STAFF: StaffId = StaffId(Uuid::from_u128(0x57aff));
pub const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xdef1));
pub const OTHER_DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xdef2));
pub const EPOCH: Uuid = Uuid::from_u128(0xe0c4);

/// 2026-03-01T10:00:00Z and so many seconds.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_359_200 + seconds).unwrap()
}

pub fn voucher_id(number: u64) -> VoucherId {
    VoucherId(Uuid::from_u128(0x1000_0000 + u128::from(number)))
}

pub fn template_id(number: u64) -> TemplateId {
    TemplateId(Uuid::from_u128(0x2000_0000 + u128::from(number)))
}

pub fn op_id(number: u64) -> OpId {
    OpId(Uuid::from_u128(0x3000_0000 + u128::from(number)))
}

pub fn code(number: u64) -> VoucherCode {
    // Spread out, so that codes do not sort like their numbers.
    VoucherCode::from_random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes())
}

pub fn content(title: &str, price: i64, months: Option<u16>) -> TemplateContent {
    TemplateContent {
        title: Title::new(title).unwrap(),
        description: Description::new("An evening with a cook and an oven.").unwrap(),
        price: Money::new(price, Currency::from_code("EUR").unwrap()),
        validity_months: months,
        vat: Vat::MultiPurpose,
    }
}

pub fn person(buyer: &str) -> Person {
    Person { buyer: PersonName::new(buyer).unwrap(), email: None, recipient: None, message: None }
}

pub fn salted(person: &Person) -> SaltedPerson {
    SaltedPerson::new(person, [3; 16]).unwrap()
}

pub fn reason() -> Reason {
    Reason::new("as the customer asked").unwrap()
}

pub fn sale(number: u64, template: TemplateId, snapshot: &TemplateContent, buyer: &Person) -> (Operation, Option<SaltedPerson>) {
    let salted = salted(buyer);
    let operation = Operation::Sell {
        voucher: voucher_id(number),
        code: code(number),
        template,
        template_version: 1,
        snapshot: snapshot.clone(),
        person: salted.hash().unwrap(),
        payment: Payment::Cash,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: None,
    };
    (operation, Some(salted))
}

/// A sale that takes over what another system sold under that code.
pub fn imported_as(number: u64, code: &str, status: Status) -> (Operation, Option<SaltedPerson>) {
    let (mut operation, salted) = sale(number, template_id(1), &content("Bread", 4000, Some(12)), &person("Dupont"));
    if let Operation::Sell { imported, .. } = &mut operation {
        let (source, code) = (Name::new("Old shop").unwrap(), ExternalCode::new(code).unwrap());
        *imported = Some(Box::new(Imported { source, code, sold_at: Some(at(-9_000)), expires_on: None, expires_at: None, status, since: None }));
    }
    (operation, salted)
}

pub fn redeem(number: u64, mode: RedeemMode) -> Operation {
    Operation::redeem(voucher_id(number), mode)
}

pub fn new_operation(op: u64, operation: Operation, person: Option<SaltedPerson>) -> NewOperation {
    let seconds = i64::try_from(op).unwrap();
    NewOperation { op: op_id(op), at: at(seconds), staff: STAFF, shop: SHOP, online: false, clock_right: true, operation, person }
}

/// So many cases, unless `PROPTEST_CASES` says otherwise.
pub fn cases(usual: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() }
}

/// A folder with the two files.
pub struct Device {
    pub folder: TempDir,
    pub paths: StorePaths,
    pub store: Store,
    pub opened: Opened,
}

pub fn keys() -> StoreKeys {
    StoreKeys { outbox: KEYS.0, cache: KEYS.1 }
}

pub fn device_key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

/// The hash before the first operation.
pub fn chain_origin() -> ChainHash {
    ChainHash::of_enrolment(DEVICE, 1, &device_key().verifying_key())
}

pub fn enrolment() -> Enrolment {
    Enrolment {
        device: DEVICE,
        incarnation: 1,
        name: "Till 1".into(),
        shop: SHOP,
        server_url: "https://beads.example".into(),
        epoch: EPOCH,
        server_public_key: server::key().verifying_key().to_bytes(),
        certificate: "c2lnbmVk".into(),
        enrolled_at: at(-3600),
        public_key: device_key().verifying_key().to_bytes(),
        profile: Some(beadsbox_protocol::Profile::Office),
        shop_name: Some("Rue des Perles".into()),
        time_zone: Some("UTC".into()),
    }
}

impl Device {
    /// A new, enrolled device.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = StorePaths::in_folder(folder.path());
        let (store, opened) = Store::open(&paths, &keys()).unwrap();
        store.enrol(&enrolment()).unwrap();
        Self { folder, paths, store, opened }
    }

    /// Closes the files and opens them again.
    pub fn reopen(self) -> Self {
        let Self { folder, paths, store, .. } = self;
        drop(store);
        let (store, opened) = Store::open(&paths, &keys()).unwrap();
        Self { folder, paths, store, opened }
    }

    /// Closes the files; gives the folder.
    pub fn close(self) -> (TempDir, StorePaths) {
        (self.folder, self.paths)
    }

    /// The server's signed word on an operation that is recorded here.
    pub fn answer(&self, dev_seq: u64, outcome: Option<Outcome>, epoch: Uuid) -> OpResult {
        let fork = self.store.fork(dev_seq).unwrap().unwrap();
        let receipt = outcome.as_ref().map(|outcome| server::receipt(epoch, dev_seq, fork.hash, outcome));
        let hash = outcome.is_none().then_some(fork.hash);
        OpResult { dev_seq, op_id: Some(op_id(dev_seq)), result: outcome, row_version: None, commit_no: dev_seq, receipt: receipt.unwrap_or_default(), hash }
    }

    pub fn record(&self, op: u64, operation: Operation) -> Recorded {
        self.record_with(op, operation, None)
    }

    pub fn record_with(&self, op: u64, operation: Operation, person: Option<SaltedPerson>) -> Recorded {
        let new = new_operation(op, operation, person);
        self.store.record(move |_| Ok::<_, StoreError>(new)).unwrap()
    }

    /// Records a template and a voucher sold of it.
    pub fn sell(&self, op: u64, number: u64, buyer: &str) -> Recorded {
        let (operation, person) = sale(number, template_id(1), &content("Bread", 4000, Some(12)), &person(buyer));
        self.record_with(op, operation, person)
    }
}
