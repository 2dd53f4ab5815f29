//! What the filters let pass: asked of SQLite, and of the vouchers that this device did something to.

use std::fmt::Write as _;

use beadsbox_domain::{Timestamp, Voucher};
use rusqlite::types::Value;
use uuid::Uuid;

use super::query::VoucherFilters;
use crate::file::sql::{NEVER, day_number, status_number};

/// What one filter asks of a row.
#[derive(Debug)]
pub(super) struct Condition {
    /// What it is about.
    pub(super) column: &'static str,
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Condition {
    fn one_of(column: &'static str, values: Vec<Value>) -> Self {
        let marks = vec!["?"; values.len()].join(", ");
        Self { column, text: format!("v.{column} IN ({marks})"), values }
    }

    /// From the first value on and up to the second, as far as they are given.
    fn range(column: &'static str, (from, than): (Option<i64>, &str), to: Option<i64>) -> Self {
        let bounds = [from.map(|from| (">=", from)), to.map(|to| (than, to))];
        let mut condition = Self { column, text: String::new(), values: Vec::new() };
        for (compared, value) in bounds.into_iter().flatten() {
            let and = if condition.text.is_empty() { "" } else { " AND " };
            _ = write!(condition.text, "{and}v.{column} {compared} ?");
            condition.values.push(value.into());
        }
        condition
    }
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
        Condition::one_of("template", filters.template.into_iter().map(|template| id(template.0)).collect()),
        Condition::one_of("sold_shop", filters.shop.into_iter().map(|shop| id(shop.0)).collect()),
        Condition::range("sold_at", (filters.sold_from.map(Timestamp::as_microsecond), "<"), filters.sold_before.map(Timestamp::as_microsecond)),
        Condition::range("expires_on", (filters.expires_from.map(day_number), "<="), ends.then_some(last)),
        Condition::range("price", (filters.value_min, "<="), filters.value_max),
    ];
    all.into_iter().filter(|condition| !condition.values.is_empty()).collect()
}

/// Whether the filters let that voucher pass: the same answer as SQLite's.
pub(super) fn passes(filters: &VoucherFilters, voucher: &Voucher) -> bool {
    let price = voucher.snapshot.price.minor;
    let ends = filters.expires_from.is_none() && filters.expires_to.is_none()
        || voucher
            .expires_on
            .is_some_and(|day| filters.expires_from.is_none_or(|from| day >= from) && filters.expires_to.is_none_or(|to| day <= to));
    (filters.status.is_empty() || filters.status.contains(&voucher.status))
        && filters.template.is_none_or(|template| template == voucher.template)
        && filters.shop.is_none_or(|shop| shop == voucher.sold.shop)
        && filters.sold_from.is_none_or(|from| voucher.sold.at >= from)
        && filters.sold_before.is_none_or(|before| voucher.sold.at < before)
        && ends
        && filters.value_min.is_none_or(|least| price >= least)
        && filters.value_max.is_none_or(|most| price <= most)
}
