//! `voucher`.

use std::collections::{BTreeSet, HashMap};

use beadsbox_domain::{Marks, OpId, PersonHash, ShopId, Status, TemplateId, Timestamp, Voucher, VoucherCode, VoucherId};
use beadsbox_protocol::{Profile, rows::VoucherRow, trace::Trace};
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, name_of, named, person, stamp, template, to_bigint, to_count};
use crate::{error::Failure, sight};

#[derive(FromRow, Serialize)]
struct Record {
    id: Uuid,
    code: String,
    template_id: Uuid,
    template_version: i32,
    #[serde(serialize_with = "super::bytea")]
    person_hash: Vec<u8>,
    payment: String,
    sold_op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    sold_at: Timestamp,
    sold_staff: Uuid,
    sold_shop: Uuid,
    sold_device: Uuid,
    #[serde(serialize_with = "super::optional_date")]
    expires_on: Option<jiff_sqlx::Date>,
    #[serde(serialize_with = "super::optional_timestamp")]
    expires_at: Option<jiff_sqlx::Timestamp>,
    status: String,
    since_op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    since_at: Timestamp,
    since_staff: Uuid,
    since_shop: Uuid,
    since_device: Uuid,
    home_shop: Option<Uuid>,
    marks: Option<Json<Marks>>,
    row_version: i64,
}

/// What templates said, by template and version, so that vouchers of one template share it.
type Contents = HashMap<(Uuid, i32), beadsbox_domain::TemplateContent>;

impl Record {
    fn new(voucher: &Voucher, template_version: u32) -> Self {
        Self {
            id: voucher.id.0,
            code: voucher.code.compact(),
            template_id: voucher.template.0,
            template_version: template::to_version(template_version),
            person_hash: voucher.person.0.to_vec(),
            payment: name_of(voucher.payment),
            sold_op: voucher.sold.op.0,
            sold_at: voucher.sold.at,
            sold_staff: voucher.sold.staff.0,
            sold_shop: voucher.sold.shop.0,
            sold_device: voucher.sold.device.0,
            expires_on: voucher.expires_on.map(ToSqlx::to_sqlx),
            expires_at: voucher.expires_at.map(ToSqlx::to_sqlx),
            status: voucher.status.name().to_owned(),
            since_op: voucher.since.op.0,
            since_at: voucher.since.at,
            since_staff: voucher.since.staff.0,
            since_shop: voucher.since.shop.0,
            since_device: voucher.since.device.0,
            home_shop: voucher.home_shop.map(|shop| shop.0),
            marks: (!voucher.marks.is_empty()).then(|| Json(voucher.marks.clone())),
            row_version: to_bigint(voucher.row_version),
        }
    }

    fn read(self, contents: &Contents) -> Result<Voucher, Failure> {
        let snapshot = contents.get(&(self.template_id, self.template_version)).ok_or_else(|| damaged("voucher.template_version"))?;
        Ok(Voucher {
            id: VoucherId(self.id),
            code: VoucherCode::parse(&self.code).map_err(|_| damaged("voucher.code"))?,
            template: TemplateId(self.template_id),
            snapshot: snapshot.clone(),
            person: PersonHash(self.person_hash.try_into().map_err(|_| damaged("voucher.person_hash"))?),
            payment: named(&self.payment, "voucher.payment")?,
            sold: stamp(self.sold_op, self.sold_at, self.sold_staff, self.sold_shop, self.sold_device),
            expires_on: self.expires_on.map(jiff_sqlx::Date::to_jiff),
            expires_at: self.expires_at.map(jiff_sqlx::Timestamp::to_jiff),
            status: Status::from_name(&self.status).ok_or_else(|| damaged("voucher.status"))?,
            since: stamp(self.since_op, self.since_at, self.since_staff, self.since_shop, self.since_device),
            home_shop: self.home_shop.map(ShopId),
            marks: self.marks.map(|marks| marks.0).unwrap_or_default(),
            row_version: to_count(self.row_version),
        })
    }
}

async fn contents_of(conn: &mut PgConnection, named: impl Iterator<Item = (Uuid, i32)>) -> Result<Contents, Failure> {
    let distinct: BTreeSet<(Uuid, i32)> = named.collect();
    let (ids, versions): (Vec<Uuid>, Vec<i32>) = distinct.into_iter().unzip();
    read_contents(&template::contents(conn, &ids, &versions).await?)
}

fn read_contents(records: &[template::ContentRecord]) -> Result<Contents, Failure> {
    records.iter().map(|record| Ok(((record.template_id, record.version), record.read()?))).collect()
}

/// Which of these vouchers exist.
pub async fn existing(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("SELECT id FROM voucher WHERE id = ANY($1)").bind(ids).fetch_all(conn).await
}

/// Vouchers whose rows are locked, without what their templates said.
pub struct Locked(Vec<Record>);

impl Locked {
    /// The templates that they were sold from, and at which versions.
    pub fn versions(&self) -> (Vec<Uuid>, Vec<i32>) {
        let distinct: BTreeSet<(Uuid, i32)> = self.0.iter().map(|record| (record.template_id, record.template_version)).collect();
        distinct.into_iter().unzip()
    }

    /// With what those said.
    pub fn read(self, contents: &[template::ContentRecord]) -> Result<Vec<Voucher>, Failure> {
        let contents = read_contents(contents)?;
        self.0.into_iter().map(|record| record.read(&contents)).collect()
    }
}

/// These vouchers, locked in the order of their ids, so that two batches never wait for each other in a ring.
pub async fn lock_rows(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Locked> {
    let records = sqlx::query_as("SELECT * FROM voucher WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE");
    Ok(Locked(records.bind(ids).fetch_all(conn).await?))
}

/// The same, with what their templates said.
pub async fn lock(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Voucher>, Failure> {
    let locked = lock_rows(conn, ids).await?;
    let (templates, versions) = locked.versions();
    locked.read(&template::contents(conn, &templates, &versions).await?)
}

/// A voucher that was sold to somebody whose data are there.
#[derive(FromRow)]
pub struct Sold {
    pub id: Uuid,
    /// The sale.
    pub op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub at: Timestamp,
    pub staff: Uuid,
    /// Their data, as JSON.
    pub person: String,
}

/// Those of these vouchers that can be redeemed and whose buyers' data are there, in the order of their sales.
pub async fn sold(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Sold>> {
    sqlx::query_as(
        "SELECT v.id, v.sold_op AS op, v.sold_at AS at, v.sold_staff AS staff, p.person FROM voucher v JOIN person p ON p.hash = v.person_hash
         WHERE v.id = ANY($1) AND v.status = 'purchased' ORDER BY v.sold_op",
    )
    .bind(ids)
    .fetch_all(conn)
    .await
}

/// The trace in which each of these began: that of its order on the shop page, else that of its sale.
pub async fn beginnings(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<HashMap<VoucherId, Trace>> {
    let found: Vec<(Uuid, Uuid, Option<String>)> =
        sqlx::query_as("SELECT v.id, v.sold_op, o.trace FROM voucher v LEFT JOIN shop_order o ON o.voucher_id = v.id WHERE v.id = ANY($1)")
            .bind(ids)
            .fetch_all(conn)
            .await?;
    let beginning = |order: Option<String>, sale| order.as_deref().and_then(Trace::parse).or_else(|| sight::of_taken(OpId(sale)));
    Ok(found.into_iter().filter_map(|(id, sale, order)| Some((VoucherId(id), beginning(order, sale)?))).collect())
}

/// At which versions of their templates these were sold.
pub async fn versions(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i32)>> {
    sqlx::query_as("SELECT id, template_version FROM voucher WHERE id = ANY($1)").bind(ids).fetch_all(conn).await
}

/// Which of these codes are taken.
pub async fn taken_codes(conn: &mut PgConnection, codes: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT code FROM voucher WHERE code = ANY($1)").bind(codes).fetch_all(conn).await
}

/// The codes of other systems that are taken and alike with one of these folded ones.
pub async fn taken_external_codes(conn: &mut PgConnection, codes: &[String]) -> sqlx::Result<Vec<String>> {
    // The first condition is the index's own.
    let question = "SELECT marks ->> 'external_code' FROM voucher WHERE marks ->> 'external_code' IS NOT NULL \
                    AND lower((marks ->> 'external_code') COLLATE \"C\") = ANY($1)";
    sqlx::query_scalar(question).bind(codes).fetch_all(conn).await
}

/// New vouchers, each with the version of the template that it was sold at.
pub async fn insert(conn: &mut PgConnection, vouchers: &[(&Voucher, u32)]) -> sqlx::Result<()> {
    if vouchers.is_empty() {
        return Ok(());
    }
    let records: Vec<Record> = vouchers.iter().map(|(voucher, version)| Record::new(voucher, *version)).collect();
    sqlx::query("INSERT INTO voucher SELECT * FROM jsonb_populate_recordset(NULL::voucher, $1)")
        .bind(Json(records))
        .execute(conn)
        .await?;
    Ok(())
}

/// Where vouchers stand now. How many rows were there to update.
pub async fn update(conn: &mut PgConnection, vouchers: &[&Voucher]) -> sqlx::Result<u64> {
    if vouchers.is_empty() {
        return Ok(0);
    }
    let each = || vouchers.iter();
    // What was sold does not change: only where it stands, its last day and its marks are written.
    let updated = sqlx::query(
        "UPDATE voucher v SET status = n.status, since_op = n.since_op, since_at = n.since_at, since_staff = n.since_staff,
                since_shop = n.since_shop, since_device = n.since_device, expires_on = n.expires_on, expires_at = n.expires_at,
                marks = n.marks, row_version = n.row_version
         FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::uuid[], $6::uuid[], $7::uuid[], $8::date[], $9::timestamptz[],
                     $10::jsonb[], $11::bigint[])
              AS n (id, status, since_op, since_at, since_staff, since_shop, since_device, expires_on, expires_at, marks, row_version)
         WHERE v.id = n.id",
    )
    .bind(each().map(|voucher| voucher.id.0).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.status.name()).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.since.op.0).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.since.at.to_sqlx()).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.since.staff.0).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.since.shop.0).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.since.device.0).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.expires_on.map(ToSqlx::to_sqlx)).collect::<Vec<_>>())
    .bind(each().map(|voucher| voucher.expires_at.map(ToSqlx::to_sqlx)).collect::<Vec<_>>())
    .bind(each().map(|voucher| (!voucher.marks.is_empty()).then_some(Json(&voucher.marks))).collect::<Vec<_>>())
    .bind(each().map(|voucher| to_bigint(voucher.row_version)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(updated.rows_affected())
}

/// Vouchers whose grace is over at that moment, oldest first.
pub async fn overdue(conn: &mut PgConnection, ended_before: Timestamp, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("SELECT id FROM voucher WHERE status = 'purchased' AND expires_at <= $1 ORDER BY expires_at LIMIT $2")
        .bind(ended_before.to_sqlx())
        .bind(limit)
        .fetch_all(conn)
        .await
}

#[derive(FromRow)]
struct WithPerson {
    #[sqlx(flatten)]
    voucher: Record,
    person: Option<String>,
}

/// Vouchers as a device of that profile may see them.
pub async fn rows(conn: &mut PgConnection, ids: &[Uuid], profile: Profile) -> Result<Vec<VoucherRow>, Failure> {
    let records: Vec<WithPerson> = sqlx::query_as("SELECT v.*, p.person FROM voucher v LEFT JOIN person p ON p.hash = v.person_hash WHERE v.id = ANY($1)")
        .bind(ids)
        .fetch_all(&mut *conn)
        .await?;
    let contents = contents_of(conn, records.iter().map(|record| (record.voucher.template_id, record.voucher.template_version))).await?;
    let read = |record: WithPerson| -> Result<VoucherRow, Failure> {
        let person = record.person.map(|text| person::seen_by(profile, &text)).transpose()?;
        Ok(VoucherRow { voucher: record.voucher.read(&contents)?, person })
    };
    records.into_iter().map(read).collect()
}
