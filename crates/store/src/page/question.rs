//! The question to SQLite: where the rows come from and what must hold.

use rusqlite::types::Value;

use super::{
    filters::conditions,
    order::Part,
    query::VoucherFilters,
    search::{Search, after_all},
    source::Source,
};

/// A part of a question with its values.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) from: String,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Question {
    /// All vouchers that the filters and the search let pass.
    pub(super) fn new(source: &Source, filters: &VoucherFilters, search: &Search) -> Self {
        let mut question = Self::default();
        match source {
            Source::Table => {
                "voucher v".clone_into(&mut question.from);
                question.add_search(search);
            }
            Source::Walk(index) | Source::Each(index, ..) | Source::Few(index) => {
                question.from = format!("voucher v INDEXED BY {index}");
                question.add_search(search);
            }
            Source::Conflicts => {
                "(SELECT DISTINCT voucher FROM conflict WHERE state = 'open') c CROSS JOIN voucher v ON v.id = c.voucher".clone_into(&mut question.from);
                question.add_search(search);
            }
            Source::Hits(index, hits) => {
                question.from = format!("voucher v INDEXED BY {index}");
                // The plus keeps SQLite from beginning with the hits.
                question.add("+v.n IN (SELECT value FROM json_each(?))", [Value::Text(hits.numbers.to_string())]);
            }
            Source::Found(hits) => {
                // SQLite keeps the order of a cross join: what was found first, then its rows.
                "json_each(?) t CROSS JOIN voucher v ON v.n = t.value".clone_into(&mut question.from);
                question.values.push(Value::Text(hits.numbers.to_string()));
            }
        }
        for condition in conditions(filters) {
            question.add(&condition.text, condition.values);
        }
        question
    }

    /// A selection of the numbers of the rows that the search finds, as `n`. With a mistake there are some more.
    pub(super) fn found(search: &Search) -> (String, Vec<Value>) {
        match search {
            Search::Within(within) => {
                let mut text = "SELECT rowid AS n FROM voucher_text WHERE voucher_text MATCH ?".to_owned();
                let mut values = vec![within.index_question().into()];
                if let Some(mark) = within.unbuilt {
                    let (condition, rest) = within.row_condition();
                    text.push_str(" UNION ALL SELECT v.n FROM voucher v WHERE v.n > ? AND ");
                    text.push_str(&condition);
                    values.push(Value::Integer(mark));
                    values.extend(rest);
                }
                (text, values)
            }
            Search::Start { words, code } => starting(words, code.as_deref()),
            Search::Everything => ("SELECT n FROM voucher".to_owned(), Vec::new()),
            Search::Nothing => ("SELECT n FROM voucher WHERE 0".to_owned(), Vec::new()),
        }
    }

    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values);
    }

    fn add_search(&mut self, search: &Search) {
        match search {
            Search::Everything => {}
            Search::Nothing => self.add("0", []),
            Search::Within(within) => {
                let (condition, values) = within.row_condition();
                self.add(&condition, values);
            }
            Search::Start { words, code } => {
                let ranges = ranges(words, code.as_deref());
                let either: Vec<&str> = ranges.iter().map(|(condition, _)| condition.as_str()).collect();
                self.add(&format!("({})", either.join(" OR ")), ranges.iter().flat_map(|(_, values)| values.clone()));
            }
        }
    }

    /// That part of the list, sorted; so many rows at most.
    pub(super) fn of_part(mut self, part: Part, columns: &str, most: usize) -> (String, Vec<Value>) {
        for (condition, values) in part.conditions {
            self.add(&condition, values);
        }
        let (order, order_values) = part.order;
        self.values.extend(order_values);
        self.values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
        self.select(columns, &format!("{order} LIMIT ?"))
    }

    /// That part of the list as a whole.
    pub(super) fn of_part_unsorted(mut self, part: &Part, columns: &str) -> (String, Vec<Value>) {
        for (condition, values) in &part.conditions {
            self.add(condition, values.clone());
        }
        self.select(columns, "")
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
