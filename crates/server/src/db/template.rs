//! `voucher_template` and `voucher_template_version`.

use beadsbox_domain::{
    Currency, Money, Template, TemplateContent, TemplateId, Timestamp, Vat,
    text::{Description, Title},
};
use beadsbox_protocol::catalogue::MOST_ON_SALE;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, stamp, to_bigint, to_count};
use crate::error::Failure;

/// What a template said at one version.
#[derive(FromRow, Serialize, Deserialize)]
pub struct ContentRecord {
    pub template_id: Uuid,
    pub version: i32,
    title: String,
    description: String,
    price_minor: i64,
    currency: String,
    validity_months: Option<i32>,
    vat_kind: String,
    vat_rate: Option<i32>,
}

/// The columns of a [`ContentRecord`].
macro_rules! content_columns {
    () => {
        "template_id, version, title, description, price_minor, currency, validity_months, vat_kind, vat_rate"
    };
}

impl ContentRecord {
    pub fn new(template: TemplateId, version: u32, content: &TemplateContent) -> Self {
        let (vat_kind, vat_rate) = match content.vat {
            Vat::SinglePurpose { rate_basis_points } => ("single_purpose", Some(i32::from(rate_basis_points))),
            Vat::MultiPurpose => ("multi_purpose", None),
        };
        Self {
            template_id: template.0,
            version: to_version(version),
            title: content.title.to_string(),
            description: content.description.to_string(),
            price_minor: content.price.minor,
            currency: content.price.currency.code().to_owned(),
            validity_months: content.validity_months.map(i32::from),
            vat_kind: vat_kind.to_owned(),
            vat_rate,
        }
    }

    pub fn read(&self) -> Result<TemplateContent, Failure> {
        let small = |number: i32, what| u16::try_from(number).map_err(|_| damaged(what));
        let vat = match self.vat_rate {
            Some(rate) => Vat::SinglePurpose { rate_basis_points: small(rate, "voucher_template_version.vat_rate")? },
            None => Vat::MultiPurpose,
        };
        Ok(TemplateContent {
            title: Title::new(&self.title).map_err(|_| damaged("voucher_template_version.title"))?,
            description: Description::new(&self.description).map_err(|_| damaged("voucher_template_version.description"))?,
            price: Money::new(self.price_minor, Currency::from_code(&self.currency).map_err(|_| damaged("voucher_template_version.currency"))?),
            validity_months: self.validity_months.map(|months| small(months, "voucher_template_version.validity_months")).transpose()?,
            vat,
        })
    }
}

/// A version as its column has it. Versions count edits and never come near the bound.
pub fn to_version(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

#[derive(FromRow, Serialize)]
struct Record {
    id: Uuid,
    version: i32,
    archived: bool,
    changed_op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    changed_at: Timestamp,
    changed_staff: Uuid,
    changed_shop: Uuid,
    changed_device: Uuid,
    row_version: i64,
}

/// The columns of a [`Record`].
macro_rules! columns {
    () => {
        "id, version, archived, changed_op, changed_at, changed_staff, changed_shop, changed_device, row_version"
    };
}

#[derive(FromRow)]
struct WithContent {
    #[sqlx(flatten)]
    template: Record,
    #[sqlx(flatten)]
    content: Content,
}

/// The same columns as a [`ContentRecord`], without those that the template has itself.
#[derive(FromRow)]
struct Content {
    title: String,
    description: String,
    price_minor: i64,
    currency: String,
    validity_months: Option<i32>,
    vat_kind: String,
    vat_rate: Option<i32>,
}

impl WithContent {
    fn read(self) -> Result<Template, Failure> {
        let Self { template: t, content: c } = self;
        let content = ContentRecord {
            template_id: t.id,
            version: t.version,
            title: c.title,
            description: c.description,
            price_minor: c.price_minor,
            currency: c.currency,
            validity_months: c.validity_months,
            vat_kind: c.vat_kind,
            vat_rate: c.vat_rate,
        };
        Ok(Template {
            id: TemplateId(t.id),
            content: content.read()?,
            version: u32::try_from(t.version).map_err(|_| damaged("voucher_template.version"))?,
            archived: t.archived,
            changed: stamp(t.changed_op, t.changed_at, t.changed_staff, t.changed_shop, t.changed_device),
            row_version: to_count(t.row_version),
        })
    }
}

impl From<&Template> for Record {
    fn from(template: &Template) -> Self {
        Self {
            id: template.id.0,
            version: to_version(template.version),
            archived: template.archived,
            changed_op: template.changed.op.0,
            changed_at: template.changed.at,
            changed_staff: template.changed.staff.0,
            changed_shop: template.changed.shop.0,
            changed_device: template.changed.device.0,
            row_version: to_bigint(template.row_version),
        }
    }
}

/// Locks these templates, in the order of their ids.
pub async fn lock(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query("SELECT FROM voucher_template WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .execute(conn)
        .await?;
    Ok(())
}

/// Templates, each with what it says now.
macro_rules! templates {
    ($which:literal) => {
        concat!(
            "SELECT t.id, t.version, t.archived, t.changed_op, t.changed_at, t.changed_staff, t.changed_shop, t.changed_device, t.row_version,
                    v.title, v.description, v.price_minor, v.currency, v.validity_months, v.vat_kind, v.vat_rate
             FROM voucher_template t JOIN voucher_template_version v ON v.template_id = t.id AND v.version = t.version ",
            $which
        )
    };
}

pub async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Template>, Failure> {
    let records: Vec<WithContent> = sqlx::query_as(templates!("WHERE t.id = ANY($1)")).bind(ids).fetch_all(conn).await?;
    records.into_iter().map(WithContent::read).collect()
}

/// Every template that is not archived, by title; as many as a catalogue holds. There are few: a page shows them all.
pub async fn not_archived(conn: &mut PgConnection) -> Result<Vec<Template>, Failure> {
    let records: Vec<WithContent> = sqlx::query_as(templates!("WHERE NOT t.archived ORDER BY v.title, t.id LIMIT $1"))
        .bind(i64::from(MOST_ON_SALE))
        .fetch_all(conn)
        .await?;
    records.into_iter().map(WithContent::read).collect()
}

/// What these templates said at these versions: `ids[n]` at `versions[n]`.
pub async fn contents(conn: &mut PgConnection, ids: &[Uuid], versions: &[i32]) -> Result<Vec<ContentRecord>, Failure> {
    Ok(sqlx::query_as(
        "SELECT DISTINCT v.template_id, v.version, v.title, v.description, v.price_minor, v.currency, v.validity_months, v.vat_kind, v.vat_rate
         FROM voucher_template_version v
         JOIN unnest($1::uuid[], $2::integer[]) AS named (id, version) ON v.template_id = named.id AND v.version = named.version",
    )
    .bind(ids)
    .bind(versions)
    .fetch_all(conn)
    .await?)
}

/// Everything that these templates ever said.
pub async fn every_content(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<ContentRecord>> {
    sqlx::query_as(concat!("SELECT ", content_columns!(), " FROM voucher_template_version WHERE template_id = ANY($1)"))
        .bind(ids)
        .fetch_all(conn)
        .await
}

pub async fn insert_contents(conn: &mut PgConnection, contents: &[ContentRecord]) -> sqlx::Result<()> {
    if contents.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(insert_rows!("voucher_template_version", content_columns!), "$1)"))
        .bind(Json(contents))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert(conn: &mut PgConnection, templates: &[&Template]) -> sqlx::Result<()> {
    if templates.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(insert_rows!("voucher_template", columns!), "$1)")).bind(records(templates)).execute(conn).await?;
    Ok(())
}

/// How many rows were there to update.
pub async fn update(conn: &mut PgConnection, templates: &[&Template]) -> sqlx::Result<u64> {
    if templates.is_empty() {
        return Ok(0);
    }
    let updated = sqlx::query(
        "UPDATE voucher_template t SET version = n.version, archived = n.archived, changed_op = n.changed_op, changed_at = n.changed_at,
                changed_staff = n.changed_staff, changed_shop = n.changed_shop, changed_device = n.changed_device, row_version = n.row_version
         FROM jsonb_populate_recordset(NULL::voucher_template, $1) AS n WHERE t.id = n.id",
    )
    .bind(records(templates))
    .execute(conn)
    .await?;
    Ok(updated.rows_affected())
}

fn records(templates: &[&Template]) -> Json<Vec<Record>> {
    Json(templates.iter().map(|template| Record::from(*template)).collect())
}
