//! `voucher` with `person`, read as flat rows in the order of their ids: what snapshots carry and digests are computed over.
//!
//! A page is read by key, so a million rows take no more memory than one page. Building the domain's vouchers first would cost
//! a copy of the template's content for each; a test holds that both ways give the same bytes.

use std::{collections::HashMap, sync::Arc};

use beadsbox_domain::{Marks, Person, Status};
use beadsbox_protocol::{
    Profile,
    flat::{ContentHash, FlatPerson, FlatStamp, FlatVoucher, day_number, marks_text, payment_number, status_number},
    snapshot::content_hash,
};
use sqlx::{PgConnection, Row as _, postgres::PgRow, types::Json};
use uuid::Uuid;

use super::{damaged, named, person, range::Bounds, template, to_count};
use crate::error::Failure;

/// What a template said, and the name under which vouchers refer to it.
pub struct Content {
    pub hash: ContentHash,
    pub json: String,
}

/// A voucher, with the buyer as far as the profile may see.
pub struct Voucher {
    pub id: Uuid,
    pub content: Arc<Content>,
    code: String,
    template: Uuid,
    person_hash: [u8; 32],
    person: Option<Person>,
    payment: u8,
    sold: FlatStamp,
    expires_on: Option<u32>,
    expires_at: Option<i64>,
    status: u8,
    since: FlatStamp,
    home_shop: Option<[u8; 16]>,
    marks: Option<String>,
    row_version: u64,
}

impl Voucher {
    pub fn flat(&self) -> FlatVoucher<'_> {
        FlatVoucher {
            id: self.id.into_bytes(),
            code: &self.code,
            template: self.template.into_bytes(),
            content: self.content.hash,
            person_hash: self.person_hash,
            person: self.person.as_ref().map(FlatPerson::from),
            payment: self.payment,
            sold: self.sold,
            expires_on: self.expires_on,
            expires_at: self.expires_at,
            status: self.status,
            since: self.since,
            home_shop: self.home_shop,
            marks: self.marks.as_deref(),
            row_version: self.row_version,
        }
    }
}

// The buyer by a subquery: whatever the planner believes of the tables, it is one look into the index for each voucher.
const PAGE: &str = "SELECT v.id, v.code, v.template_id, v.template_version, v.person_hash, v.payment,
        v.sold_op, v.sold_at, v.sold_staff, v.sold_shop, v.sold_device, v.expires_on, v.expires_at, v.status,
        v.since_op, v.since_at, v.since_staff, v.since_shop, v.since_device, v.row_version, v.home_shop,
        (SELECT p.person FROM person p WHERE p.hash = v.person_hash), v.marks
     FROM voucher v WHERE v.id >= $1 AND v.id <= $2 ORDER BY v.id LIMIT $3";

/// Reads pages for one profile; knows the contents that it has met.
pub struct Reader {
    profile: Profile,
    contents: HashMap<(Uuid, i32), Arc<Content>>,
}

impl Reader {
    pub fn new(profile: Profile) -> Self {
        Self { profile, contents: HashMap::new() }
    }

    /// The first vouchers within the bounds.
    pub async fn page(&mut self, conn: &mut PgConnection, within: Bounds, limit: i64) -> Result<Vec<Voucher>, Failure> {
        let rows = sqlx::query(PAGE).bind(within.from).bind(within.through).bind(limit).fetch_all(&mut *conn).await?;
        self.meet(conn, &rows).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Reads the contents that these vouchers are the first to name.
    async fn meet(&mut self, conn: &mut PgConnection, rows: &[PgRow]) -> Result<(), Failure> {
        let mut new = Vec::new();
        for row in rows {
            let name = content_name(row)?;
            if !self.contents.contains_key(&name) && !new.contains(&name) {
                new.push(name);
            }
        }
        let (ids, versions): (Vec<Uuid>, Vec<i32>) = new.into_iter().unzip();
        if !ids.is_empty() {
            for record in template::contents(conn, &ids, &versions).await? {
                let json = serde_json::to_string(&record.read()?).map_err(|error| Failure::Defect(format!("a template's content: {error}")))?;
                self.contents.insert((record.template_id, record.version), Arc::new(Content { hash: content_hash(&json), json }));
            }
        }
        Ok(())
    }

    fn read(&self, row: &PgRow) -> Result<Voucher, Failure> {
        let name = content_name(row)?;
        let content = self.contents.get(&name).ok_or_else(|| damaged("voucher.template_version"))?;
        let person_hash: &[u8] = row.try_get(4)?;
        let person: Option<&str> = row.try_get(21)?;
        let (payment, status): (&str, &str) = (row.try_get(5)?, row.try_get(13)?);
        let expires_on: Option<jiff_sqlx::Date> = row.try_get(11)?;
        let expires_at: Option<jiff_sqlx::Timestamp> = row.try_get(12)?;
        let marks: Option<Json<Marks>> = row.try_get(22)?;
        Ok(Voucher {
            id: row.try_get(0)?,
            content: Arc::clone(content),
            code: row.try_get(1)?,
            template: name.0,
            person_hash: person_hash.try_into().map_err(|_| damaged("voucher.person_hash"))?,
            person: person.map(|text| person::seen_by(self.profile, text)).transpose()?,
            payment: payment_number(named(payment, "voucher.payment")?),
            sold: stamp(row, 6)?,
            expires_on: expires_on.map(|day| day_number(day.to_jiff())),
            expires_at: expires_at.map(|at| at.to_jiff().as_microsecond()),
            status: status_number(Status::from_name(status).ok_or_else(|| damaged("voucher.status"))?),
            since: stamp(row, 14)?,
            home_shop: row.try_get::<Option<Uuid>, _>(20)?.map(Uuid::into_bytes),
            marks: marks.map(|marks| marks_text(&marks.0)).transpose().map_err(|_| damaged("voucher.marks"))?.flatten(),
            row_version: to_count(row.try_get(19)?),
        })
    }
}

fn content_name(row: &PgRow) -> sqlx::Result<(Uuid, i32)> {
    Ok((row.try_get(2)?, row.try_get(3)?))
}

/// The five columns of a stamp, from that one on.
fn stamp(row: &PgRow, first: usize) -> sqlx::Result<FlatStamp> {
    let id = |column: usize| row.try_get::<Uuid, _>(column).map(Uuid::into_bytes);
    let at: jiff_sqlx::Timestamp = row.try_get(first + 1)?;
    Ok(FlatStamp { op: id(first)?, at: at.to_jiff().as_microsecond(), staff: id(first + 2)?, shop: id(first + 3)?, device: id(first + 4)? })
}
