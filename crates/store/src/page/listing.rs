//! One page: the cached rows in their order, without those that this device did something to, and these at their places.

use std::{cell::RefCell, cmp::Ordering};

use beadsbox_domain::{ExternalCode, VoucherCode, VoucherId};
use beadsbox_protocol::signed_code::SignedCode;
use rusqlite::{Connection, params_from_iter, types::Value};

use super::{
    cursor,
    filters::{Seen, passes},
    order::Order,
    place::Place,
    query::{Found, VoucherPage, VoucherQuery},
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
    if let Some(page) = whole_code(sources, &query.search)? {
        return Ok(page);
    }
    let failed = |error| sources.database.failed(&error);
    let after = query.after.as_deref().map(|text| cursor::decode(text, query.sort, query.descending)).transpose()?;
    let search = Search::of(&query.search, query.emails).in_cache(sources.cache).map_err(failed)?;
    let mistaken = || search.with_a_mistake().filter(|_| query.near);
    if let Some((place, near)) = after {
        let search = if near { mistaken().ok_or(StoreError::BadCursor)? } else { search };
        return page(sources, query, &search, Some(&place));
    }
    let asked = page(sources, query, &search, None)?;
    match mistaken().filter(|_| asked.rows.is_empty()) {
        Some(mistaken) => page(sources, query, &mistaken, None).map(|near| if near.rows.is_empty() { asked } else { near }),
        None => Ok(asked),
    }
}

fn page(sources: &ListSources<'_>, query: &VoucherQuery, search: &Search, after: Option<&Place>) -> Result<VoucherPage, StoreError> {
    let failed = |error| sources.database.failed(&error);
    let limit = query.limit.clamp(1, MOST_ROWS);
    let order = Order::of(sources.cache, &sources.overlay.rules.directory, query).map_err(failed)?;
    let Chosen { source, hits } = source::choose(sources.cache, query, search, limit).map_err(failed)?;
    let total = match after {
        None => total::total(sources, query, search, hits).map_err(failed)?,
        Some(_) => None,
    };
    let own = own_rows(sources.overlay, query, search, (&order, after));
    // One more than asked shows whether there is a next page.
    let cached = cached_rows(sources, query, (search, &source), (&order, after), limit + 1).map_err(failed)?;
    let mut listed = merged(own, cached, &order, limit + 1);
    let more = listed.len() > limit;
    listed.truncate(limit);
    let near = search.has_a_mistake();
    let next = match listed.last() {
        Some(last) if more => Some(cursor::encode(last.place.clone(), (query.sort, query.descending), near)?),
        _ => None,
    };
    let found = if near { Found::Near } else { Found::Asked };
    Ok(VoucherPage { rows: listed.into_iter().map(|row| row.view).collect(), next, total, found })
}

/// A scanned or wholly typed code goes straight to its voucher. One that no voucher here has may be part of a text as well, unless it was
/// scanned.
fn whole_code(sources: &ListSources<'_>, typed: &str) -> Result<Option<VoucherPage>, StoreError> {
    let page = |rows: Vec<VoucherView>| VoucherPage { next: None, total: Some(rows.len() as u64), rows, found: Found::Code };
    if let Ok(scanned) = SignedCode::parse(typed.trim()) {
        return Ok(Some(page(of_code(sources, scanned.says.code)?.into_iter().collect())));
    }
    if let Ok(code) = VoucherCode::parse(typed)
        && let Some(found) = of_code(sources, code)?
    {
        return Ok(Some(page(vec![found])));
    }
    let Ok(code) = ExternalCode::new(typed) else { return Ok(None) };
    Ok(of_external_code(sources, &code)?.map(|found| page(vec![found])))
}

/// What another system's paper says is not in the search index: it is found whole.
fn of_external_code(sources: &ListSources<'_>, code: &ExternalCode) -> Result<Option<VoucherView>, StoreError> {
    if let Some(entry) = sources.overlay.voucher_by_external_code(code) {
        return Ok(entry.view());
    }
    let found = voucher::find_external(sources.cache, code, &mut sources.contents.borrow_mut()).map_err(|error| sources.database.failed(&error))?;
    shown_as_cached(sources, found)
}

fn of_code(sources: &ListSources<'_>, code: VoucherCode) -> Result<Option<VoucherView>, StoreError> {
    if let Some(entry) = sources.overlay.voucher_by_code(code) {
        return Ok(entry.view());
    }
    let found = voucher::find_code(sources.cache, code, &mut sources.contents.borrow_mut()).map_err(|error| sources.database.failed(&error))?;
    shown_as_cached(sources, found)
}

/// Unless this device did something to it, which shows it otherwise.
fn shown_as_cached(sources: &ListSources<'_>, found: Option<voucher::CachedVoucher>) -> Result<Option<VoucherView>, StoreError> {
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
fn own_rows(overlay: &Overlay, query: &VoucherQuery, search: &Search, (order, after): (&Order<'_>, Option<&Place>)) -> Vec<Listed> {
    let is_listed = |view: &VoucherView| {
        let seen = Seen { voucher: &view.voucher, open_conflict: view.open_conflict, waiting: view.waiting };
        passes(&query.filters, &seen) && search.finds(&view.voucher, view.person.as_ref())
    };
    let mut own: Vec<Listed> = overlay
        .vouchers()
        .filter_map(VoucherEntry::view)
        .filter(is_listed)
        .map(|view| Listed { place: order.place(&view.voucher, view.person.as_ref()), view })
        .filter(|row| after.is_none_or(|after| after.order(&row.place, query.descending) == Ordering::Less))
        .collect();
    own.sort_by(|a, b| a.place.order(&b.place, query.descending));
    own
}

/// So many of the next cached rows that this device did nothing to, in the list's order.
fn cached_rows(
    sources: &ListSources<'_>,
    query: &VoucherQuery,
    (search, source): (&Search, &Source),
    (order, after): (&Order<'_>, Option<&Place>),
    wanted: usize,
) -> rusqlite::Result<Vec<Listed>> {
    // Told how many it may be asked for, SQLite keeps no more while it sorts. Those that this device did something to are passed by.
    let most = wanted + sources.overlay.vouchers().count() + 1;
    let question = || Question::new(source, &query.filters, search);
    if let Source::Each(_, column, values) = source {
        let mut listed = Vec::new();
        for value in values {
            let mut part = order.whole(after);
            part.conditions.push((format!("v.{column} = ?"), vec![value.clone()]));
            let before = listed.len();
            read_part(sources, order, question().of_part(part, COLUMNS, most), before + wanted, &mut listed)?;
        }
        listed.sort_by(|a, b| a.place.order(&b.place, order.descending));
        listed.truncate(wanted);
        return Ok(listed);
    }
    let parts = if source.is_in_order() { order.parts(after) } else { vec![order.whole(after)] };
    let mut listed = Vec::with_capacity(wanted);
    for part in parts {
        read_part(sources, order, question().of_part(part, COLUMNS, most), wanted, &mut listed)?;
        if listed.len() >= wanted {
            break;
        }
    }
    Ok(listed)
}

/// Reads until the list is so long.
fn read_part(
    sources: &ListSources<'_>,
    order: &Order<'_>,
    (text, values): (String, Vec<Value>),
    until: usize,
    listed: &mut Vec<Listed>,
) -> rusqlite::Result<()> {
    let mut statement = sources.cache.prepare_cached(&text)?;
    let mut cached = statement.query(params_from_iter(values))?;
    while listed.len() < until {
        let Some(row) = cached.next()? else { break };
        if sources.overlay.has_voucher(row.get::<_, Sql<VoucherId>>(0)?.0) {
            continue;
        }
        let found = voucher::read(sources.cache, row, &mut sources.contents.borrow_mut())?;
        let place = order.place(&found.voucher, found.person.as_ref());
        listed.push(Listed { place, view: cached_view(sources.cache, found)? });
    }
    Ok(())
}

/// Both in one list.
fn merged(own: Vec<Listed>, cached: Vec<Listed>, order: &Order<'_>, wanted: usize) -> Vec<Listed> {
    let (mut own, mut cached) = (own.into_iter().peekable(), cached.into_iter().peekable());
    let mut listed = Vec::with_capacity(wanted);
    while listed.len() < wanted {
        let own_first = match (own.peek(), cached.peek()) {
            (None, None) => break,
            (Some(own), Some(cached)) => own.place.order(&cached.place, order.descending) == Ordering::Less,
            (Some(_), None) => true,
            (None, Some(_)) => false,
        };
        listed.extend(if own_first { own.next() } else { cached.next() });
    }
    listed
}
