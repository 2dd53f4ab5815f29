//! `voucher` with `person`, as the list has them: by key, from the greatest id on.

use std::collections::{BTreeSet, HashMap};

use beadsbox_domain::{Money, ShopId, Status, VoucherCode, VoucherId, text::Title};
use beadsbox_protocol::{Profile, voucher_list::ListedVoucher};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{damaged, person, template, to_count};
use crate::error::Failure;

// The buyer by a subquery: whatever the planner believes of the tables, it is one look into the index for each voucher. No id that a
// device gives is the greatest there can be.
const PAGE: &str = "SELECT v.id, v.code, v.template_id, v.template_version, v.status, v.since_at, v.sold_at, v.sold_shop, v.expires_on, v.row_version,
        (SELECT p.person FROM person p WHERE p.hash = v.person_hash)
     FROM voucher v WHERE v.id < $1 ORDER BY v.id DESC LIMIT $2";

/// What templates said that these vouchers name, by template and version.
type Said = HashMap<(Uuid, i32), (Title, Money)>;

/// The vouchers after that one, as a device of that profile may see them.
pub async fn page(conn: &mut PgConnection, after: Option<VoucherId>, limit: i64, profile: Profile) -> Result<Vec<ListedVoucher>, Failure> {
    let before = after.map_or(Uuid::max(), |after| after.0);
    let rows = sqlx::query(PAGE).bind(before).bind(limit).fetch_all(&mut *conn).await?;
    let named = rows.iter().map(said_by).collect::<sqlx::Result<BTreeSet<(Uuid, i32)>>>()?;
    let (ids, versions): (Vec<Uuid>, Vec<i32>) = named.into_iter().unzip();
    let mut said = Said::with_capacity(ids.len());
    for record in template::contents(conn, &ids, &versions).await? {
        let content = record.read()?;
        said.insert((record.template_id, record.version), (content.title, content.price));
    }
    rows.iter().map(|row| listed(row, &said, profile)).collect()
}

fn said_by(row: &PgRow) -> sqlx::Result<(Uuid, i32)> {
    Ok((row.try_get(2)?, row.try_get(3)?))
}

fn listed(row: &PgRow, said: &Said, profile: Profile) -> Result<ListedVoucher, Failure> {
    let (title, price) = said.get(&said_by(row)?).ok_or_else(|| damaged("voucher.template_version"))?;
    let (code, status): (&str, &str) = (row.try_get(1)?, row.try_get(4)?);
    let (since, sold_at): (jiff_sqlx::Timestamp, jiff_sqlx::Timestamp) = (row.try_get(5)?, row.try_get(6)?);
    let expires_on: Option<jiff_sqlx::Date> = row.try_get(8)?;
    let person: Option<&str> = row.try_get(10)?;
    Ok(ListedVoucher {
        id: VoucherId(row.try_get(0)?),
        code: VoucherCode::parse(code).map_err(|_| damaged("voucher.code"))?,
        title: title.clone(),
        price: *price,
        status: Status::from_name(status).ok_or_else(|| damaged("voucher.status"))?,
        since: since.to_jiff(),
        sold_at: sold_at.to_jiff(),
        sold_shop: ShopId(row.try_get(7)?),
        expires_on: expires_on.map(jiff_sqlx::Date::to_jiff),
        person: person.map(|text| person::seen_by(profile, text)).transpose()?,
        row_version: to_count(row.try_get(9)?),
    })
}
