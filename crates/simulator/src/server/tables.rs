//! The tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use beadsbox_authority::{
    Fresh, Identity, Reading, Standing, World,
    lives::{FIRST, Life},
};
use beadsbox_domain::{
    Change, ConflictId, DeviceId, OpId, Outcome, Person, PersonHash, Refusal, Role, ShopId, StaffId, Stamp, Template, Timestamp, operation::Subject,
};
use beadsbox_protocol::{
    ChainHash, Incarnation, Profile,
    digest::RowKind,
    person::SaltedPerson,
    rows::{Device, DeviceState, Row, Settings, Shop, Staff, VoucherRow},
};
use uuid::Uuid;

use crate::{
    names::{self, Key, key},
    plan::Size,
};

/// The server's own device. It stands in no shop.
pub const SERVER_DEVICE: DeviceId = DeviceId(Uuid::nil());

/// An operation as the server keeps it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its place in the device's order.
    pub dev_seq: u64,
    /// Where the body could be read.
    pub op_id: Option<OpId>,
    /// Of this device, and the first of its id.
    pub taken: bool,
    /// The chain's hash after it.
    pub hash: ChainHash,
    /// The text, byte for byte.
    pub body: Arc<str>,
    /// What it is about, where it was taken.
    pub subject: Option<Subject>,
    /// None while it is held.
    pub outcome: Option<Outcome>,
    /// The version that it made.
    pub row_version: Option<u64>,
    /// Its place in the order in which the server took operations.
    pub commit_no: i64,
}

/// A device.
#[derive(Debug, Clone)]
pub struct DeviceRecord {
    /// As others see it.
    pub row: Device,
    /// What it is sent.
    pub profile: Profile,
}

/// A life of a device.
#[derive(Debug, Clone)]
pub struct LifeRecord {
    /// The life.
    pub life: Life,
    /// The chain's hash after the first operation of its own, as the copy signed it.
    pub fork_hash: Option<ChainHash>,
}

/// An operation that waits for an admin.
#[derive(Debug, Clone)]
pub struct Kept {
    /// As it came.
    pub fresh: Fresh,
    /// Whether the device's clock was right then.
    pub clock_right: bool,
}

/// What is committed. A clone is a backup.
#[derive(Clone)]
pub struct Tables {
    pub(super) identity: Identity,
    /// Templates, vouchers, redemptions, conflicts, staff's standing.
    pub world: World,
    /// Of each life of each device, in order.
    pub operations: BTreeMap<(DeviceId, Incarnation), Vec<Arc<Stored>>>,
    /// Of each life of each device, in order, those that wait for an admin. They come after those that are decided.
    pub quarantine: BTreeMap<(DeviceId, Incarnation), Vec<Kept>>,
    /// Every life of each device.
    pub lives: BTreeMap<(DeviceId, Incarnation), LifeRecord>,
    /// Devices.
    pub devices: BTreeMap<DeviceId, DeviceRecord>,
    pub(super) persons: BTreeMap<PersonHash, (SaltedPerson, Person)>,
    pub(super) shops: BTreeMap<ShopId, Shop>,
    pub(super) staff: BTreeMap<StaffId, Staff>,
    pub(super) settings: Settings,
    pub(super) last_commit: i64,
    pub(super) commit_numbers: BTreeSet<i64>,
    pub(super) inbox: Vec<Key>,
    pub(super) feed: BTreeMap<u64, Key>,
    pub(super) feed_places: BTreeMap<Key, u64>,
    pub(super) batches: BTreeMap<u64, String>,
    pub(super) batches_made: u64,
}

impl Tables {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            identity,
            world: World::default(),
            operations: BTreeMap::new(),
            quarantine: BTreeMap::new(),
            lives: BTreeMap::new(),
            devices: BTreeMap::new(),
            persons: BTreeMap::new(),
            shops: BTreeMap::new(),
            staff: BTreeMap::new(),
            settings: Settings { row_version: 1, ..Settings::default() },
            last_commit: 0,
            commit_numbers: BTreeSet::new(),
            inbox: Vec::new(),
            feed: BTreeMap::new(),
            feed_places: BTreeMap::new(),
            batches: BTreeMap::new(),
            batches_made: 0,
        }
    }

    /// Shops, people, devices and two templates.
    pub(super) fn found(&mut self, size: &Size) {
        for number in 0..2 {
            let zone = if number == 0 { "Europe/Paris" } else { "UTC" };
            let shop = Shop { id: names::shop(number), name: format!("Shop {number}"), time_zone: zone.to_owned(), row_version: 1, ..Shop::default() };
            self.note(key(RowKind::Shop, shop.id.0));
            self.shops.insert(shop.id, shop);
        }
        for (number, role) in (0..).zip([Role::Admin, Role::BackOffice, Role::Counter, Role::Counter]) {
            let staff = Staff {
                id: names::staff(number),
                name: format!("Person {number}"),
                role,
                active: true,
                pin: None,
                badge: None,
                sign_in_version: 0,
                row_version: 1,
            };
            self.note(key(RowKind::Staff, staff.id.0));
            self.world.staff.insert(staff.id, Standing { role, barred_at: None });
            self.staff.insert(staff.id, staff);
        }
        self.settings.policy = size.policy;
        self.note(key(RowKind::Settings, Uuid::nil()));
        for number in 0..size.devices {
            self.enrol(number);
        }
        // The server's own device: nobody is sent its row.
        let origin = ChainHash::of_enrolment(SERVER_DEVICE, FIRST, &self.identity.signing_key.verifying_key());
        self.lives.insert((SERVER_DEVICE, FIRST), LifeRecord { life: Life::first(origin), fork_hash: None });
        let stamp = Stamp { op: names::op(0, 0), at: names::beginning(), staff: names::staff(0), shop: names::shop(0), device: names::device(0) };
        for (number, months) in [(1, None), (2, Some(1))] {
            let Some(content) = names::content("Beads", 4000, months) else { continue };
            let template = Template { id: names::template(0, number), content, version: 1, archived: false, changed: stamp, row_version: 1 };
            self.note(key(RowKind::Template, template.id.0));
            self.world.apply(&Change::Template(template), 0);
        }
    }

    /// A device, with its first life.
    pub(super) fn enrol(&mut self, number: u32) {
        let id = names::device(number);
        let row = Device {
            id,
            name: format!("Device {number}"),
            shop: names::shop(number),
            public_key: hex::encode(names::device_key(id).verifying_key().as_bytes()),
            state: DeviceState::Active,
            offline: None,
            row_version: 1,
        };
        self.put_device(row, names::profile(number));
    }

    pub(super) fn put_device(&mut self, row: Device, profile: Profile) {
        let id = row.id;
        let life = Life::first(ChainHash::of_enrolment(id, FIRST, &names::device_key(id).verifying_key()));
        self.note(key(RowKind::Device, id.0));
        self.lives.insert((id, FIRST), LifeRecord { life, fork_hash: None });
        self.devices.insert(id, DeviceRecord { row, profile });
    }

    pub(super) fn note(&mut self, changed: Key) {
        self.inbox.push(changed);
    }

    pub(super) fn bar(&mut self, staff: StaffId, now: Timestamp) {
        let (Some(row), Some(standing)) = (self.staff.get_mut(&staff), self.world.staff.get_mut(&staff)) else { return };
        row.active = !row.active;
        row.row_version += 1;
        standing.barred_at = (!row.active).then_some(now);
        self.note(key(RowKind::Staff, staff.0));
    }

    /// Every operation on a row may have to be folded anew after a rewind: keeps them by what they are about.
    pub(super) fn keep_decided(&mut self, fresh: &Fresh) {
        if let Reading::Operation(body) = &fresh.arrived.reading {
            self.world.decided.entry(body.operation.subject()).or_default();
        }
    }

    /// Revokes a device.
    pub fn revoke(&mut self, device: DeviceId) {
        if let Some(record) = self.devices.get_mut(&device) {
            record.row.state = DeviceState::Revoked;
            record.row.row_version += 1;
            self.note(key(RowKind::Device, device.0));
        }
    }

    /// The row of that name, as a device of that profile may see it.
    pub fn row(&self, (kind, id): Key, profile: Profile) -> Option<Row> {
        Some(match RowKind::ALL.get(usize::from(kind))? {
            RowKind::Shop => Row::Shop(self.shops.get(&ShopId(id))?.clone()),
            RowKind::Staff => Row::Staff(self.staff.get(&StaffId(id))?.clone()),
            RowKind::Device => Row::Device(self.devices.get(&DeviceId(id))?.row.clone()),
            RowKind::Settings => Row::Settings(self.settings.clone()),
            RowKind::Template => Row::Template(self.world.templates.get(&beadsbox_domain::TemplateId(id))?.clone()),
            RowKind::Conflict => {
                let found = self.world.conflicts.iter().find(|placed| placed.conflict.id == ConflictId(id))?;
                Row::Conflict(Box::new(found.conflict.clone().into()))
            }
            RowKind::Voucher => {
                let voucher = self.world.vouchers.get(&beadsbox_domain::VoucherId(id))?.clone();
                let person = self.persons.get(&voucher.person).map(|(_, person)| as_seen(person.clone(), profile));
                Row::Voucher(Box::new(VoucherRow { voucher, person }))
            }
        })
    }

    /// The names of all rows that there are, in order.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.shops.keys().map(|id| key(RowKind::Shop, id.0)).collect();
        keys.extend(self.staff.keys().map(|id| key(RowKind::Staff, id.0)));
        keys.extend(self.devices.keys().map(|id| key(RowKind::Device, id.0)));
        keys.push(key(RowKind::Settings, Uuid::nil()));
        keys.extend(self.world.templates.keys().map(|id| key(RowKind::Template, id.0)));
        keys.extend(self.world.conflicts.iter().map(|placed| key(RowKind::Conflict, placed.conflict.id.0)));
        keys.extend(self.world.vouchers.keys().map(|id| key(RowKind::Voucher, id.0)));
        keys.sort_unstable();
        keys
    }

    /// Whether an admin refused an operation of that id.
    pub fn refused(&self, op: OpId) -> bool {
        let not_accepted = |stored: &Arc<Stored>| matches!(stored.outcome, Some(Outcome::Rejected { refusal: Refusal::NotAccepted { .. } }));
        self.operations.values().flatten().any(|stored| stored.op_id == Some(op) && not_accepted(stored))
    }

    /// Every operation of that id that was taken, in whatever life of whatever device.
    pub fn taken(&self, op: OpId) -> impl Iterator<Item = &Arc<Stored>> {
        self.operations.values().flatten().filter(move |stored| stored.taken && stored.op_id == Some(op))
    }
}

/// A counter is sent neither e-mail addresses nor messages.
fn as_seen(person: Person, profile: Profile) -> Person {
    match profile {
        Profile::Office => person,
        Profile::Counter => Person { email: None, message: None, ..person },
    }
}
