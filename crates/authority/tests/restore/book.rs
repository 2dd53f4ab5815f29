//! A server without a database: it takes operations one by one, and can be copied and put back.

use beadsbox_authority::{Arrived, Fresh, Identity, Places, Scope, Standing, Told, Word, World, first_commit_no, judge};
use beadsbox_domain::{
    Conflict, ConflictState, Currency, DeviceId, Money, OpId, Operation, Outcome, Payment, PersonHash, Policy, Redemption, RedemptionOutcome, Role, ShopId,
    StaffId, Stamp, Status, TemplateContent, TemplateId, Timestamp, Vat, VoucherCode, VoucherId,
    operation::Subject,
    text::{Description, Reason, Title},
};
use beadsbox_protocol::{ChainHash, OperationBody, body::FORMAT};
use ed25519_dalek::SigningKey;
use jiff::tz::TimeZone;
use uuid::Uuid;

pub const TEMPLATE: TemplateId = TemplateId(Uuid::from_u128(7));
pub const STAFF: StaffId = StaffId(Uuid::from_u128(8));
pub const SHOP: ShopId = ShopId(Uuid::from_u128(9));

pub fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(0x100 + number))
}

pub fn voucher(number: u128) -> VoucherId {
    VoucherId(Uuid::from_u128(0x200 + number))
}

pub fn reason() -> Reason {
    Reason::new("because the test says so").unwrap()
}

pub fn content(title: &str) -> TemplateContent {
    TemplateContent {
        title: Title::new(title).unwrap(),
        description: Description::new("").unwrap(),
        price: Money::new(4136, Currency::from_code("EUR").unwrap()),
        validity_months: Some(1),
        vat: Vat::MultiPurpose,
    }
}

pub fn sell(id: VoucherId, template_version: u32, snapshot: TemplateContent) -> Operation {
    sell_from(TEMPLATE, id, template_version, snapshot)
}

pub fn sell_from(template: TemplateId, id: VoucherId, template_version: u32, snapshot: TemplateContent) -> Operation {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&id.0.as_bytes()[8..]);
    let code = VoucherCode::from_random(bytes);
    Operation::Sell {
        voucher: id,
        code,
        template,
        template_version,
        snapshot,
        person: PersonHash([1; 32]),
        payment: Payment::Cash,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: None,
    }
}

/// An operation that was taken, as its device keeps it.
#[derive(Debug, Clone)]
pub struct Kept {
    pub body: OperationBody,
    pub word: Word,
    /// The version of the row in which it is found.
    pub row_version: Option<u64>,
}

/// The server.
#[derive(Clone)]
pub struct Book {
    pub world: World,
    pub epoch: Uuid,
    pub last_no: i64,
    pub now: Timestamp,
    ops: u128,
}

impl Book {
    pub fn new() -> Self {
        let mut world = World::default();
        world.staff.insert(STAFF, Standing { role: Role::Admin, barred_at: None });
        let mut book = Self { world, epoch: Uuid::from_u128(1), last_no: 0, now: "2026-03-01T09:00:00Z".parse().unwrap(), ops: 0 };
        book.act(device(9), Operation::CreateTemplate { template: TEMPLATE, content: content("Introduction") });
        book
    }

    /// Begins a new epoch, as after a restore.
    pub fn rewound(mut self, now: Timestamp, epoch: u128) -> Self {
        (self.now, self.epoch) = (now, Uuid::from_u128(epoch));
        self.last_no = first_commit_no(self.last_no, now) - 1;
        // Ids of operations never come again.
        self.ops = epoch << 64;
        self
    }

    /// Somebody does that now.
    pub fn act(&mut self, device: DeviceId, operation: Operation) -> Kept {
        self.ops += 1;
        let op = OpId(Uuid::from_u128(0x300 + self.ops));
        let body = OperationBody {
            format: FORMAT,
            device,
            incarnation: 1,
            dev_seq: 1,
            op,
            at: self.now,
            staff: STAFF,
            shop: SHOP,
            online: true,
            clock_right: true,
            operation,
        };
        self.take(body, None)
    }

    /// A device brings an operation back.
    pub fn bring_back(&mut self, kept: &Kept) -> Kept {
        self.take(kept.body.clone(), Some(kept.word.clone()))
    }

    /// A device brings an operation whose answer never reached it.
    pub fn bring_unanswered(&mut self, kept: &Kept) -> Kept {
        self.take(kept.body.clone(), None)
    }

    fn take(&mut self, body: OperationBody, word: Option<Word>) -> Kept {
        self.world.decided.entry(body.operation.subject()).or_default();
        let identity = Identity { epoch: self.epoch, signing_key: SigningKey::from_bytes(&[3; 32]) };
        let scope = Scope {
            device: body.device,
            incarnation: 1,
            places: Places::only(SHOP, TimeZone::UTC),
            by_server: false,
            clock_right: true,
            policy: Policy::default(),
            identity: &identity,
        };
        let commit_no = word.as_ref().map_or(self.last_no + 1, |word| word.commit_no);
        self.last_no = self.last_no.max(commit_no);
        let fresh = Fresh { arrived: Arrived::new(1, body.encode().unwrap(), self.now), hash: ChainHash([0; 32]), word };
        let judged = judge(&scope, &mut self.world, &fresh, commit_no);
        let (outcome, row_version) = (judged.outcome.unwrap(), judged.row_version);
        self.check();
        Kept { body, word: Word { epoch: self.epoch, commit_no, outcome }, row_version }
    }

    /// What must hold at every moment.
    fn check(&self) {
        for (id, voucher) in &self.world.vouchers {
            let standing: Vec<&Redemption> = self.redemptions(*id).into_iter().filter(|made| stands(made)).collect();
            assert!(standing.len() <= 1, "more than one standing redemption: {standing:#?}");
            assert_eq!(voucher.status == Status::Used, standing.len() == 1, "{voucher:#?} {standing:#?}");
            if let [made] = standing[..] {
                assert_eq!(voucher.since.op, made.stamp.op);
            }
        }
    }

    pub fn redemptions(&self, id: VoucherId) -> Vec<&Redemption> {
        let mut found: Vec<&Redemption> = self.world.redemptions.values().filter(|made| made.voucher == id).collect();
        found.sort_by_key(|made| made.stamp.op);
        found
    }

    pub fn conflicts(&self, id: VoucherId) -> Vec<&Conflict> {
        self.world.conflicts.iter().map(|placed| &placed.conflict).filter(|conflict| conflict.voucher == id).collect()
    }

    pub fn told(&self, id: VoucherId) -> &[Told] {
        self.world.decided.get(&Subject::Voucher(id)).map_or(&[], Vec::as_slice)
    }

    /// Everything that counts, without versions: those depend on how often a row changed. A conflict that resolved itself is
    /// history, and may have been none.
    pub fn facts(&self) -> Facts {
        let mut vouchers: Vec<_> = self.world.vouchers.values().map(|row| (row.id, row.status, row.since, row.expires_on)).collect();
        vouchers.sort_by_key(|(id, ..)| *id);
        let mut redemptions: Vec<Redemption> = self.world.redemptions.values().copied().collect();
        redemptions.sort_by_key(|made| made.stamp.op);
        let open = self.world.conflicts.iter().filter(|placed| placed.conflict.state != ConflictState::Resolved);
        let conflicts = open.map(|placed| Conflict { row_version: 0, ..placed.conflict.clone() }).collect();
        let template = &self.world.templates[&TEMPLATE];
        Facts { vouchers, redemptions, conflicts, template: (template.content.clone(), template.archived, template.changed) }
    }
}

#[derive(Debug, PartialEq)]
pub struct Facts {
    vouchers: Vec<(VoucherId, Status, Stamp, Option<beadsbox_domain::Date>)>,
    redemptions: Vec<Redemption>,
    conflicts: Vec<Conflict>,
    template: (TemplateContent, bool, Stamp),
}

pub fn stands(made: &Redemption) -> bool {
    made.outcome == RedemptionOutcome::Accepted && made.undone_by.is_none()
}

pub fn applied(kept: &Kept) -> bool {
    kept.word.outcome == Outcome::Applied
}
