//! The question to SQLite: where the rows come from and what must hold.

use beadsbox_domain::{Status, Voucher};
use rusqlite::types::Value;

use super::{
    place::{Place, SortValue},
    query::{VoucherFilters, VoucherSort},
    search::{Search, after_all, index_question},
};
use crate::file::sql::{NEVER, day_number, status_number};

/// Where the rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The table, as SQLite likes.
    Table,
    /// The table in the order of this index.
    Walk(&'static str),
    /// Only what the search found.
    Found,
}

/// A part of a question with its values.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) from: String,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Question {
    /// All vouchers that the filters and the search let pass.
    pub(super) fn new(source: Source, filters: &VoucherFilters, search: &Search) -> Self {
        let mut question = Self::default();
        match source {
            Source::Table => "voucher v".clone_into(&mut question.from),
            Source::Walk(index) => question.from = format!("voucher v INDEXED BY {index}"),
            Source::Found => question.start_with_found(search),
        }
        if source != Source::Found {
            question.add_search(search);
        }
        question.add_filters(filters);
        question
    }

    /// Only what the search finds, without the rest of the rows.
    pub(super) fn found(search: &Search) -> Self {
        let mut question = Self::default();
        match search {
            Search::Within { words, code, unbuilt: None } => {
                "voucher_text t".clone_into(&mut question.from);
                question.add("t.voucher_text MATCH ?", [index_question(words, code.as_deref()).into()]);
            }
            Search::Within { words, code, unbuilt: Some(mark) } => {
                let (condition, values) = within(words, code.as_deref());
                question.from = format!(
                    "(SELECT rowid AS n FROM voucher_text WHERE voucher_text MATCH ? UNION ALL SELECT v.n FROM voucher v WHERE v.n > ? AND {condition}) t"
                );
                question.values.extend([index_question(words, code.as_deref()).into(), Value::Integer(*mark)]);
                question.values.extend(values);
            }
            Search::Start { words, code } => {
                let (selection, values) = starting(words, code.as_deref());
                question.from = format!("({selection}) t");
                question.values.extend(values);
            }
            Search::Everything | Search::Nothing => "voucher t".clone_into(&mut question.from),
        }
        question
    }

    fn start_with_found(&mut self, search: &Search) {
        let row = if matches!(search, Search::Within { unbuilt: None, .. }) { "t.rowid" } else { "t.n" };
        let Self { from, conditions, values } = Self::found(search);
        // SQLite keeps the order of a cross join: what was found first, then its rows.
        self.from = format!("{from} CROSS JOIN voucher v ON v.n = {row}");
        self.conditions = conditions;
        self.values = values;
    }

    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values);
    }

    /// Only what comes after that place.
    pub(super) fn add_after(&mut self, place: &Place, sort: VoucherSort, descending: bool) {
        let (column, _) = sort.column_and_index();
        let than = if descending { '<' } else { '>' };
        let value = match &place.value {
            SortValue::Number(number) => Value::Integer(*number),
            SortValue::Text(text) => Value::Text(text.clone()),
        };
        self.add(&format!("({column}, v.id) {than} (?, ?)"), [value, Value::Blob(place.id.0.as_bytes().to_vec())]);
    }

    fn add_search(&mut self, search: &Search) {
        match search {
            Search::Everything => {}
            Search::Nothing => self.add("0", []),
            Search::Within { words, code, .. } => {
                let (condition, values) = within(words, code.as_deref());
                self.add(&condition, values);
            }
            Search::Start { words, code } => {
                let ranges = ranges(words, code.as_deref());
                let either: Vec<&str> = ranges.iter().map(|(condition, _)| condition.as_str()).collect();
                self.add(&format!("({})", either.join(" OR ")), ranges.iter().flat_map(|(_, values)| values.clone()));
            }
        }
    }

    fn add_filters(&mut self, filters: &VoucherFilters) {
        let number = |number: i64| [Value::Integer(number)];
        let id = |id: uuid::Uuid| [Value::Blob(id.as_bytes().to_vec())];
        match filters.status.as_slice() {
            [] => {}
            [one] => self.add("v.status = ?", number(status_number(*one))),
            several => {
                let marks = vec!["?"; several.len()].join(", ");
                self.add(&format!("v.status IN ({marks})"), several.iter().map(|status| Value::Integer(status_number(*status))));
            }
        }
        if let Some(template) = filters.template {
            self.add("v.template = ?", id(template.0));
        }
        if let Some(shop) = filters.shop {
            self.add("v.sold_shop = ?", id(shop.0));
        }
        if let Some(from) = filters.sold_from {
            self.add("v.sold_at >= ?", number(from.as_microsecond()));
        }
        if let Some(before) = filters.sold_before {
            self.add("v.sold_at < ?", number(before.as_microsecond()));
        }
        if let Some(from) = filters.expires_from {
            self.add("v.expires_on >= ?", number(day_number(from)));
        }
        if let Some(to) = filters.expires_to {
            self.add("v.expires_on <= ?", number(day_number(to)));
        }
        if filters.expires_from.is_some() || filters.expires_to.is_some() {
            self.add("v.expires_on < ?", number(NEVER));
        }
        if let Some(least) = filters.value_min {
            self.add("v.price >= ?", number(least));
        }
        if let Some(most) = filters.value_max {
            self.add("v.price <= ?", number(most));
        }
    }

    /// The text and its values.
    pub(super) fn select(self, columns: &str, rest: &str) -> (String, Vec<Value>) {
        let conditions = if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.conditions.join(" AND "))
        };
        (format!("SELECT {columns} FROM {}{conditions} {rest}", self.from), self.values)
    }
}

/// What must hold of a row itself to be found, where the index is not asked.
fn within(words: &str, code: Option<&str>) -> (String, Vec<Value>) {
    let text = || Value::Text(words.to_owned());
    let in_words = "instr(v.buyer_key, ?) OR instr(v.title_key, ?) OR instr(v.recipient_key, ?)";
    match code {
        Some(code) => (format!("({in_words} OR instr(v.code, ?))"), vec![text(), text(), text(), code.to_owned().into()]),
        None => (format!("({in_words})"), vec![text(), text(), text()]),
    }
}

/// The numbers of the rows whose code or buyer starts like that.
fn starting(words: &str, code: Option<&str>) -> (String, Vec<Value>) {
    let ranges = ranges(words, code);
    let parts: Vec<String> = ranges.iter().map(|(condition, _)| format!("SELECT n FROM voucher v WHERE {condition}")).collect();
    (parts.join(" UNION "), ranges.into_iter().flat_map(|(_, values)| values).collect())
}

/// Buyer or code from the first text that starts like that to the last.
fn ranges(words: &str, code: Option<&str>) -> Vec<(String, Vec<Value>)> {
    let range = |(column, start): (&str, &str)| {
        let from = Value::Text(start.to_owned());
        match after_all(start) {
            Some(end) => (format!("v.{column} >= ? AND v.{column} < ?"), vec![from, Value::Text(end)]),
            None => (format!("v.{column} >= ?"), vec![from]),
        }
    };
    [("buyer_key", Some(words)), ("code", code)]
        .into_iter()
        .filter_map(|(column, start)| start.map(|start| range((column, start))))
        .collect()
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

/// The index whose order serves the list, with the filters that it serves as well.
pub(super) fn walk(filters: &VoucherFilters, sort: VoucherSort) -> Source {
    let one_status = matches!(filters.status.as_slice(), [status] if *status != Status::Purchased);
    Source::Walk(match sort {
        VoucherSort::SoldAt if filters.template.is_some() => "voucher_by_template_and_sale",
        VoucherSort::SoldAt if filters.shop.is_some() => "voucher_by_shop_and_sale",
        VoucherSort::SoldAt if one_status => "voucher_by_status_and_sale",
        _ => sort.column_and_index().1,
    })
}
