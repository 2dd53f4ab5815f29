//! A year of sample data: what happened when, on which device.

use beadsbox_domain::{
    ConflictId, OpId, Operation, Settlement, StaffId, TemplateContent, TemplateId, Timestamp, VoucherCode, VoucherId, expiry::last_day, operation::RedeemMode,
    text::Reason, voucher::Payment,
};
use beadsbox_protocol::person::SaltedPerson;
use jiff::{SignedDuration, tz::TimeZone};

use super::{
    cast::{self, ADMIN, BACK_OFFICE, SHOPS, STAFF, TEMPLATES},
    sampler::Sampler,
};
use crate::{
    db::person::Checked,
    error::Failure,
    push::{Draft, Persons},
};

/// How many days the year has; the templates are made before the first sale.
pub(super) const DAYS: i64 = 355;
/// What follows a sale comes no sooner: then it lies in a later week, and the weeks are taken one after another.
const LATER: i64 = 8;

/// Whose device an event happened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Actor {
    /// The till of that shop.
    Till(usize),
    Office,
    Server,
}

pub(super) struct Event {
    pub actor: Actor,
    pub draft: Draft,
}

/// Something that can be sold.
pub(super) struct Ware {
    pub id: TemplateId,
    pub content: TemplateContent,
}

impl Ware {
    /// How many days a voucher is surely good.
    fn days(&self) -> i64 {
        self.content.validity_months.map_or(3650, |months| i64::from(months) * 28)
    }
}

/// What becomes of a voucher.
#[derive(Clone, Copy)]
enum Fate {
    Purchased,
    Used,
    Cancelled,
    Refunded,
    Expired,
    /// Its last day was yesterday, and its grace goes on.
    Overdue,
    /// Two tills honoured it while offline.
    Doubled,
    /// Honoured offline after it was cancelled.
    HonouredLate,
    /// Redeemed by mistake, and given back.
    Undone,
}

/// How many vouchers have which fate: 500 together.
const FATES: [(Fate, usize); 9] = [
    (Fate::Used, 190),
    (Fate::Purchased, 160),
    (Fate::Cancelled, 40),
    (Fate::Refunded, 40),
    (Fate::Expired, 50),
    (Fate::Overdue, 8),
    (Fate::Doubled, 6),
    (Fate::HonouredLate, 3),
    (Fate::Undone, 3),
];

/// Writes the story.
pub(super) struct Plot {
    sampler: Sampler,
    now: Timestamp,
    grace: SignedDuration,
    pub wares: Vec<Ware>,
    /// The shops' zones, in their order.
    pub zones: Vec<TimeZone>,
    pub events: Vec<Event>,
    pub persons: Persons,
}

impl Plot {
    /// A year that ends now. `wares` are the templates that are there already.
    pub fn new(now: Timestamp, grace: SignedDuration, mut wares: Vec<Ware>) -> Result<Self, Failure> {
        for template in TEMPLATES.iter().filter(|template| !template.archived) {
            wares.push(Ware { id: template.id, content: template.content()? });
        }
        let zones = SHOPS.iter().map(|shop| cast::sound(TimeZone::get(shop.time_zone))).collect::<Result<_, _>>()?;
        Ok(Self { sampler: Sampler::new(), now, grace, wares, zones, events: Vec::new(), persons: Persons::new() })
    }

    pub fn write(mut self) -> Result<Self, Failure> {
        self.write_templates()?;
        for (fate, count) in FATES {
            for number in 0..count {
                self.write_voucher(fate, number)?;
            }
        }
        Ok(self)
    }

    fn write_templates(&mut self) -> Result<(), Failure> {
        let made = self.now - SignedDuration::from_hours((DAYS + 10) * 24);
        for template in &TEMPLATES {
            let operation = Operation::CreateTemplate { template: template.id, content: template.content()? };
            self.add(Actor::Office, BACK_OFFICE, made, true, operation);
            if template.archived {
                let archived = self.at_days_ago(100);
                self.add(Actor::Office, BACK_OFFICE, archived, true, Operation::ArchiveTemplate { template: template.id, archived: true });
            }
        }
        Ok(())
    }

    fn write_voucher(&mut self, fate: Fate, number: usize) -> Result<(), Failure> {
        match fate {
            Fate::Purchased => {
                let ware = self.ware(|_| true);
                let age = self.sampler.between(0, DAYS.min(self.wares[ware].days() - 3));
                self.sell(ware, age).map(|_| ())
            }
            Fate::Used => {
                let sold = self.sell_some(|_| true, LATER + 1)?;
                let till = self.till();
                let mode = if self.sampler.once_in(4) { RedeemMode::Honoured } else { RedeemMode::Asked };
                self.at_till(till, sold.later_at, mode == RedeemMode::Asked, Operation::redeem(sold.voucher, mode));
                Ok(())
            }
            Fate::Cancelled | Fate::Refunded => self.write_cancelled(matches!(fate, Fate::Refunded)),
            Fate::Expired => self.write_expired(),
            Fate::Overdue => self.write_overdue(),
            Fate::Doubled => self.write_doubled(number == 0),
            Fate::HonouredLate => self.write_honoured_late(),
            Fate::Undone => self.write_undone(),
        }
    }

    fn write_cancelled(&mut self, refunded: bool) -> Result<(), Failure> {
        let sold = self.sell_some(|_| true, 3 * LATER)?;
        let cancelled_at = self.at_days_ago(sold.age - LATER);
        let reason = reason("The buyer changed their mind")?;
        self.add(Actor::Office, BACK_OFFICE, cancelled_at, true, Operation::Cancel { voucher: sold.voucher, reason: reason.clone() });
        if refunded {
            let refunded_at = self.at_days_ago(sold.age - 2 * LATER);
            let operation = Operation::Refund { voucher: sold.voucher, reason, payment: Payment::CardTerminal };
            self.add(Actor::Office, BACK_OFFICE, refunded_at, true, operation);
        }
        Ok(())
    }

    fn write_expired(&mut self) -> Result<(), Failure> {
        let ware = self.ware(|ware| ware.content.validity_months.is_some_and(|months| months <= 3));
        let least = i64::from(self.wares[ware].content.validity_months.unwrap_or(1)) * 31 + 5;
        let age = self.sampler.between(least, DAYS);
        let (voucher, till, sold_at) = self.sell(ware, age)?;
        let (_, end) = self.end_of(ware, till, sold_at)?;
        let at = end + self.grace + SignedDuration::from_hours(2);
        self.add(Actor::Server, StaffId(uuid::Uuid::nil()), at, true, Operation::Expire { voucher });
        Ok(())
    }

    fn write_overdue(&mut self) -> Result<(), Failure> {
        let ware = self.ware(|ware| ware.content.validity_months.is_some_and(|months| months <= 6));
        let months = i64::from(self.wares[ware].content.validity_months.unwrap_or(1));
        // The day of sale whose last day was yesterday; at the end of a month there may be none, then one more day is over.
        for age in (months * 28..=months * 31 + 4).rev() {
            let (_, end) = self.end_of(ware, 0, self.now - SignedDuration::from_hours(age * 24))?;
            if end <= self.now && self.now.duration_since(end) < SignedDuration::from_hours(24) {
                return self.sell_at(ware, 0, self.now - SignedDuration::from_hours(age * 24)).map(|_| ());
            }
        }
        Ok(())
    }

    fn write_doubled(&mut self, settled: bool) -> Result<(), Failure> {
        let sold = self.sell_some(|ware| ware.days() > 80, 2 * LATER)?;
        let honour = Operation::redeem(sold.voucher, RedeemMode::Honoured);
        self.at_till(0, sold.later_at, false, honour.clone());
        let second = self.at_till(1, sold.later_at + SignedDuration::from_mins(95), false, honour);
        if settled {
            let operation = Operation::SettleConflict {
                conflict: ConflictId::from(second),
                voucher: sold.voucher,
                seen_version: 1,
                settlement: Settlement::WriteOff,
                reason: reason("Printed twice; the second guest was served before we knew")?,
            };
            self.add(Actor::Office, ADMIN, sold.later_at + SignedDuration::from_hours(20), true, operation);
        }
        Ok(())
    }

    fn write_honoured_late(&mut self) -> Result<(), Failure> {
        let sold = self.sell_some(|ware| ware.days() > 80, 3 * LATER)?;
        let cancelled_at = self.at_days_ago(sold.age - LATER);
        let cancel = Operation::Cancel { voucher: sold.voucher, reason: reason("Reported as lost")? };
        self.add(Actor::Office, BACK_OFFICE, cancelled_at, true, cancel);
        let at = self.at_days_ago(sold.age - 2 * LATER);
        self.at_till(2, at, false, Operation::redeem(sold.voucher, RedeemMode::Honoured));
        Ok(())
    }

    fn write_undone(&mut self) -> Result<(), Failure> {
        // Good for longer than the year, so that it is still purchased today.
        let sold = self.sell_some(|ware| ware.days() > DAYS + 10, LATER + 2)?;
        let till = self.till();
        let redemption = self.at_till(till, sold.later_at, true, Operation::redeem(sold.voucher, RedeemMode::Asked));
        let operation = Operation::UndoRedemption { voucher: sold.voucher, redemption, reason: reason("Scanned the wrong voucher")? };
        self.add(Actor::Office, BACK_OFFICE, sold.later_at + SignedDuration::from_mins(40), true, operation);
        Ok(())
    }
}

/// A sale that something follows.
struct Sold {
    voucher: VoucherId,
    /// How many days ago.
    age: i64,
    /// A moment well after the sale and before the end.
    later_at: Timestamp,
}

impl Plot {
    /// Sells something at least `least` days ago.
    fn sell_some(&mut self, fits: impl Fn(&Ware) -> bool, least: i64) -> Result<Sold, Failure> {
        let ware = self.ware(fits);
        let age = self.sampler.between(least, DAYS);
        let (voucher, ..) = self.sell(ware, age)?;
        let latest = (age - 1).min(self.wares[ware].days() - 2).max(LATER);
        let later = self.sampler.between(LATER, latest);
        let later_at = self.at_days_ago(age - later);
        Ok(Sold { voucher, age, later_at })
    }

    fn sell(&mut self, ware: usize, age: i64) -> Result<(VoucherId, usize, Timestamp), Failure> {
        let (till, at) = (self.till(), self.at_days_ago(age));
        Ok((self.sell_at(ware, till, at)?, till, at))
    }

    fn sell_at(&mut self, ware: usize, till: usize, at: Timestamp) -> Result<VoucherId, Failure> {
        let person = cast::person(&mut self.sampler)?;
        let salted = cast::sound(SaltedPerson::new(&person, self.sampler.bytes()))?;
        let hash = cast::sound(salted.hash())?;
        self.persons.insert(hash, Checked { hash, salt: cast::sound(hex::decode(&salted.salt))?, person: salted.person });
        let voucher = VoucherId(self.sampler.id_at(at));
        let payment = *self.sampler.pick(&[Payment::CardTerminal, Payment::CardTerminal, Payment::Cash, Payment::Other]);
        let operation = Operation::Sell {
            voucher,
            code: VoucherCode::from_random(self.sampler.bytes()),
            template: self.wares[ware].id,
            template_version: 1,
            snapshot: self.wares[ware].content.clone(),
            person: hash,
            payment,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: None,
            mail: None,
        };
        self.at_till(till, at, true, operation);
        Ok(voucher)
    }

    fn end_of(&self, ware: usize, till: usize, sold_at: Timestamp) -> Result<(beadsbox_domain::Date, Timestamp), Failure> {
        let months = self.wares[ware].content.validity_months.unwrap_or(1);
        last_day(sold_at, months, &self.zones[till]).ok_or_else(|| Failure::Defect("sample data beyond the calendar".to_owned()))
    }

    fn ware(&mut self, fits: impl Fn(&Ware) -> bool) -> usize {
        let fitting: Vec<usize> = (0..self.wares.len()).filter(|place| fits(&self.wares[*place])).collect();
        *self.sampler.pick(&fitting)
    }

    fn till(&mut self) -> usize {
        usize::try_from(self.sampler.between(0, 2)).unwrap_or(0)
    }

    /// A moment in that day's opening hours, never later than now.
    fn at_days_ago(&mut self, days: i64) -> Timestamp {
        let day = self.now.as_second().div_euclid(86_400) - days;
        let second = day * 86_400 + 9 * 3600 + self.sampler.between(0, 9 * 3600);
        let at = Timestamp::from_second(second).unwrap_or(self.now);
        at.min(self.now - SignedDuration::from_mins(2))
    }

    fn at_till(&mut self, till: usize, at: Timestamp, online: bool, operation: Operation) -> OpId {
        self.add(Actor::Till(till), STAFF[till].id, at, online, operation)
    }

    fn add(&mut self, actor: Actor, staff: StaffId, at: Timestamp, online: bool, operation: Operation) -> OpId {
        let op = self.sampler.op_at(at);
        self.events.push(Event { actor, draft: Draft { op, at, staff, shop: None, online, operation } });
        op
    }
}

fn reason(text: &str) -> Result<Reason, Failure> {
    cast::sound(Reason::new(text))
}
