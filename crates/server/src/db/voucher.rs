//! `voucher`.

use std::collections::{BTreeSet, HashMap};

use beadsbox_domain::{Marks, OpId, PersonHash, ShopId, Status, TemplateId, Timestamp, Voucher, VoucherCode, VoucherId};
use beadsbox_protocol::{Profile, rows::VoucherRow, trace::Trace};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    damaged, json, name_of, named, person, stamp, template, to_bigint, to_count,
    writes::{Columns, Writes},
};
use crate::{error::Failure, sight};

#[derive(FromRow, Serialize, Deserialize)]
pub(super) struct Record {
    id: Uuid,
    code: String,
    template_id: Uuid,
    template_version: i32,
    #[serde(with = "json::bytea")]
    person_hash: Vec<u8>,
    payment: String,
    sold_op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    #[serde(with = "json::timestamp")]
    sold_at: Timestamp,
    sold_staff: Uuid,
    sold_shop: Uuid,
    sold_device: Uuid,
    #[serde(with = "json::optional_date")]
    expires_on: Option<jiff_sqlx::Date>,
    #[serde(with = "json::optional_timestamp")]
    expires_at: Option<jiff_sqlx::Timestamp>,
    status: String,
    since_op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    #[serde(with = "json::timestamp")]
    since_at: Timestamp,
    since_staff: Uuid,
    since_shop: Uuid,
    since_device: Uuid,
    home_shop: Option<Uuid>,
    marks: Option<Json<Marks>>,
    row_version: i64,
}

/// The columns of a [`Record`].
macro_rules! columns {
    () => {
        "id, code, template_id, template_version, person_hash, payment, sold_op, sold_at, sold_staff, sold_shop, sold_device, \
         expires_on, expires_at, status, since_op, since_at, since_staff, since_shop, since_device, home_shop, marks, row_version"
    };
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

/// With what their templates said.
pub(super) fn read(records: Vec<Record>, contents: &[template::ContentRecord]) -> Result<Vec<Voucher>, Failure> {
    let contents = read_contents(contents)?;
    records.into_iter().map(|record| record.read(&contents)).collect()
}

/// Locks these vouchers in the order of their ids, so that two batches never wait for each other in a ring. Those that are there: what is sold meanwhile is
/// not locked.
pub async fn lock_rows(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("SELECT id FROM voucher WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .fetch_all(conn)
        .await
}

/// These vouchers, locked in that order.
pub async fn lock(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Voucher>, Failure> {
    let records: Vec<Record> = sqlx::query_as(concat!("SELECT ", columns!(), " FROM voucher WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"))
        .bind(ids)
        .fetch_all(&mut *conn)
        .await?;
    let contents = contents_of(conn, records.iter().map(|record| (record.template_id, record.template_version))).await?;
    records.into_iter().map(|record| record.read(&contents)).collect()
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
pub fn add_new(writes: &mut Writes, vouchers: &[(&Voucher, u32)]) {
    if vouchers.is_empty() {
        return;
    }
    let records: Vec<Record> = vouchers.iter().map(|(voucher, version)| Record::new(voucher, *version)).collect();
    writes.add("voucher_new", |sql| {
        sql.push(insert_rows!("voucher", columns!)).push_bind(Json(records)).push(")");
    });
}

/// Where vouchers stand now.
pub fn add_changed(writes: &mut Writes, vouchers: &[&Voucher]) {
    if vouchers.is_empty() {
        return;
    }
    let each = || vouchers.iter();
    // What was sold does not change: only where it stands, its last day and its marks are written.
    writes.add_counted("voucher_changed", vouchers.len(), |sql| {
        sql.push(
            "UPDATE voucher v SET status = n.status, since_op = n.since_op, since_at = n.since_at, since_staff = n.since_staff,
                    since_shop = n.since_shop, since_device = n.since_device, expires_on = n.expires_on, expires_at = n.expires_at,
                    marks = n.marks, row_version = n.row_version
             FROM ",
        );
        Columns::of(sql)
            .with(each().map(|voucher| voucher.id.0))
            .with(each().map(|voucher| voucher.status.name()))
            .with(each().map(|voucher| voucher.since.op.0))
            .with(each().map(|voucher| voucher.since.at.to_sqlx()))
            .with(each().map(|voucher| voucher.since.staff.0))
            .with(each().map(|voucher| voucher.since.shop.0))
            .with(each().map(|voucher| voucher.since.device.0))
            .with(each().map(|voucher| voucher.expires_on.map(ToSqlx::to_sqlx)))
            .with(each().map(|voucher| voucher.expires_at.map(ToSqlx::to_sqlx)))
            .with(each().map(|voucher| (!voucher.marks.is_empty()).then_some(Json(&voucher.marks))))
            .with(each().map(|voucher| to_bigint(voucher.row_version)))
            .end(
                " AS n (id, status, since_op, since_at, since_staff, since_shop, since_device, expires_on, expires_at, marks, row_version)
                 WHERE v.id = n.id",
            );
    });
}

/// A voucher whose grace is over.
#[derive(Clone, Copy, FromRow)]
pub struct Overdue {
    pub id: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub expires_at: Timestamp,
}

/// Vouchers whose grace is over at that moment, oldest first, after that one. The first question passes by every voucher that was used in time.
pub async fn overdue(conn: &mut PgConnection, ended_before: Timestamp, after: Option<Overdue>, limit: i64) -> sqlx::Result<Vec<Overdue>> {
    sqlx::query_as(
        "SELECT id, expires_at FROM voucher
         WHERE status = 'purchased' AND expires_at <= $1 AND expires_at >= coalesce($2, '-infinity')
           AND (expires_at, id) > (coalesce($2, '-infinity'), coalesce($3, '00000000-0000-0000-0000-000000000000'))
         ORDER BY expires_at, id LIMIT $4",
    )
    .bind(ended_before.to_sqlx())
    .bind(after.map(|after| after.expires_at.to_sqlx()))
    .bind(after.map(|after| after.id))
    .bind(limit)
    .fetch_all(conn)
    .await
}

/// Those of these that are overdue still.
pub async fn still_overdue(conn: &mut PgConnection, ended_before: Timestamp, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("SELECT id FROM voucher WHERE id = ANY($1) AND status = 'purchased' AND expires_at <= $2 ORDER BY expires_at, id")
        .bind(ids)
        .bind(ended_before.to_sqlx())
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
    let records: Vec<WithPerson> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        ", (SELECT p.person FROM person p WHERE p.hash = voucher.person_hash) AS person FROM voucher WHERE id = ANY($1)"
    ))
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
