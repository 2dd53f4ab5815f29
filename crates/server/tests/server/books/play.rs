//! Random work in three shops: two currencies, tills that are offline for days, clocks that are wrong, collisions, and the server's expiry,
//! and another system's vouchers taken over.

use std::ops::Range;

use beadsbox_domain::{
    ConflictId, Date, ExternalCode, Imported, Money, OpId, Operation, Outcome, Payment, Replaced, Replacement, Role, Settlement, Status, TemplateContent,
    TemplateId, Timestamp, Vat, VoucherId, text,
};
use beadsbox_server::{Profile, organisation};
use beadsbox_testkit::{TestDevice, fixtures};
use fastrand::Rng;
use jiff::{SignedDuration, ToSpan as _, tz::TimeZone};
use uuid::Uuid;

use crate::support::{PASSWORD, Stage};

/// The days over which it is spread.
const DAYS: i64 = 420;
/// What a desk does in one sitting.
const SITTING: usize = 40;
/// Shops, in zones in which the day is another one most of the time.
const SHOPS: [(&str, &str); 2] = [("Soho", "America/New_York"), ("Ginza", "Asia/Tokyo")];

/// What is known of a voucher, by those who do things with it. It may be wrong: then the server refuses.
struct Known {
    id: VoucherId,
    /// Its place among the wares.
    ware: usize,
    accepted: Option<OpId>,
    cancelled: bool,
    conflicts: Vec<ConflictId>,
}

struct Desk {
    device: TestDevice,
    offline: bool,
    /// Operations whose outcomes were looked at.
    seen: usize,
    /// Asked redemptions of this device.
    asked: Vec<(usize, OpId)>,
    /// What each operation was about, by its place in the outbox.
    about: Vec<Option<usize>>,
}

/// The whole play.
pub struct Play {
    pub stage: Stage,
    rng: Rng,
    desks: Vec<Desk>,
    vouchers: Vec<Known>,
    wares: Vec<(TemplateId, TemplateContent)>,
    recorded: usize,
}

fn content(title: &str, price: Money, months: Option<u16>, vat: Vat) -> TemplateContent {
    TemplateContent { price, vat, ..fixtures::content(title, 1, months) }
}

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, beadsbox_domain::Currency::from_code(currency).unwrap())
}

impl Play {
    /// Opens the shops.
    pub async fn open(seed: u64) -> Self {
        let stage = Stage::new().await;
        stage.clock.set("2025-01-10T09:00:00Z".parse().unwrap());
        let mut shops = vec![stage.shop.id];
        for (name, zone) in SHOPS {
            shops.push(organisation::add_shop(&stage.pool, name, zone).await.unwrap().id);
        }
        for (name, role) in [("Adrien", Role::Admin), ("Margaux", Role::BackOffice), ("Camille", Role::Counter)] {
            stage.staff(name, role).await;
        }
        let mut desks = Vec::new();
        for (place, name) in ["Adrien", "Camille", "Margaux", "Camille", "Adrien", "Margaux"].into_iter().enumerate() {
            let code = organisation::add_enrolment_code(&stage.pool, shops[place % 3], Profile::Office).await.unwrap();
            let mut device = TestDevice::enrol(&stage.base, &code.code, &format!("Desk {place}")).await.unwrap();
            device.sign_in(name, PASSWORD).await.unwrap();
            device.now = stage.clock.now();
            desks.push(Desk { device, offline: false, seen: 0, asked: Vec::new(), about: Vec::new() });
        }
        let mut play = Self { stage, rng: Rng::with_seed(seed), desks, vouchers: Vec::new(), wares: Vec::new(), recorded: 0 };
        play.write_templates().await;
        play
    }

    async fn write_templates(&mut self) {
        let single = |rate_basis_points| Vat::SinglePurpose { rate_basis_points };
        let wares = [
            content("Night walk", money(4136, "EUR"), Some(1), single(2000)),
            content("Value card", money(5000, "EUR"), Some(3), Vat::MultiPurpose),
            content("Dinner", money(29_979, "USD"), Some(6), single(888)),
            content("Gift card", money(10_001, "USD"), None, Vat::MultiPurpose),
        ];
        for content in wares {
            let template = TemplateId(Uuid::now_v7());
            let created = self.desks[0].device.act(Operation::CreateTemplate { template, content: content.clone() }).await.unwrap();
            assert_eq!(created, Outcome::Applied);
            self.desks[0].about.push(None);
            self.wares.push((template, content));
        }
    }

    /// Goes on until so many operations were recorded, and every desk has sent what it has.
    pub async fn run(&mut self, operations: usize) {
        let sittings = i64::try_from(operations / SITTING).unwrap().max(1);
        let step = SignedDuration::from_secs(DAYS * 86_400 / sittings);
        let mut sitting = 0;
        while self.recorded < operations {
            let desk = self.rng.usize(..self.desks.len());
            let from = self.stage.clock.now();
            self.stage.clock.advance(step);
            self.sit(desk, from, SITTING.min(operations - self.recorded));
            // Now and then a line is cut for a while.
            self.desks[desk].offline = self.rng.u8(..10) < if self.desks[desk].offline { 6 } else { 2 };
            if !self.desks[desk].offline {
                self.send(desk).await;
            }
            sitting += 1;
            if sitting % (sittings / 60 + 1) == 0 {
                self.expire().await;
                self.stage.server.as_ref().unwrap().put_sums_together_now().await.unwrap();
            }
        }
        for desk in 0..self.desks.len() {
            self.send(desk).await;
        }
        self.expire().await;
    }

    async fn expire(&self) {
        self.stage.server.as_ref().unwrap().expire_now().await.unwrap();
    }

    fn sit(&mut self, desk: usize, from: Timestamp, count: usize) {
        let until = self.stage.clock.now();
        let span = until.duration_since(from).as_secs() / i64::try_from(count.max(1)).unwrap();
        let wrong = self.rng.u8(..8) == 0;
        let off = SignedDuration::from_hours(if wrong { self.rng.i64(-72..72) } else { 0 });
        self.desks[desk].device.clock_right = !wrong;
        for place in 0..count {
            let at = from + SignedDuration::from_secs(span * i64::try_from(place).unwrap() + self.rng.i64(0..=span.max(1)));
            self.desks[desk].device.now = at.min(until) + off;
            for (about, operation) in self.operations(desk) {
                let asked = matches!(&operation, Operation::Redeem { mode: beadsbox_domain::RedeemMode::Asked, .. });
                let op = self.desks[desk].device.record(operation);
                self.desks[desk].about.push(Some(about));
                if asked {
                    self.desks[desk].asked.push((about, op));
                }
                self.recorded += 1;
            }
        }
        self.desks[desk].device.now = until;
    }

    /// Some voucher, rather a new one.
    fn some_voucher(&mut self) -> Option<usize> {
        let count = self.vouchers.len();
        let first = if self.rng.u8(..10) < 7 { count.saturating_sub(150) } else { 0 };
        (count > 0).then(|| self.rng.usize(first..count))
    }

    /// What a person does next: one operation, or two where one voucher takes the place of another.
    fn operations(&mut self, desk: usize) -> Vec<(usize, Operation)> {
        if self.rng.u8(..100) < 4 {
            self.replacement(desk)
        } else {
            self.operation(desk).into_iter().collect()
        }
    }

    fn operation(&mut self, desk: usize) -> Option<(usize, Operation)> {
        let choice = self.rng.u8(..112);
        if choice < 38 {
            let ware = self.rng.usize(..self.wares.len());
            return Some(self.sale(desk, ware, None));
        }
        if choice >= 106 {
            return Some(self.import(desk));
        }
        let about = self.some_voucher()?;
        let (voucher, accepted) = (self.vouchers[about].id, self.vouchers[about].accepted);
        let reason = fixtures::reason();
        let operation = match choice {
            38..=48 => fixtures::ask(voucher),
            49..=62 => fixtures::honour(voucher),
            63..=70 => {
                let asked = &self.desks[desk].asked;
                let (about, redemption) = *asked.get(asked.len().checked_sub(1 + self.rng.usize(..8))?)?;
                let voucher = self.vouchers[about].id;
                let honours = self.rng.bool();
                return Some((
                    about,
                    if honours {
                        Operation::honour(voucher, redemption)
                    } else {
                        Operation::Withdraw { voucher, redemption }
                    },
                ));
            }
            71..=78 => Operation::UndoRedemption { voucher, redemption: accepted?, reason },
            79..=86 => Operation::Cancel { voucher, reason },
            87..=92 => {
                let about = self.vouchers.iter().rposition(|known| known.cancelled)?;
                self.vouchers[about].cancelled = false;
                return Some((about, Operation::Refund { voucher: self.vouchers[about].id, reason, payment: *self.rng.choice(&PAYMENTS)? }));
            }
            93..=96 => Operation::HonourExpired { voucher, reason },
            100..=103 => self.extension(desk, voucher),
            104 => Operation::Chargeback { voucher, reason },
            105 => Operation::Note { voucher, text: reason },
            _ => {
                let about = self.vouchers.iter().rposition(|known| !known.conflicts.is_empty())?;
                let conflict = self.vouchers[about].conflicts.pop()?;
                let settlement = *self.rng.choice(&Settlement::ALL)?;
                return Some((about, Operation::SettleConflict { conflict, voucher: self.vouchers[about].id, seen_version: 1, settlement, reason }));
            }
        };
        Some((about, operation))
    }

    /// Days or weeks from now, by the clock of that desk.
    fn extension(&mut self, desk: usize, voucher: VoucherId) -> Operation {
        let (expires_on, expires_at) = self.last_day(desk, 1..90);
        Operation::Extend { voucher, expires_on, expires_at, reason: fixtures::reason() }
    }

    fn last_day(&mut self, desk: usize, from_now: Range<i32>) -> (Date, Timestamp) {
        let today = self.desks[desk].device.now.to_zoned(TimeZone::UTC).date();
        let day = today + self.rng.i32(from_now).days();
        (day, day.tomorrow().unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp())
    }

    /// One of another system, wherever it stood there.
    fn import(&mut self, desk: usize) -> (usize, Operation) {
        let ware = self.rng.usize(..self.wares.len());
        let (about, mut operation) = self.sale(desk, ware, None);
        let end = self.rng.bool().then(|| self.last_day(desk, -20..90));
        let ago = SignedDuration::from_hours(self.rng.i64(1..5_000));
        if let Operation::Sell { imported, .. } = &mut operation {
            *imported = Some(Box::new(Imported {
                source: text::Name::new("Old shop").unwrap(),
                code: ExternalCode::new(&format!("OLD-{about}")).unwrap(),
                sold_at: Some(self.desks[desk].device.now - ago),
                expires_on: end.map(|(day, _)| day),
                expires_at: end.map(|(_, moment)| moment),
                status: *self.rng.choice(&ELSEWHERE).unwrap(),
                since: None,
            }));
        }
        (about, operation)
    }

    /// A lost one issued again where it has no end, which a desk would have to know; else one of some ware in the same currency.
    fn replacement(&mut self, desk: usize) -> Vec<(usize, Operation)> {
        let Some(about) = self.some_voucher() else { return Vec::new() };
        let (voucher, old) = (self.vouchers[about].id, self.vouchers[about].ware);
        let content = &self.wares[old].1;
        let (value, endless) = (content.price, content.validity_months.is_none());
        let (ware, replacement) = if endless && self.rng.bool() {
            (old, Replacement::Reissue { expires_on: None, expires_at: None })
        } else {
            let in_currency: Vec<usize> = (0..self.wares.len()).filter(|ware| self.wares[*ware].1.price.currency == value.currency).collect();
            (*self.rng.choice(&in_currency).unwrap_or(&old), Replacement::Exchange)
        };
        let sale = self.sale(desk, ware, Some(Replaced { voucher, value, replacement }));
        let by = self.vouchers[sale.0].id;
        vec![(about, Operation::Replace { voucher, by, reason: fixtures::reason(), replacement: Some(replacement) }), sale]
    }

    fn sale(&mut self, desk: usize, ware: usize, instead_of: Option<Replaced>) -> (usize, Operation) {
        let (template, content) = self.wares[ware].clone();
        let person = fixtures::salted("Ada Lovelace");
        let (id, mut operation) = fixtures::sale(template, 1, content, &person);
        if let Operation::Sell { payment, replaces, .. } = &mut operation {
            *replaces = instead_of;
            *payment = self.rng.choice(PAYMENTS).unwrap_or(Payment::Cash);
        }
        self.desks[desk].device.remember(&person);
        self.vouchers.push(Known { id, ware, accepted: None, cancelled: false, conflicts: Vec::new() });
        (self.vouchers.len() - 1, operation)
    }

    /// Sends what a desk has, and looks at what became of it.
    async fn send(&mut self, desk: usize) {
        let now = self.stage.clock.now();
        let desk = &mut self.desks[desk];
        desk.device.now = now;
        desk.device.push().await.unwrap();
        for place in desk.seen..desk.device.outbox.len() {
            let result = &desk.device.results[&(place as u64 + 1)];
            let Some(known) = desk.about[place].map(|about| &mut self.vouchers[about]) else { continue };
            let op = desk.device.outbox[place].op;
            let body = beadsbox_protocol::OperationBody::decode(&desk.device.outbox[place].body).unwrap();
            match (&body.operation, result.result.as_ref().unwrap()) {
                (Operation::Redeem { .. } | Operation::HonourExpired { .. }, Outcome::Applied) => known.accepted = Some(op),
                (Operation::Cancel { .. }, Outcome::Applied) => known.cancelled = true,
                (_, Outcome::Conflict { conflict, .. }) => known.conflicts.push(*conflict),
                _ => {}
            }
        }
        desk.seen = desk.device.outbox.len();
        // Buyers are known to the server now.
        desk.device.persons.clear();
    }
}

/// Where a voucher may stand in another system.
const ELSEWHERE: [Status; 5] = [Status::Purchased, Status::Used, Status::Cancelled, Status::Refunded, Status::Expired];
const PAYMENTS: [Payment; 3] = [Payment::Cash, Payment::CardTerminal, Payment::Other];
