//! Vouchers by the million, made by rule and copied into the tables as one transaction: what a push of each would leave behind but
//! for the operations, which no row of the table reads. The feed shows them as the newest changes.

use std::{fmt::Write as _, ops::Range};

use anyhow::Context as _;
use beadsbox_domain::{Person, Timestamp, VoucherCode, text::PersonName};
use beadsbox_protocol::person::SaltedPerson;
use jiff::{SignedDuration, tz::TimeZone};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Centre;

/// The lock of the server's sequencer: nobody else numbers the feed meanwhile.
const SEQUENCER_LOCK: i64 = 0x6265_6164_7365_7131;
/// How many templates there are.
const TEMPLATES: u64 = 40;
/// The first sale lies so many days back.
const DAYS: i64 = 1000;
/// How long a voucher is valid.
const VALID_DAYS: i64 = 365;
/// How many vouchers are made at a time.
const CHUNK: u64 = 20_000;
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Adds the templates that vouchers are sold from.
pub(super) async fn templates(pool: &PgPool) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    for number in 0..TEMPLATES {
        let id = template(number);
        sqlx::query(
            "INSERT INTO voucher_template (id, version, archived, changed_op, changed_at, changed_staff, changed_shop, changed_device, row_version)
             SELECT $1, 1, false, $2, now(), id, id, id, 1 FROM device WHERE id = '00000000-0000-0000-0000-000000000000'",
        )
        .bind(id)
        .bind(Uuid::now_v7())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO voucher_template_version (template_id, version, title, description, price_minor, currency, validity_months, vat_kind)
             VALUES ($1, 1, $2, $3, $4, 'EUR', 12, 'multi_purpose')",
        )
        .bind(id)
        .bind(title(number))
        .bind("An afternoon at the long table, with beads of glass, wood and amber, and somebody who knows how. ".repeat(3))
        .bind(i64::try_from(number % 23)? * 500 + 1500)
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO change_inbox (kind, entity_id) VALUES ('template', $1)").bind(id).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

fn template(number: u64) -> Uuid {
    Uuid::from_u128(0x019a_0000_0000_7000_8000_0001_0000_0000 + u128::from(number))
}

fn title(number: u64) -> String {
    const KINDS: [&str; 8] = ["Necklace", "Bracelet", "Earrings", "Glass fusing", "Amber carving", "Bead loom", "Silver clay", "Wire wrapping"];
    const LEVELS: [&str; 5] = ["for beginners", "for the patient", "in an evening", "for two", "with the master"];
    let (kind, level) = (number % 8, number / 8 % 5);
    let name = |names: &[&str], place: u64| usize::try_from(place).ok().and_then(|place| names.get(place).map(ToString::to_string)).unwrap_or_default();
    format!("{} {}", name(&KINDS, kind), name(&LEVELS, level))
}

/// Adds the vouchers of those numbers out of `total`; one in seven was sold in the second shop.
pub async fn stock(centre: &Centre, numbers: Range<u64>, total: u64) -> anyhow::Result<()> {
    let pool = centre.pool();
    let mut tx = pool.begin().await?;
    // A row's references are sound by how they are made; checking a million of them one by one would only take long.
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *tx).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SEQUENCER_LOCK).execute(&mut *tx).await?;
    let head: i64 = sqlx::query_scalar("SELECT coalesce(max(to_seq), 0) FROM feed_batch").fetch_one(&mut *tx).await?;
    let now = Timestamp::now();
    let mut seq = head;
    for begin in numbers.clone().step_by(usize::try_from(CHUNK)?) {
        let mut tables = Tables::default();
        for number in begin..numbers.end.min(begin + CHUNK) {
            seq += 1;
            let shop = if number % 7 == 0 { centre.second_shop } else { centre.shop };
            tables.add(&Made::new(number, total, now)?, shop.0, centre.staff.0, seq)?;
        }
        tables.copy_into(&mut tx).await?;
    }
    sqlx::query("INSERT INTO feed_batch (to_seq, tag) VALUES ($1, $2)")
        .bind(seq)
        .bind(Uuid::now_v7().simple().to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    sqlx::raw_sql("ANALYZE; CHECKPOINT").execute(&pool).await?;
    Ok(())
}

/// Changes those vouchers as an operation would and puts them at the feed's end, without telling the server.
pub async fn change(pool: &PgPool, vouchers: &[Uuid]) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SEQUENCER_LOCK).execute(&mut *tx).await?;
    sqlx::query("UPDATE voucher SET row_version = row_version + 1 WHERE id = ANY($1)")
        .bind(vouchers)
        .execute(&mut *tx)
        .await?;
    let head: i64 = sqlx::query_scalar(
        "WITH head AS (SELECT max(to_seq) AS seq FROM feed_batch),
              placed AS (UPDATE change_feed f SET seq = (SELECT seq FROM head) + n.place
                         FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, place) WHERE f.kind = 'voucher' AND f.entity_id = n.id RETURNING f.seq)
         SELECT max(seq) FROM placed",
    )
    .bind(vouchers)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("INSERT INTO feed_batch (to_seq, tag) VALUES ($1, $2)")
        .bind(head)
        .bind(Uuid::now_v7().simple().to_string())
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// A voucher and its buyer.
struct Made {
    id: Uuid,
    code: VoucherCode,
    template: Uuid,
    person: SaltedPerson,
    hash: String,
    sold_at: Timestamp,
    expires_on: String,
    expires_at: Timestamp,
    status: &'static str,
    since_op: Uuid,
    since_at: Timestamp,
}

impl Made {
    /// The voucher of that number: the same each time, but for the day that it is counted back from.
    fn new(number: u64, total: u64, now: Timestamp) -> anyhow::Result<Self> {
        let mut dice = Dice(number);
        let age = SignedDuration::from_hours(24 * DAYS) * i32::try_from(1000 - number.min(total) * 999 / total.max(1))? / 1000;
        let sold_at = whole_seconds(now - age - SignedDuration::from_secs(i64::try_from(dice.roll() % 80_000)?))?;
        let expires_at = whole_seconds(sold_at + SignedDuration::from_hours(24 * (VALID_DAYS + 1)))?;
        let expired = expires_at < now + SignedDuration::from_hours(24 * 5);
        let status = match (dice.roll() % 20, expired) {
            (0..=9, false) => "purchased",
            (0..=9, true) => "expired",
            (10, _) => "cancelled",
            (11, _) => "refunded",
            _ => "used",
        };
        let later = (now - sold_at).total(jiff::Unit::Second)?.abs().min(300.0 * 86_400.0);
        #[expect(clippy::cast_possible_truncation, reason = "some whole second before now")]
        let since_at = if status == "purchased" {
            sold_at
        } else {
            sold_at + SignedDuration::from_secs((later / 2.0) as i64)
        };
        let person = Person { buyer: PersonName::new(&dice.name()).context("a buyer's name")?, email: None, recipient: None, message: None };
        let person = SaltedPerson::new(&person, [dice.roll().to_be_bytes(), dice.roll().to_be_bytes()].concat().try_into().unwrap_or_default())?;
        let hash = hex::encode(person.hash()?.0);
        Ok(Self {
            id: time_ordered(sold_at, number, 1),
            code: VoucherCode::from_random(dice.roll().to_be_bytes()),
            template: template(dice.roll() % TEMPLATES),
            person,
            hash,
            sold_at,
            expires_on: expires_at.to_zoned(TimeZone::UTC).date().yesterday()?.to_string(),
            expires_at,
            status,
            since_op: time_ordered(since_at, number, 2),
            since_at,
        })
    }
}

fn whole_seconds(at: Timestamp) -> anyhow::Result<Timestamp> {
    Ok(Timestamp::from_second(at.as_second())?)
}

/// An id as a device would give it at that moment.
fn time_ordered(at: Timestamp, number: u64, kind: u8) -> Uuid {
    let mut random = [kind; 10];
    random[2..].copy_from_slice(&Dice(number ^ u64::from(kind) << 56).roll().to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at.as_millisecond()).unwrap_or(0), &random).into_uuid()
}

/// `SplitMix64`: the same rolls for the same number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_of(&mut self, parts: &[&'static str]) -> &'static str {
        let place = self.roll() % parts.len().max(1) as u64;
        usize::try_from(place).ok().and_then(|place| parts.get(place).copied()).unwrap_or_default()
    }

    /// One of some ten thousand names.
    fn name(&mut self) -> String {
        const FIRST: [&str; 24] = [
            "Ada",
            "Béatrice",
            "Claire",
            "Denis",
            "Élodie",
            "Farid",
            "Giulia",
            "Hugo",
            "Inès",
            "Jürgen",
            "Karim",
            "Łukasz",
            "Marie",
            "Noé",
            "Océane",
            "Paul",
            "Quentin",
            "Rosa",
            "Søren",
            "Théo",
            "Ursula",
            "Vera",
            "Yasmine",
            "Zoë",
        ];
        const BEGIN: [&str; 16] = ["Ber", "Cha", "Du", "Fer", "Gar", "Hof", "Ki", "Lam", "Mor", "Nov", "Ol", "Per", "Ros", "Sal", "Tho", "Vil"];
        const MIDDLE: [&str; 10] = ["ba", "de", "gi", "le", "ma", "no", "ra", "se", "ti", "va"];
        const END: [&str; 12] = ["ck", "l", "mann", "n", "nd", "ni", "r", "rd", "s", "t", "ux", "z"];
        format!("{} {}{}{}", self.one_of(&FIRST), self.one_of(&BEGIN), self.one_of(&MIDDLE), self.one_of(&END))
    }
}

/// Lines in the text format of COPY.
#[derive(Default)]
struct Tables {
    persons: String,
    vouchers: String,
    redemptions: String,
    feed: String,
}

impl Tables {
    fn add(&mut self, made: &Made, shop: Uuid, staff: Uuid, seq: i64) -> std::fmt::Result {
        let Made { id, template, hash, sold_at, expires_on, expires_at, status, since_op, since_at, .. } = made;
        let sold_op = if *status == "purchased" { *since_op } else { time_ordered(*sold_at, since_op.as_u64_pair().1, 3) };
        // In this format a backslash is written twice; JSON has no other byte that COPY would take for its own.
        writeln!(self.persons, "\\\\x{hash}\t\\\\x{}\t{}", made.person.salt, made.person.person.replace('\\', "\\\\"))?;
        writeln!(
            self.vouchers,
            "{id}\t{}\t{template}\t1\t\\\\x{hash}\tcash\t{sold_op}\t{sold_at}\t{staff}\t{shop}\t{NOBODY}\t{expires_on}\t{expires_at}\t{status}\t\
             {since_op}\t{since_at}\t{staff}\t{shop}\t{NOBODY}\t{}\t\\N\t\\N",
            made.code.compact(),
            1 + i64::from(*status != "purchased")
        )?;
        if *status == "used" {
            writeln!(self.redemptions, "{since_op}\t{id}\t{since_at}\t{staff}\t{shop}\t{NOBODY}\tasked\taccepted\t\\N")?;
        }
        writeln!(self.feed, "voucher\t{id}\t{seq}")
    }

    async fn copy_into(self, conn: &mut PgConnection) -> anyhow::Result<()> {
        let tables = [("person", self.persons), ("voucher", self.vouchers), ("redemption", self.redemptions), ("change_feed", self.feed)];
        for (table, lines) in tables {
            let mut copy = conn.copy_in_raw(&format!("COPY {table} FROM STDIN")).await?;
            copy.send(lines.as_bytes()).await?;
            copy.finish().await?;
        }
        Ok(())
    }
}
