//! One page: the cached rows in their order, without those that this device did something to, and these at their places.

use std::{cell::RefCell, cmp::Ordering};

use beadsbox_domain::{VoucherCode, VoucherId};
use rusqlite::{Connection, Rows, params_from_iter};

use super::{
    cursor,
    filters::passes,
    place::Place,
    query::{VoucherPage, VoucherQuery},
    question::Question,
    search::Search,
    source::{self, Chosen, Source},
    total,
};
use crate::{
    cache::{
        rows,
        voucher::{self, COLUMNS, Contents},
    },
    effective::{entry::VoucherEntry, overlay::Overlay},
    error::StoreError,
    file::{Database, Snapshot, sql::Sql},
    types::VoucherView,
};

/// The most rows of one page.
const MOST_ROWS: usize = 500;

/// Where a list comes from.
pub(crate) struct ListSources<'a> {
    pub(crate) database: &'a Database,
    pub(crate) cache: &'a Snapshot,
    pub(crate) overlay: &'a Overlay,
    pub(crate) contents: &'a RefCell<Contents>,
}

/// A row and its place.
struct Listed {
    place: Place,
    view: VoucherView,
}

/// One page of the list.
pub(crate) fn list(sources: &ListSources<'_>, query: &VoucherQuery) -> Result<VoucherPage, StoreError> {
    if let Some(found) = whole_code(sources, &query.search)? {
        return Ok(VoucherPage { rows: vec![found], next: None, total: Some(1) });
    }
    let failed = |error| sources.database.failed(&error);
    let search = Search::of(&query.search).in_cache(sources.cache).map_err(failed)?;
    let after = query.after.as_deref().map(|text| cursor::decode(text, query.sort, query.descending)).transpose()?;
    let limit = query.limit.clamp(1, MOST_ROWS);
    let Chosen { source, hits } = source::choose(sources.cache, query, &search, limit).map_err(failed)?;
    let own = own_rows(sources.overlay, query, &search, after.as_ref());
    let total = match &after {
        None => total::total(sources, query, &search, hits).map_err(failed)?,
        Some(_) => None,
    };
    // One more than asked shows whether there is a next page.
    let mut listed = merge(sources, query, (&search, &source, after.as_ref()), own, limit + 1).map_err(failed)?;
    let more = listed.len() > limit;
    listed.truncate(limit);
    let next = match listed.last() {
        Some(last) if more => Some(cursor::encode(last.place.clone(), query.sort, query.descending)?),
        _ => None,
    };
    Ok(VoucherPage { rows: listed.into_iter().map(|row| row.view).collect(), next, total })
}

/// A scanned or wholly typed code goes straight to its voucher, if there is one: it may be part of a text as well.
fn whole_code(sources: &ListSources<'_>, typed: &str) -> Result<Option<VoucherView>, StoreError> {
    let Ok(code) = VoucherCode::parse(typed) else { return Ok(None) };
    if let Some(entry) = sources.overlay.voucher_by_code(code) {
        return Ok(entry.view());
    }
    let found = voucher::find_code(sources.cache, code, &mut sources.contents.borrow_mut()).map_err(|error| sources.database.failed(&error))?;
    found
        .filter(|found| !sources.overlay.has_voucher(found.voucher.id))
        .map(|found| cached_view(sources.cache, found))
        .transpose()
        .map_err(|error| sources.database.failed(&error))
}

fn cached_view(cache: &Connection, found: voucher::CachedVoucher) -> rusqlite::Result<VoucherView> {
    let open_conflict = rows::has_open_conflict(cache, found.voucher.id)?;
    Ok(VoucherView { voucher: found.voucher, person: found.person, waiting: false, open_conflict })
}

/// The vouchers with own operations that belong on this page or a later one, in the list's order.
fn own_rows(overlay: &Overlay, query: &VoucherQuery, search: &Search, after: Option<&Place>) -> Vec<Listed> {
    let mut own: Vec<Listed> = overlay
        .vouchers()
        .filter(|entry| entry.voucher().is_some_and(|voucher| passes(&query.filters, voucher) && search.finds(voucher, entry.person.as_ref())))
        .filter_map(VoucherEntry::view)
        .map(|view| Listed { place: Place::of(&view.voucher, view.person.as_ref(), query.sort), view })
        .filter(|row| after.is_none_or(|after| after.order(&row.place, query.descending) == Ordering::Less))
        .collect();
    own.sort_by(|a, b| a.place.order(&b.place, query.descending));
    own
}

fn merge(
    sources: &ListSources<'_>,
    query: &VoucherQuery,
    (search, source, after): (&Search, &Source, Option<&Place>),
    own: Vec<Listed>,
    wanted: usize,
) -> rusqlite::Result<Vec<Listed>> {
    let mut question = Question::new(source, &query.filters, search);
    if let Some(place) = after {
        question.add_after(place, query.sort, query.descending);
    }
    let (columns, _) = query.sort.columns_and_index();
    let direction = if query.descending { " DESC" } else { "" };
    let order: String = columns.iter().flat_map(|column| [*column, direction, ", "]).collect();
    // Told how many it may be asked for, SQLite keeps no more while it sorts. Those that this device did something to are passed by.
    let most = wanted + sources.overlay.vouchers().count() + 1;
    let (text, mut values) = question.select(COLUMNS, &format!("ORDER BY {order}v.id{direction} LIMIT ?"));
    values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
    let mut statement = sources.cache.prepare_cached(&text)?;
    let mut cached = statement.query(params_from_iter(values))?;

    let mut own = own.into_iter().peekable();
    let mut next = next_cached(sources, query, &mut cached)?;
    let mut listed = Vec::with_capacity(wanted);
    while listed.len() < wanted {
        let own_first = match (&next, own.peek()) {
            (None, None) => break,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (Some(cached), Some(own)) => own.place.order(&cached.place, query.descending) == Ordering::Less,
        };
        if own_first {
            listed.extend(own.next());
        } else {
            listed.extend(next.take());
            next = next_cached(sources, query, &mut cached)?;
        }
    }
    Ok(listed)
}

/// The next cached row that this device did nothing to.
fn next_cached(sources: &ListSources<'_>, query: &VoucherQuery, cached: &mut Rows<'_>) -> rusqlite::Result<Option<Listed>> {
    while let Some(row) = cached.next()? {
        if sources.overlay.has_voucher(row.get::<_, Sql<VoucherId>>(0)?.0) {
            continue;
        }
        let found = voucher::read(sources.cache, row, &mut sources.contents.borrow_mut())?;
        let place = Place::of(&found.voucher, found.person.as_ref(), query.sort);
        return Ok(Some(Listed { place, view: cached_view(sources.cache, found)? }));
    }
    Ok(None)
}
