//! How many vouchers a list has in all.

use beadsbox_domain::{ShopId, Status, TemplateId};
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::{
    filters::passes,
    listing::ListSources,
    query::{VoucherFilters, VoucherQuery},
    question::Question,
    search::Search,
    source::{Hits, Source},
};
use crate::file::sql::Sql;

/// The exact number; none where counting would keep the page waiting.
pub(super) fn total(sources: &ListSources<'_>, query: &VoucherQuery, search: &Search, hits: Option<Hits>) -> rusqlite::Result<Option<u64>> {
    let filters = &query.filters;
    let cached = match search {
        Search::Nothing => Some(0),
        Search::Everything if served_by_tally(filters) => Some(tallied(sources.cache, filters)?),
        Search::Everything => counted(sources, Question::new(&Source::Table, filters, search))?,
        Search::Within { .. } | Search::Start { .. } => match hits {
            Some(hits) if *filters != VoucherFilters::default() => counted(sources, Question::new(&Source::Found(hits), filters, search))?,
            hits => hits.map(|hits| hits.count),
        },
    };
    let Some(mut total) = cached else { return Ok(None) };
    // What this device did something to counts as it shows it, not as it is cached.
    for entry in sources.overlay.vouchers() {
        let base = entry.base.as_ref().filter(|base| passes(filters, &base.voucher) && search.finds(&base.voucher, base.person.as_ref()));
        let shown = entry.voucher().filter(|voucher| passes(filters, voucher) && search.finds(voucher, entry.person.as_ref()));
        total = total.saturating_sub(u64::from(base.is_some())) + u64::from(shown.is_some());
    }
    Ok(Some(total))
}

/// Whether nothing but status, template and shop is asked.
fn served_by_tally(filters: &VoucherFilters) -> bool {
    let rest = VoucherFilters { status: Vec::new(), template: None, shop: None, ..filters.clone() };
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
        if filters.template.is_none_or(|wanted| wanted == template.0)
            && filters.shop.is_none_or(|wanted| wanted == shop.0)
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
