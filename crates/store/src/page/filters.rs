//! What the filters let pass: asked of SQLite, and of the vouchers that this device did something to.

use std::fmt::Write as _;

use beadsbox_domain::{Timestamp, Voucher};
use rusqlite::types::Value;
use uuid::Uuid;

use super::{order::payment_text, query::VoucherFilters};
use crate::file::sql::{NEVER, day_number, status_number};

/// What one filter asks of a row.
#[derive(Debug)]
pub(super) struct Condition {
    /// What it is about; no column of the vouchers' where it asks another table.
    pub(super) column: &'static str,
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Condition {
    fn one_of(column: &'static str, values: Vec<Value>) -> Option<Self> {
        let text = format!("v.{column} IN ({})", marks(values.len()));
        Some(Self { column, text, values }).filter(|condition| !condition.values.is_empty())
    }

    /// From the first value on and up to the second, as far as they are given.
    fn range(column: &'static str, (from, than): (Option<i64>, &str), to: Option<i64>) -> Option<Self> {
        let bounds = [from.map(|from| (">=", from)), to.map(|to| (than, to))];
        let mut condition = Self { column, text: String::new(), values: Vec::new() };
        for (compared, value) in bounds.into_iter().flatten() {
            let and = if condition.text.is_empty() { "" } else { " AND " };
            _ = write!(condition.text, "{and}v.{column} {compared} ?");
            condition.values.push(value.into());
        }
        Some(condition).filter(|condition| !condition.values.is_empty())
    }

    fn fixed(asked: bool, text: &str) -> Option<Self> {
        asked.then(|| Self { column: "", text: text.to_owned(), values: Vec::new() })
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// What the filters ask, one condition each.
pub(super) fn conditions(filters: &VoucherFilters) -> Vec<Condition> {
    let id = |id: Uuid| Value::Blob(id.as_bytes().to_vec());
    let statuses: Vec<Value> = filters.status.iter().map(|status| status_number(*status).into()).collect();
    let ends = filters.expires_from.is_some() || filters.expires_to.is_some();
    // One that never ends comes after every day and is none of those that end until some day.
    let last = filters.expires_to.map_or(NEVER - 1, day_number);
    let all = [
        Condition::one_of("status", statuses),
        Condition::one_of("template", filters.template.iter().map(|template| id(template.0)).collect()),
        Condition::one_of("batch", filters.batch.iter().map(|batch| batch.to_string().into()).collect()),
        Condition::one_of("sold_shop", filters.shop.iter().map(|shop| id(shop.0)).collect()),
        Condition::one_of("sold_staff", filters.sold_by.iter().map(|staff| id(staff.0)).collect()),
        Condition::one_of("payment", filters.payment.iter().map(|payment| payment_text(*payment).into()).collect()),
        Condition::range("sold_at", (filters.sold_from.map(Timestamp::as_microsecond), "<"), filters.sold_before.map(Timestamp::as_microsecond)),
        Condition::range("expires_on", (filters.expires_from.map(day_number), "<="), ends.then_some(last)),
        Condition::range("price", (filters.value_min, "<="), filters.value_max),
        currencies(filters),
        Condition::fixed(filters.open_conflict, "v.id IN (SELECT voucher FROM conflict WHERE state = 'open')"),
        // What waits is shown as this device has it, never as it is cached.
        Condition::fixed(filters.waiting, "0"),
    ];
    all.into_iter().flatten().collect()
}

/// What templates said is kept once for thousands of vouchers, and their prices' currencies with it.
fn currencies(filters: &VoucherFilters) -> Option<Condition> {
    let values: Vec<Value> = filters.currency.iter().map(|currency| currency.code().to_owned().into()).collect();
    let text = format!("v.snapshot IN (SELECT n FROM snapshot WHERE json_extract(content, '$.price.currency') IN ({}))", marks(values.len()));
    Some(Condition { column: "snapshot", text, values }).filter(|condition| !condition.values.is_empty())
}

/// A voucher as filters look at it.
pub(super) struct Seen<'a> {
    pub(super) voucher: &'a Voucher,
    pub(super) open_conflict: bool,
    pub(super) waiting: bool,
}

/// Whether the filters let that voucher pass: the same answer as SQLite's.
pub(super) fn passes(filters: &VoucherFilters, seen: &Seen<'_>) -> bool {
    let Seen { voucher, open_conflict, waiting } = seen;
    let price = voucher.snapshot.price;
    let ends = filters.expires_from.is_none() && filters.expires_to.is_none()
        || voucher
            .expires_on
            .is_some_and(|day| filters.expires_from.is_none_or(|from| day >= from) && filters.expires_to.is_none_or(|to| day <= to));
    among(&filters.status, &voucher.status)
        && among(&filters.template, &voucher.template)
        && (filters.batch.is_empty() || voucher.marks.batch.as_ref().is_some_and(|batch| filters.batch.contains(&batch.id)))
        && among(&filters.shop, &voucher.sold.shop)
        && among(&filters.sold_by, &voucher.sold.staff)
        && among(&filters.payment, &voucher.payment)
        && filters.sold_from.is_none_or(|from| voucher.sold.at >= from)
        && filters.sold_before.is_none_or(|before| voucher.sold.at < before)
        && ends
        && filters.value_min.is_none_or(|least| price.minor >= least)
        && filters.value_max.is_none_or(|most| price.minor <= most)
        && among(&filters.currency, &price.currency)
        && (*open_conflict || !filters.open_conflict)
        && (*waiting || !filters.waiting)
}

/// An empty list restricts nothing.
fn among<T: PartialEq>(wanted: &[T], value: &T) -> bool {
    wanted.is_empty() || wanted.contains(value)
}
