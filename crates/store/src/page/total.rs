//! How many vouchers a list has in all.

use beadsbox_domain::{ShopId, Status, TemplateId, Voucher};
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::{
    filters::{Seen, passes},
    listing::ListSources,
    query::{VoucherFilters, VoucherQuery},
    question::Question,
    search::Search,
    source::{Hits, Source},
};
use crate::{effective::overlay::Overlay, file::sql::Sql};

/// The exact number; none where counting would keep the page waiting.
pub(super) fn total(sources: &ListSources<'_>, query: &VoucherQuery, search: &Search, hits: Option<Hits>) -> rusqlite::Result<Option<u64>> {
    let filters = &query.filters;
    let cached = match search {
        Search::Nothing => Some(0),
        Search::Everything if served_by_tally(filters) => Some(tallied(sources.cache, filters)?),
        Search::Everything => counted(sources, Question::new(&Source::Table, filters, search))?,
        Search::Within(_) | Search::Start { .. } => match hits {
            Some(hits) if *filters != VoucherFilters::default() => counted(sources, Question::new(&Source::Found(hits), filters, search))?,
            hits => hits.map(|hits| hits.count),
        },
    };
    let Some(mut total) = cached else { return Ok(None) };
    for_own(sources.overlay, filters, search, |_, is_shown| total = if is_shown { total + 1 } else { total.saturating_sub(1) });
    Ok(Some(total))
}

/// What this device did something to counts as it shows it, not as it is cached: each that was counted as cached is given with `false`,
/// each that is shown with `true`.
pub(super) fn for_own(overlay: &Overlay, filters: &VoucherFilters, search: &Search, mut counts: impl FnMut(&Voucher, bool)) {
    for entry in overlay.vouchers() {
        if let Some(base) = &entry.base {
            let seen = Seen { voucher: &base.voucher, open_conflict: entry.has_known_conflict(), waiting: false };
            if passes(filters, &seen) && search.finds(&base.voucher, base.person.as_ref()) {
                counts(&base.voucher, false);
            }
        }
        if let Some(voucher) = entry.voucher() {
            let seen = Seen { voucher, open_conflict: entry.has_open_conflict(), waiting: entry.replayed.waiting };
            if passes(filters, &seen) && search.finds(voucher, entry.person.as_ref()) {
                counts(voucher, true);
            }
        }
    }
}

/// Whether nothing but status, template and shop is asked.
fn served_by_tally(filters: &VoucherFilters) -> bool {
    let rest = VoucherFilters { status: Vec::new(), template: Vec::new(), shop: Vec::new(), ..filters.clone() };
    rest == VoucherFilters::default()
}

/// All cached vouchers.
pub(super) fn all_cached(cache: &Connection) -> rusqlite::Result<u64> {
    tallied(cache, &VoucherFilters::default())
}

fn tallied(cache: &Connection, filters: &VoucherFilters) -> rusqlite::Result<u64> {
    let mut statement = cache.prepare_cached("SELECT template, shop, status, vouchers FROM tally")?;
    let mut rows = statement.query([])?;
    let mut total = 0;
    while let Some(row) = rows.next()? {
        let (template, shop, status) = (row.get::<_, Sql<TemplateId>>(0)?, row.get::<_, Sql<ShopId>>(1)?, row.get::<_, Sql<Status>>(2)?);
        if (filters.template.is_empty() || filters.template.contains(&template.0))
            && (filters.shop.is_empty() || filters.shop.contains(&shop.0))
            && (filters.status.is_empty() || filters.status.contains(&status.0))
        {
            total += row.get::<_, Sql<u64>>(3)?.0;
        }
    }
    Ok(total)
}

fn counted(sources: &ListSources<'_>, question: Question) -> rusqlite::Result<Option<u64>> {
    let (text, values) = question.select("count(*)", "");
    let count = sources
        .cache
        .within_budget(|cache| cache.prepare_cached(&text)?.query_row(params_from_iter(values), |row| Ok(row.get::<_, Sql<u64>>(0)?.0)));
    match count {
        Ok(count) => Ok(Some(count)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Err(error) => Err(error),
    }
}
