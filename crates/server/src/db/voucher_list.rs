//! `voucher` with `person`, as the list has them: by key, from the greatest id on.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    vec,
};

use beadsbox_domain::{Date, Money, Person, ShopId, Status, Timestamp, VoucherCode, VoucherId, text::Title};
use beadsbox_protocol::{
    Profile,
    voucher_list::{ListedVoucher, MOST_LISTED},
};
use futures_util::TryStreamExt as _;
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{damaged, person, template, to_count};
use crate::error::Failure;

// The buyer by a subquery: whatever the planner believes of the tables, it is one look into the index for each voucher. No id that a
// device gives is the greatest there can be. The inner limit is the longest page and one more: a planner that knows a bound makes one plan
// for all pages, where it would otherwise make one for each, which takes as long as reading some thirty vouchers.
const PAGE: &str = "SELECT * FROM (
        SELECT v.id, v.code, v.template_id, v.template_version, v.status, v.since_at, v.sold_at, v.sold_shop, v.expires_on, v.row_version,
            (SELECT p.person FROM person p WHERE p.hash = v.person_hash)
        FROM voucher v WHERE v.id < $1 ORDER BY v.id DESC LIMIT 1001
     ) AS page LIMIT $2";
const _: () = assert!(MOST_LISTED == 1000, "PAGE reads one more");

/// A template, at one version.
type TemplateVersion = (Uuid, i32);
/// What templates said that these vouchers name. Many vouchers name few of them, so they are asked for once each and not with every row.
type Said = HashMap<TemplateVersion, (Title, Money)>;

/// A page as it was read at one moment, checked. It gives its vouchers one by one, so that they need not all be written at once.
pub(crate) struct Page {
    /// What to ask for the page after; none where this is the last.
    pub next: Option<VoucherId>,
    rows: vec::IntoIter<Found>,
    said: Said,
    people: People,
}

/// Buyers as they are kept, one behind the other. As text they take less than as a [`Person`], and pages are many at once.
struct People {
    profile: Profile,
    texts: String,
}

impl People {
    /// Keeps one that can be read; where it begins and ends.
    fn keep(&mut self, text: &str) -> Result<Range<usize>, Failure> {
        person::seen_by(self.profile, text)?;
        let from = self.texts.len();
        self.texts.push_str(text);
        Ok(from..self.texts.len())
    }

    fn read(&self, kept: Range<usize>) -> Result<Person, Failure> {
        person::seen_by(self.profile, self.texts.get(kept).unwrap_or_default())
    }
}

/// A voucher without what its template said.
struct Found {
    id: VoucherId,
    code: VoucherCode,
    template: TemplateVersion,
    status: Status,
    since: Timestamp,
    sold_at: Timestamp,
    sold_shop: ShopId,
    expires_on: Option<Date>,
    row_version: u64,
    person: Option<Range<usize>>,
}

/// The vouchers after that one, as a device of that profile may see them.
pub(crate) async fn page(conn: &mut PgConnection, after: Option<VoucherId>, limit: u32, profile: Profile) -> Result<Page, Failure> {
    let most = limit.min(MOST_LISTED) as usize;
    let (mut rows, mut named, mut more) = (Vec::with_capacity(most), HashSet::new(), false);
    let mut people = People { profile, texts: String::new() };
    // One more than is shown says whether there is another page.
    let query = sqlx::query(PAGE).bind(after.map_or(Uuid::max(), |after| after.0)).bind(i64::from(limit) + 1);
    let mut found = query.fetch(&mut *conn);
    while let Some(row) = found.try_next().await? {
        if rows.len() == most {
            more = true;
        } else {
            let row = Found::read(&row, &mut people)?;
            named.insert(row.template);
            rows.push(row);
        }
    }
    drop(found);
    people.texts.shrink_to_fit();
    let next = if more { rows.last().map(|last: &Found| last.id) } else { None };
    Ok(Page { next, rows: rows.into_iter(), said: said(conn, named).await?, people })
}

/// What these templates said. Each of them is there, or the database is damaged.
async fn said(conn: &mut PgConnection, named: HashSet<TemplateVersion>) -> Result<Said, Failure> {
    let count = named.len();
    let (ids, versions): (Vec<Uuid>, Vec<i32>) = named.into_iter().unzip();
    let mut said = Said::with_capacity(count);
    for record in template::contents(conn, &ids, &versions).await? {
        let content = record.read()?;
        said.insert((record.template_id, record.version), (content.title, content.price));
    }
    if said.len() == count { Ok(said) } else { Err(damaged("voucher.template_version")) }
}

impl Found {
    fn read(row: &PgRow, people: &mut People) -> Result<Self, Failure> {
        let (code, status): (&str, &str) = (row.try_get(1)?, row.try_get(4)?);
        let (since, sold_at): (jiff_sqlx::Timestamp, jiff_sqlx::Timestamp) = (row.try_get(5)?, row.try_get(6)?);
        let expires_on: Option<jiff_sqlx::Date> = row.try_get(8)?;
        let person: Option<&str> = row.try_get(10)?;
        Ok(Self {
            id: VoucherId(row.try_get(0)?),
            code: VoucherCode::parse(code).map_err(|_| damaged("voucher.code"))?,
            template: (row.try_get(2)?, row.try_get(3)?),
            status: Status::from_name(status).ok_or_else(|| damaged("voucher.status"))?,
            since: since.to_jiff(),
            sold_at: sold_at.to_jiff(),
            sold_shop: ShopId(row.try_get(7)?),
            expires_on: expires_on.map(jiff_sqlx::Date::to_jiff),
            row_version: to_count(row.try_get(9)?),
            person: person.map(|text| people.keep(text)).transpose()?,
        })
    }
}

impl Iterator for Page {
    type Item = Result<ListedVoucher, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let Found { id, code, template, status, since, sold_at, sold_shop, expires_on, row_version, person } = self.rows.next()?;
        let Some((title, price)) = self.said.get(&template) else { return Some(Err(damaged("voucher.template_version"))) };
        let (title, price) = (title.clone(), *price);
        let person = match person.map(|kept| self.people.read(kept)).transpose() {
            Ok(person) => person,
            Err(failure) => return Some(Err(failure)),
        };
        Some(Ok(ListedVoucher { id, code, title, price, status, since, sold_at, sold_shop, expires_on, person, row_version }))
    }
}
