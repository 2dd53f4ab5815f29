//! Where the rows of a list come from: the order of an index, or the few that a search or a filter leaves.

use std::rc::Rc;

use rusqlite::{Connection, params_from_iter, types::Value};

use super::{
    filters::{Condition, conditions},
    query::{VoucherFilters, VoucherQuery, VoucherSort},
    question::Question,
    search::Search,
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
    /// The few rows that a filter finds by this index, sorted then.
    Few(&'static str),
    /// The table in the order of this index, of which only what the search found is fetched.
    Hits(&'static str, Hits),
    /// Only what the search found, sorted then.
    Found(Hits),
}

/// Every index of the vouchers with its columns before the id.
const INDEXES: [(&str, &[&str]); 9] = [
    ("voucher_by_sale", &["sold_at"]),
    ("voucher_by_price", &["price"]),
    ("voucher_by_buyer", &["buyer_key"]),
    ("voucher_by_title", &["title_key"]),
    ("voucher_by_expiry", &["expires_on"]),
    ("voucher_by_code", &["code"]),
    ("voucher_by_status_and_sale", &["status", "sold_at"]),
    ("voucher_by_template_and_sale", &["template", "sold_at"]),
    ("voucher_by_shop_and_sale", &["sold_shop", "sold_at"]),
];

/// How far what a search finds is counted for the list's first page.
const COUNTED: u64 = 10_000;
/// Of entries of an index that are passed by, so many cost as much as a row that is fetched from anywhere (some 0.1 and 25 µs), and so
/// many fewer hits are few where only they are fetched: its root.
const FEWER_WHERE_ONLY_HITS_ARE_FETCHED: u64 = 16;

/// Where a list comes from.
pub(super) struct Chosen {
    pub(super) source: Source,
    /// What the search finds; none where that was not read to the end.
    pub(super) hits: Option<Hits>,
}

/// Few rows are fetched and sorted; where there are many, the list's own order reaches a page of them sooner. Both cost the
/// same at about the root of the page's rows times all rows.
pub(super) fn choose(cache: &Connection, query: &VoucherQuery, search: &Search, limit: usize) -> rusqlite::Result<Chosen> {
    let walk = walk(&query.filters, query.sort);
    match search {
        Search::Nothing => Ok(Chosen { source: Source::Walk(walk), hits: None }),
        Search::Everything => Ok(Chosen { source: by_filters(cache, query, walk, limit)?, hits: None }),
        Search::Within { .. } | Search::Start { .. } => {
            let few = few(cache, limit)?;
            // Where filters leave only some of the hits, the walk may not come to a page of them for long.
            let unfiltered = conditions(&query.filters).is_empty();
            let most = if query.after.is_none() || unfiltered { few.max(COUNTED) } else { few };
            let hits = hits(cache, search, most)?;
            let source = match &hits {
                Some(hits) if unfiltered && hits.count >= few / FEWER_WHERE_ONLY_HITS_ARE_FETCHED => Source::Hits(walk, hits.clone()),
                Some(hits) if hits.count < few => Source::Found(hits.clone()),
                _ => Source::Walk(walk),
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

/// The list's order, unless a filter that it does not serve leaves only a few.
fn by_filters(cache: &Connection, query: &VoucherQuery, walk: &'static str, limit: usize) -> rusqlite::Result<Source> {
    let mut rest = conditions(&query.filters);
    rest.retain(|condition| !columns(walk).contains(&condition.column));
    if rest.is_empty() {
        return Ok(Source::Walk(walk));
    }
    let few = few(cache, limit)?;
    for condition in rest {
        let Some(index) = index_of(condition.column) else { continue };
        if count_up_to(cache, passing(index, condition), few)? < few {
            return Ok(Source::Few(index));
        }
    }
    Ok(Source::Walk(walk))
}

/// Fewer are few.
fn few(cache: &Connection, limit: usize) -> rusqlite::Result<u64> {
    Ok((total::all_cached(cache)?.max(1) * limit as u64).isqrt().max(1000))
}

/// The index whose order serves the list, with the filters that it serves as well.
fn walk(filters: &VoucherFilters, sort: VoucherSort) -> &'static str {
    match sort {
        VoucherSort::SoldAt if filters.template.is_some() => "voucher_by_template_and_sale",
        VoucherSort::SoldAt if filters.shop.is_some() => "voucher_by_shop_and_sale",
        VoucherSort::SoldAt if filters.status.len() == 1 => "voucher_by_status_and_sale",
        _ => sort.columns_and_index().1,
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
