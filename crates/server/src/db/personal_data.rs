//! `person` with the vouchers that name it: what is held on somebody.

use std::collections::{BTreeMap, HashMap};

use beadsbox_domain::{
    Currency, Money, Person, PersonHash, Status, Timestamp, VoucherCode, VoucherId,
    folding::fold,
    text::{Email, PersonName},
};
use beadsbox_protocol::personal_data::PersonVoucher;
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::damaged;
use crate::error::Failure;

type Record = (Vec<u8>, String);

fn read((hash, person): Record) -> Result<(PersonHash, Person), Failure> {
    let hash = hash_of(hash)?;
    Ok((hash, serde_json::from_str(&person).map_err(|_| damaged("person.person"))?))
}

fn hash_of(bytes: Vec<u8>) -> Result<PersonHash, Failure> {
    bytes.try_into().map(PersonHash).map_err(|_| damaged("person.hash"))
}

fn columns(hashes: &[PersonHash]) -> Vec<&[u8]> {
    hashes.iter().map(|hash| hash.0.as_slice()).collect()
}

/// As many as are read at once while one is looked for.
const PAGE: i64 = 5000;

/// People in whose names or address that folded text stands, by the buyers' names; the first so many. Nothing but the fold decides, and here it
/// is made of each candidate: PostgreSQL has none like it. A row of plain ASCII without escapes folds to its lower case, so that PostgreSQL leaves
/// out those that cannot match.
pub async fn find(conn: &mut PgConnection, folded: &str, limit: usize) -> Result<Vec<(PersonHash, Person)>, Failure> {
    let pattern = format!("%{}%", folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let mut found = BTreeMap::new();
    let mut after = Vec::new();
    loop {
        let candidates: Vec<Record> = sqlx::query_as(
            "SELECT hash, person FROM person WHERE hash > $1
                 AND (octet_length(person) <> char_length(person) OR position('\\' IN person) > 0 OR lower(person COLLATE \"C\") LIKE $2)
             ORDER BY hash LIMIT $3",
        )
        .bind(&after)
        .bind(&pattern)
        .bind(PAGE)
        .fetch_all(&mut *conn)
        .await?;
        let Some((last, _)) = candidates.last() else { break };
        after.clone_from(last);
        for record in candidates {
            let (hash, person) = read(record)?;
            if stands_in(folded, &person) {
                found.insert((fold(person.buyer.as_str()), hash), person);
            }
            if found.len() > limit {
                found.pop_last();
            }
        }
    }
    Ok(found.into_iter().map(|((_, hash), person)| (hash, person)).collect())
}

fn stands_in(folded: &str, person: &Person) -> bool {
    let names = [Some(&person.buyer), person.recipient.as_ref()].into_iter().flatten().map(PersonName::as_str);
    names.chain(person.email.as_ref().map(Email::as_str)).any(|text| fold(text).contains(folded))
}

/// Those of these that are there.
pub async fn by_hashes(conn: &mut PgConnection, hashes: &[PersonHash]) -> Result<Vec<(PersonHash, Person)>, Failure> {
    let found: Vec<Record> = sqlx::query_as("SELECT hash, person FROM person WHERE hash = ANY($1) ORDER BY hash")
        .bind(columns(hashes))
        .fetch_all(conn)
        .await?;
    found.into_iter().map(read).collect()
}

#[derive(FromRow)]
struct VoucherRecord {
    person_hash: Vec<u8>,
    id: Uuid,
    code: String,
    title: String,
    price_minor: i64,
    currency: String,
    status: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    since_at: Timestamp,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    sold_at: Timestamp,
    shop: Option<String>,
    expires_on: Option<jiff_sqlx::Date>,
}

impl VoucherRecord {
    fn read(self) -> Result<(PersonHash, PersonVoucher), Failure> {
        let currency = Currency::from_code(&self.currency).map_err(|_| damaged("voucher_template_version.currency"))?;
        let voucher = PersonVoucher {
            id: VoucherId(self.id),
            code: VoucherCode::parse(&self.code).map_err(|_| damaged("voucher.code"))?.to_string(),
            title: self.title,
            price: Money::new(self.price_minor, currency),
            status: Status::from_name(&self.status).ok_or_else(|| damaged("voucher.status"))?,
            since: self.since_at,
            sold_at: self.sold_at,
            shop: self.shop.unwrap_or_default(),
            expires_on: self.expires_on.map(jiff_sqlx::Date::to_jiff),
        };
        Ok((hash_of(self.person_hash)?, voucher))
    }
}

/// Their vouchers, the oldest sale first.
pub async fn vouchers_of(conn: &mut PgConnection, hashes: &[PersonHash]) -> Result<HashMap<PersonHash, Vec<PersonVoucher>>, Failure> {
    let records: Vec<VoucherRecord> = sqlx::query_as(
        "SELECT v.person_hash, v.id, v.code, t.title, t.price_minor, t.currency, v.status, v.since_at, v.sold_at, s.name AS shop, v.expires_on
         FROM voucher v JOIN voucher_template_version t ON t.template_id = v.template_id AND t.version = v.template_version
              LEFT JOIN shop s ON s.id = v.sold_shop
         WHERE v.person_hash = ANY($1) ORDER BY v.sold_at, v.id",
    )
    .bind(columns(hashes))
    .fetch_all(conn)
    .await?;
    let mut vouchers: HashMap<PersonHash, Vec<PersonVoucher>> = HashMap::new();
    for record in records {
        let (hash, voucher) = record.read()?;
        vouchers.entry(hash).or_default().push(voucher);
    }
    Ok(vouchers)
}

/// The vouchers that name them, locked.
pub async fn lock_vouchers(conn: &mut PgConnection, hashes: &[PersonHash]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("SELECT id FROM voucher WHERE person_hash = ANY($1) ORDER BY id FOR UPDATE")
        .bind(columns(hashes))
        .fetch_all(conn)
        .await
}

/// The rows of these vouchers are newer than what devices hold.
pub async fn count_change(conn: &mut PgConnection, vouchers: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query("UPDATE voucher SET row_version = row_version + 1 WHERE id = ANY($1)").bind(vouchers).execute(conn).await?;
    Ok(())
}

/// Of the next people after that hash, so many: the last one's hash, and those of them whose vouchers are all final since before that moment, or
/// who were erased and came back. Since when says the device's clock, which may be years behind, so that it counts from when the server heard of
/// it at the earliest.
pub async fn outlived(conn: &mut PgConnection, after: &[u8], before: Option<Timestamp>, limit: i64) -> Result<(Option<Vec<u8>>, Vec<PersonHash>), Failure> {
    let found: Vec<(Vec<u8>, bool)> = sqlx::query_as(
        "SELECT p.hash, EXISTS (SELECT FROM erased_person e WHERE e.hash = p.hash)
             OR (EXISTS (SELECT FROM voucher v WHERE v.person_hash = p.hash)
                 AND NOT EXISTS (SELECT FROM voucher v LEFT JOIN operation o ON o.op_id = v.since_op AND o.taken
                                 WHERE v.person_hash = p.hash
                                 AND ($2::timestamptz IS NULL OR greatest(v.since_at, o.received_at) >= $2 OR NOT v.status = ANY($3))))
         FROM person p WHERE p.hash > $1 ORDER BY p.hash LIMIT $4",
    )
    .bind(after)
    .bind(before.map(ToSqlx::to_sqlx))
    .bind(Status::ALL.into_iter().filter(|status| status.is_final()).map(Status::name).collect::<Vec<_>>())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let last = found.last().map(|(hash, _)| hash.clone());
    let outlived = found.into_iter().filter(|(_, is_outlived)| *is_outlived).map(|(hash, _)| hash_of(hash)).collect::<Result<_, _>>()?;
    Ok((last, outlived))
}
