//! Vouchers by the hundred thousand, to try and measure at size.
//!
//! They are written straight into the tables, with buyers, statuses and redemptions like those of the sample data, and put into
//! the feed. They have no operations, so their histories are empty. A number gives the same voucher every time on one day.

use std::{collections::HashMap, fmt::Write as _};

use beadsbox_domain::{Date, ShopId, StaffId, Status, Timestamp, VoucherCode, expiry::last_day};
use beadsbox_protocol::person::SaltedPerson;
use jiff::{SignedDuration, tz::TimeZone};
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    cast::{self, BACK_OFFICE, SHOPS, STAFF},
    device_name, first_wares,
    plot::{Actor, DAYS, Plot, Ware},
    sampler::Sampler,
};
use crate::{
    Clock,
    db::{self, device::SERVER, feed, lock::Lock},
    error::{Failure, StartError},
    token,
};

/// How many vouchers are written at once.
const BLOCK: u64 = 10_000;

const COPY_VOUCHERS: &str = "COPY voucher (id, code, template_id, template_version, person_hash, payment, sold_op, sold_at, sold_staff, sold_shop, sold_device,
     expires_on, expires_at, status, since_op, since_at, since_staff, since_shop, since_device, row_version) FROM STDIN";
const COPY_PERSONS: &str = "COPY person (hash, salt, person) FROM STDIN";
const COPY_REDEMPTIONS: &str = "COPY redemption (op_id, voucher_id, at, staff_id, shop_id, device_id, mode, outcome) FROM STDIN";

/// Adds vouchers until there are that many in all. How many it added. The sample data must be there.
pub async fn fill(pool: &PgPool, clock: &Clock, total: u64) -> Result<u64, StartError> {
    let mut tx = pool.begin().await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    // Two at once take turns.
    sqlx::query("LOCK TABLE shop IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    let there = db::to_count(sqlx::query_scalar("SELECT count(*) FROM voucher").fetch_one(&mut *tx).await?);
    if there >= total {
        return Ok(0);
    }
    let mill = Mill::new(&mut tx, clock.now()).await?;
    let (blocks, mut ground) = mpsc::channel(1);
    let grinding = tokio::task::spawn_blocking(move || mill.grind(there..total, &blocks));
    while let Some(block) = ground.recv().await {
        copy(&mut tx, COPY_VOUCHERS, &block.vouchers).await?;
        copy(&mut tx, COPY_PERSONS, &block.persons).await?;
        copy(&mut tx, COPY_REDEMPTIONS, &block.redemptions).await?;
    }
    grinding.await.map_err(|error| Failure::Defect(format!("making vouchers: {error}")))??;
    feed_vouchers(&mut tx).await?;
    db::ledger::book_without_history(&mut tx).await?;
    tx.commit().await?;
    settle_statistics(pool).await?;
    Ok(total - there)
}

async fn copy(conn: &mut PgConnection, statement: &'static str, lines: &str) -> Result<(), Failure> {
    let mut copying = conn.copy_in_raw(statement).await?;
    copying.send(lines.as_bytes()).await?;
    copying.finish().await?;
    Ok(())
}

/// Puts every voucher into the feed that is not in it, as one batch of the sequencer.
async fn feed_vouchers(conn: &mut PgConnection) -> Result<(), Failure> {
    Lock::Sequencer.wait(conn).await?;
    let head = feed::append_vouchers(conn, &hex::encode(token::random::<16>()?)).await?;
    feed::announce(conn, head).await?;
    Ok(())
}

/// What the planner knows of the tables; autovacuum would get there too, later.
async fn settle_statistics(pool: &PgPool) -> sqlx::Result<()> {
    let mut conn = pool.acquire().await?;
    sqlx::query("SET statement_timeout = 0").execute(&mut *conn).await?;
    sqlx::query("VACUUM (ANALYZE) voucher, person, redemption, change_feed, ledger_entry").execute(&mut *conn).await?;
    conn.close().await
}

/// Lines for `COPY`.
#[derive(Default)]
struct Block {
    vouchers: String,
    persons: String,
    redemptions: String,
}

/// A place where something happens, with who stands there.
#[derive(Clone, Copy)]
struct Place {
    staff: StaffId,
    shop: ShopId,
    device: Uuid,
}

/// Who, where, when, by which operation.
#[derive(Clone, Copy)]
struct Moment {
    op: Uuid,
    at: Timestamp,
    place: Place,
}

/// Makes vouchers.
struct Mill {
    now: Timestamp,
    grace: SignedDuration,
    wares: Vec<Ware>,
    zones: Vec<TimeZone>,
    tills: Vec<Place>,
    office: Place,
    /// The last day of a sale, by months, shop and day of the sale.
    ends: HashMap<(u16, usize, i64), (Date, Timestamp)>,
}

impl Mill {
    async fn new(conn: &mut PgConnection, now: Timestamp) -> Result<Self, Failure> {
        let grace = SignedDuration::from_hours(i64::from(db::settings::read(conn).await?.policy.expiry_grace_hours));
        let Plot { wares, zones, .. } = Plot::new(now, grace, first_wares(conn).await?)?;
        let devices: HashMap<String, Uuid> = db::device::all(conn).await?.into_iter().map(|device| (device.name.clone(), device.id.0)).collect();
        let place = |actor: Actor, shop: usize, staff: StaffId| {
            let device = devices.get(&device_name(actor)).ok_or_else(|| Failure::Defect("the sample data are missing".to_owned()))?;
            Ok::<_, Failure>(Place { staff, shop: SHOPS[shop].id, device: *device })
        };
        let tills = (0..SHOPS.len()).map(|till| place(Actor::Till(till), till, STAFF[till].id)).collect::<Result<_, _>>()?;
        Ok(Self { now, grace, wares, zones, tills, office: place(Actor::Office, 0, BACK_OFFICE)?, ends: HashMap::new() })
    }

    /// Makes the vouchers of those numbers, block by block; ends early where nobody takes them.
    fn grind(mut self, numbers: std::ops::Range<u64>, blocks: &mpsc::Sender<Block>) -> Result<(), Failure> {
        let count = numbers.end - numbers.start;
        let mut block = Block::default();
        for (place, number) in numbers.enumerate() {
            self.add(number, place as u64, count, &mut block)?;
            let made = place as u64 + 1;
            if (made.is_multiple_of(BLOCK) || made == count) && blocks.blocking_send(std::mem::take(&mut block)).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// One voucher: the later its place, the later it was sold, so that the index of the ids grows at its end.
    fn add(&mut self, number: u64, place: u64, count: u64, block: &mut Block) -> Result<(), Failure> {
        let mut sampler = Sampler::numbered(number);
        let age = DAYS - i64::try_from(place * (DAYS.unsigned_abs() + 1) / count).unwrap_or(0);
        // Within the opening hours, in which the day is the same in every shop.
        let day = self.now.as_second().div_euclid(86_400) - age - 1;
        let sold_at = Timestamp::from_second(day * 86_400 + 9 * 3600 + sampler.between(0, 9 * 3600)).unwrap_or(self.now);
        let ware = usize::try_from(sampler.between(0, i64::try_from(self.wares.len()).unwrap_or(1) - 1)).unwrap_or(0);
        let till = usize::try_from(sampler.between(0, i64::try_from(self.tills.len()).unwrap_or(1) - 1)).unwrap_or(0);
        let end = self.end_of(self.wares[ware].content.validity_months, till, day, sold_at)?;
        let id = sampler.id_at(sold_at);
        let sold = Moment { op: sampler.id_at(sold_at), at: sold_at, place: self.tills[till] };
        let (status, since, row_version) = self.fate(&mut sampler, sold, end);
        if status == Status::Used {
            write_redemption(block, id, since);
        }
        let hash = write_person(block, &mut sampler)?;
        let payment = *sampler.pick(&["card_terminal", "card_terminal", "cash", "other"]);
        let code = VoucherCode::from_random(sampler.bytes()).compact();
        let lines = &mut block.vouchers;
        let _ = write!(lines, "{id}\t{code}\t{}\t1\t\\\\x{hash}\t{payment}\t", self.wares[ware].id);
        write_moment(lines, sold);
        let _ = match end {
            Some((on, at)) => write!(lines, "\t{on}\t{at}"),
            None => write!(lines, "\t\\N\t\\N"),
        };
        let _ = write!(lines, "\t{}\t", status.name());
        write_moment(lines, since);
        let _ = writeln!(lines, "\t{row_version}");
        Ok(())
    }

    fn end_of(&mut self, months: Option<u16>, till: usize, day: i64, sold_at: Timestamp) -> Result<Option<(Date, Timestamp)>, Failure> {
        let Some(months) = months else { return Ok(None) };
        if let Some(end) = self.ends.get(&(months, till, day)) {
            return Ok(Some(*end));
        }
        let end = last_day(sold_at, months, &self.zones[till]).ok_or_else(|| Failure::Defect("sample data beyond the calendar".to_owned()))?;
        self.ends.insert((months, till, day), end);
        Ok(Some(end))
    }

    /// What became of a voucher, since when, and how often it changed.
    fn fate(&self, sampler: &mut Sampler, sold: Moment, end: Option<(Date, Timestamp)>) -> (Status, Moment, u64) {
        let latest = end.map_or(self.now, |(_, end)| end.min(self.now));
        let seconds = latest.duration_since(sold.at).as_secs();
        let later = |sampler: &mut Sampler, place| {
            let at = sold.at + SignedDuration::from_secs(sampler.between(seconds / 100, seconds * 9 / 10));
            Moment { op: sampler.id_at(at), at, place }
        };
        match sampler.between(1, 100) {
            ..=45 => {
                let till = *sampler.pick(&self.tills);
                (Status::Used, later(sampler, till), 2)
            }
            46..=50 => (Status::Cancelled, later(sampler, self.office), 2),
            51..=53 => (Status::Refunded, later(sampler, self.office), 3),
            _ => match end {
                Some((_, end)) if end + self.grace <= self.now => {
                    let at = (end + self.grace).min(self.now);
                    let server = Place { staff: StaffId(Uuid::nil()), shop: ShopId(Uuid::nil()), device: SERVER.0 };
                    (Status::Expired, Moment { op: sampler.id_at(at), at, place: server }, 2)
                }
                _ => (Status::Purchased, sold, 1),
            },
        }
    }
}

fn write_moment(lines: &mut String, Moment { op, at, place }: Moment) {
    let _ = write!(lines, "{op}\t{at}\t{}\t{}\t{}", place.staff, place.shop, place.device);
}

fn write_redemption(block: &mut Block, voucher: Uuid, since: Moment) {
    let Moment { op, at, place } = since;
    let _ = writeln!(block.redemptions, "{op}\t{voucher}\t{at}\t{}\t{}\t{}\tasked\taccepted", place.staff, place.shop, place.device);
}

/// A buyer; their hash in hexadecimal.
fn write_person(block: &mut Block, sampler: &mut Sampler) -> Result<String, Failure> {
    let person = cast::person(sampler)?;
    let salted = cast::sound(SaltedPerson::new(&person, sampler.bytes()))?;
    let hash = cast::sound(salted.hash())?.to_string();
    // JSON has neither tabs nor line breaks, only backslashes, which `COPY` wants doubled.
    let _ = writeln!(block.persons, "\\\\x{hash}\t\\\\x{}\t{}", salted.salt, salted.person.replace('\\', "\\\\"));
    Ok(hash)
}
