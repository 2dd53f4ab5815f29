//! Where the rows of a list come from: the order of an index, or the few that a search or a filter leaves.

use std::rc::Rc;

use rusqlite::{Connection, params_from_iter, types::Value};

use super::{
    filters::{Condition, conditions},
    query::{VoucherFilters, VoucherQuery, VoucherSort},
    question::Question,
    search::{Search, Texts, Within},
    total,
};
use crate::file::sql::Sql;

/// The numbers of all cached rows that a search finds, filters aside. The search index is asked for them once.
#[derive(Debug, Clone)]
pub(super) struct Hits {
    /// As JSON, which SQLite takes as a table.
    pub(super) numbers: Rc<str>,
    pub(super) count: u64,
}

/// Where the rows come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// The table, as SQLite likes.
    Table,
    /// The table in the order of this index.
    Walk(&'static str),
    /// As many walks of this index as a filter has values of that column, merged: each is in the order of sales.
    Each(&'static str, &'static str, Vec<Value>),
    /// The few rows that a filter finds by this index, sorted then.
    Few(&'static str),
    /// The few with an open conflict, sorted then.
    Conflicts,
    /// The table in the order of this index, of which only what the search found is fetched.
    Hits(&'static str, Hits),
    /// Only what the search found, sorted then.
    Found(Hits),
}

impl Source {
    /// For whoever wants no order: the table as it lies, in the place of an index that has it.
    pub(super) fn unordered(self) -> Self {
        if matches!(self, Self::Walk(_) | Self::Each(..)) { Self::Table } else { self }
    }

    /// Whether an index has the rows in the list's order.
    pub(super) const fn is_in_order(&self) -> bool {
        matches!(self, Self::Walk(_) | Self::Hits(..))
    }
}

/// Every index of the vouchers with its columns before the id.
const INDEXES: [(&str, &[&str]); 15] = [
    ("voucher_by_sale", &["sold_at"]),
    ("voucher_by_price", &["price"]),
    ("voucher_by_buyer", &["buyer_key"]),
    ("voucher_by_title", &["title_key"]),
    ("voucher_by_expiry", &["expires_on"]),
    ("voucher_by_code", &["code"]),
    ("voucher_by_recipient", &["recipient_key"]),
    ("voucher_by_email", &["email_key"]),
    ("voucher_by_change", &["since_at"]),
    ("voucher_by_status_and_sale", &["status", "sold_at"]),
    ("voucher_by_template_and_sale", &["template", "sold_at"]),
    ("voucher_by_batch_and_sale", &["batch", "sold_at"]),
    ("voucher_by_shop_and_sale", &["sold_shop", "sold_at"]),
    ("voucher_by_staff_and_sale", &["sold_staff", "sold_at"]),
    ("voucher_by_payment_and_sale", &["payment", "sold_at"]),
];

/// How far what a search finds is counted for the list's first page.
const COUNTED: u64 = 10_000;
/// Of entries of an index that are passed by, so many cost as much as a row that is fetched from anywhere (some 0.1 and 25 µs), and so
/// many fewer hits are few where only they are fetched: its root.
const FEWER_WHERE_ONLY_HITS_ARE_FETCHED: u64 = 16;
/// So many rows are looked at for a typing mistake: each is fetched from anywhere.
const LOOKED_AT_FOR_MISTAKES: u32 = 400;

/// A page of each is read for one page of all.
const MOST_MERGED: usize = 8;

/// Where a list comes from.
pub(super) struct Chosen {
    pub(super) source: Source,
    /// What the search finds; none where that was not read to the end.
    pub(super) hits: Option<Hits>,
}

/// Few rows are fetched and sorted; where there are many, the list's own order reaches a page of them sooner. Both cost the
/// same at about the root of the page's rows times all rows.
pub(super) fn choose(cache: &Connection, query: &VoucherQuery, search: &Search, limit: usize) -> rusqlite::Result<Chosen> {
    let walk = Walk::of(&query.filters, query.sort);
    match search {
        Search::Nothing => Ok(Chosen { source: Source::Table, hits: None }),
        Search::Everything => Ok(Chosen { source: by_filters(cache, query, &walk, limit)?, hits: None }),
        Search::Within(within) if within.mistake => {
            let hits = looked_at(cache, within)?;
            Ok(Chosen { source: Source::Found(hits.clone()), hits: Some(hits) })
        }
        Search::Within(_) | Search::Start { .. } => {
            let few = few(cache, limit)?;
            // Where filters leave only some of the hits, the walk may not come to a page of them for long.
            let unfiltered = conditions(&query.filters).is_empty();
            let most = if query.after.is_none() || unfiltered { few.max(COUNTED) } else { few };
            let hits = hits(cache, search, most)?;
            let source = match &hits {
                Some(hits) if unfiltered && hits.count >= few / FEWER_WHERE_ONLY_HITS_ARE_FETCHED => Source::Hits(walk.index, hits.clone()),
                Some(hits) if hits.count < few => Source::Found(hits.clone()),
                _ => Source::Walk(walk.index),
            };
            Ok(Chosen { source, hits })
        }
    }
}

/// All that the search finds, where that is less than so much.
fn hits(cache: &Connection, search: &Search, most: u64) -> rusqlite::Result<Option<Hits>> {
    let (selection, mut values) = Question::found(search);
    values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
    let mut statement = cache.prepare_cached(&format!("SELECT json_group_array(n), count(*) FROM ({selection} LIMIT ?)"))?;
    let hits = statement.query_row(params_from_iter(values), |row| {
        Ok(Hits { numbers: row.get::<_, Box<str>>(0)?.into(), count: row.get::<_, Sql<u64>>(1)?.0 })
    })?;
    Ok(Some(hits).filter(|hits| hits.count < most))
}

/// What a search with a mistake finds among the rows that its parts lead to, so many of them at most.
fn looked_at(cache: &Connection, within: &Within) -> rusqlite::Result<Hits> {
    let within = &Within { absent: absent(cache, within)?, ..within.clone() };
    if within.index_question().is_empty() {
        return Ok(Hits { numbers: "[]".into(), count: 0 });
    }
    let (selection, mut values) = Question::found(&Search::Within(within.clone()));
    values.push(LOOKED_AT_FOR_MISTAKES.into());
    let question = format!(
        "SELECT v.n, v.code, v.buyer_key, v.title_key, v.recipient_key, v.email_key
         FROM ({selection} LIMIT ?) t CROSS JOIN voucher v ON v.n = t.n"
    );
    let mut statement = cache.prepare_cached(&question)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut numbers: Vec<i64> = Vec::new();
    while let Some(row) = rows.next()? {
        let texts = Texts { code: row.get(1)?, words: [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?] };
        if within.finds(&texts) {
            numbers.push(row.get(0)?);
        }
    }
    let json = serde_json::to_string(&numbers).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    Ok(Hits { numbers: json.into(), count: numbers.len() as u64 })
}

/// The places of the pieces that no row has anywhere. Each is one short question to the index, which spares many long ones; where the
/// index is not whole yet, nothing is known to be absent.
fn absent(cache: &Connection, within: &Within) -> rusqlite::Result<Vec<usize>> {
    if within.unbuilt.is_some() || within.pieces.len() < 2 {
        return Ok(Vec::new());
    }
    let mut statement = cache.prepare_cached("SELECT 1 FROM voucher_text WHERE voucher_text MATCH ? LIMIT 1")?;
    let mut absent = Vec::new();
    for (place, piece) in within.pieces.iter().enumerate() {
        if !statement.exists([within.index_question_of(piece)])? {
            absent.push(place);
        }
    }
    Ok(absent)
}

/// The list's order, unless a filter that it does not serve leaves only a few.
fn by_filters(cache: &Connection, query: &VoucherQuery, walk: &Walk, limit: usize) -> rusqlite::Result<Source> {
    let mut rest = conditions(&query.filters);
    rest.retain(|condition| !walk.serves(condition.column));
    if rest.is_empty() || query.filters.waiting {
        return Ok(Source::Walk(walk.index));
    }
    let each = each(&rest, walk);
    let few = few(cache, limit)?;
    if query.filters.open_conflict {
        let open = ("SELECT 1 FROM conflict WHERE state = 'open' LIMIT ?".to_owned(), Vec::new());
        if count_up_to(cache, open, few)? < few {
            return Ok(Source::Conflicts);
        }
    }
    for condition in rest {
        let Some(index) = index_of(condition.column) else { continue };
        if count_up_to(cache, passing(index, condition), few)? < few {
            return Ok(Source::Few(index));
        }
    }
    Ok(each.unwrap_or(Source::Walk(walk.index)))
}

/// In the order of sales, a filter by a few values that leaves many is as many lists, each with an index.
fn each(rest: &[Condition], walk: &Walk) -> Option<Source> {
    if walk.index != VoucherSort::SoldAt.index() {
        return None;
    }
    let by_sale = |condition: &Condition| {
        let index = index_of(condition.column).filter(|index| columns(index).get(1) == Some(&"sold_at"))?;
        (2..=MOST_MERGED)
            .contains(&condition.values.len())
            .then(|| Source::Each(index, condition.column, condition.values.clone()))
    };
    rest.iter().find_map(by_sale)
}

/// Fewer are few.
fn few(cache: &Connection, limit: usize) -> rusqlite::Result<u64> {
    Ok((total::all_cached(cache)?.max(1) * limit as u64).isqrt().max(1000))
}

/// The index whose order serves the list, with the filters that it serves as well.
pub(super) struct Walk {
    pub(super) index: &'static str,
    /// Each part of the list has one value of the index's first column, so that its second one leads.
    first_is_fixed: bool,
}

impl Walk {
    pub(super) fn of(filters: &VoucherFilters, sort: VoucherSort) -> Self {
        let fixed = |index| Self { index, first_is_fixed: true };
        match sort {
            // No cached row waits: of a question that finds nothing SQLite leaves out the rest, and then cannot use an index of some rows.
            VoucherSort::SoldAt if filters.batch.len() == 1 && !filters.waiting => fixed("voucher_by_batch_and_sale"),
            VoucherSort::SoldAt if filters.template.len() == 1 => fixed("voucher_by_template_and_sale"),
            VoucherSort::SoldAt if filters.sold_by.len() == 1 => fixed("voucher_by_staff_and_sale"),
            VoucherSort::SoldAt if filters.shop.len() == 1 => fixed("voucher_by_shop_and_sale"),
            VoucherSort::SoldAt if filters.status.len() == 1 => fixed("voucher_by_status_and_sale"),
            VoucherSort::SoldAt if filters.payment.len() == 1 => fixed("voucher_by_payment_and_sale"),
            VoucherSort::Shop | VoucherSort::SoldBy => fixed(sort.index()),
            VoucherSort::Status => Self { index: sort.index(), first_is_fixed: filters.status.len() == 1 },
            VoucherSort::Payment => Self { index: sort.index(), first_is_fixed: filters.payment.len() == 1 },
            _ => Self { index: sort.index(), first_is_fixed: false },
        }
    }

    /// Whether the index has that column, so that no row has to be fetched to look at it.
    pub(super) fn holds(&self, column: &str) -> bool {
        columns(self.index).contains(&column)
    }

    fn serves(&self, column: &str) -> bool {
        let leading = if self.first_is_fixed { 2 } else { 1 };
        columns(self.index).iter().take(leading).any(|served| *served == column)
    }
}

fn columns(index: &str) -> &'static [&'static str] {
    INDEXES.iter().find(|(name, _)| *name == index).map_or(&[], |(_, columns)| columns)
}

/// The index that finds the rows of one value.
fn index_of(column: &str) -> Option<&'static str> {
    INDEXES.iter().find(|(_, columns)| columns.first() == Some(&column)).map(|(index, _)| *index)
}

/// All that the condition lets pass, out of its index alone.
fn passing(index: &str, condition: Condition) -> (String, Vec<Value>) {
    (format!("SELECT 1 FROM voucher v INDEXED BY {index} WHERE {} LIMIT ?", condition.text), condition.values)
}

/// How many rows the selection has, so many at most.
fn count_up_to(cache: &Connection, (selection, mut values): (String, Vec<Value>), most: u64) -> rusqlite::Result<u64> {
    values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
    let mut statement = cache.prepare_cached(&format!("SELECT count(*) FROM ({selection})"))?;
    statement.query_row(params_from_iter(values), |row| Ok(row.get::<_, Sql<u64>>(0)?.0))
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::{BatchId, Status};
    use uuid::Uuid;

    use super::*;
    use crate::{error::StoreFile, file::migrate};

    /// How SQLite goes about a question to an empty cache: without statistics it decides the same over a million rows.
    fn plan((text, values): (String, Vec<Value>)) -> Vec<String> {
        let cache = Connection::open_in_memory().unwrap();
        migrate::apply_steps(StoreFile::Cache, &cache, 0).unwrap();
        let mut statement = cache.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
        let steps = statement.query_map(params_from_iter(values), |row| row.get(3)).unwrap();
        steps.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn a_batch_is_listed_and_counted_by_its_index() {
        let batch = vec![BatchId(Uuid::from_u128(1))];
        for status in [Vec::new(), vec![Status::Used]] {
            let filters = VoucherFilters { batch: batch.clone(), status, ..VoucherFilters::default() };
            let walk = Walk::of(&filters, VoucherSort::SoldAt);
            let question = |source: &Source| Question::new(source, &filters, &Search::Everything);
            let by_sale = "ORDER BY v.sold_at DESC, v.id DESC LIMIT 100";
            for asked in [question(&Source::Walk(walk.index)).select("v.n", by_sale), question(&Source::Table).select("count(*)", "")] {
                assert_eq!(plan(asked), ["SEARCH v USING INDEX voucher_by_batch_and_sale (batch=?)"], "{filters:?}");
            }
        }
    }
}
