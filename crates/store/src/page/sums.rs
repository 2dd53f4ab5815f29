//! How many vouchers a list has in all and what they are worth, for whoever chose all of them.

use std::collections::{BTreeMap, HashMap};

use beadsbox_domain::{Currency, Money, TemplateContent, Voucher};
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::{
    listing::{ListSources, list},
    query::{Found, VoucherQuery},
    question::Question,
    search::Search,
    source, total,
};
use crate::{error::StoreError, file::sql::Json};

/// Counting all of a million takes a few seconds, and whoever waits sees that it goes on.
const BUDGET: i64 = 50_000;

/// A list in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListSums {
    /// How many vouchers.
    pub vouchers: u64,
    /// What they are worth, by currency.
    pub values: Vec<Money>,
}

#[derive(Default)]
struct Adding {
    vouchers: i64,
    minor: BTreeMap<&'static str, (Currency, i64)>,
}

impl Adding {
    fn add(&mut self, value: Money, vouchers: i64) {
        self.vouchers += vouchers;
        self.minor.entry(value.currency.code()).or_insert((value.currency, 0)).1 += value.minor;
    }

    fn add_one(&mut self, voucher: &Voucher, sign: i64) {
        let price = voucher.snapshot.price;
        self.add(Money::new(sign * price.minor, price.currency), sign);
    }

    fn sums(self) -> ListSums {
        let values = self.minor.into_values().filter(|(_, minor)| *minor != 0).map(|(currency, minor)| Money::new(minor, currency));
        ListSums { vouchers: u64::try_from(self.vouchers).unwrap_or_default(), values: values.collect() }
    }
}

/// The whole list in numbers; none where adding it up would take too long.
pub(crate) fn sums(sources: &ListSources<'_>, query: &VoucherQuery) -> Result<Option<ListSums>, StoreError> {
    let first = list(sources, &VoucherQuery { after: None, limit: 1, ..query.clone() })?;
    let mut adding = Adding::default();
    if first.found == Found::Code {
        first.rows.iter().for_each(|row| adding.add_one(&row.voucher, 1));
        return Ok(Some(adding.sums()));
    }
    let failed = |error| sources.database.failed(&error);
    let asked = Search::of(&query.search, query.emails).in_cache(sources.cache).map_err(failed)?;
    let search = if first.found == Found::Near { asked.with_a_mistake().unwrap_or(asked) } else { asked };
    match add_cached(sources, query, &search, &mut adding) {
        Ok(()) => {}
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    total::for_own(sources.overlay, &query.filters, &search, |voucher, is_shown| adding.add_one(voucher, if is_shown { 1 } else { -1 }));
    Ok(Some(adding.sums()))
}

fn add_cached(sources: &ListSources<'_>, query: &VoucherQuery, search: &Search, adding: &mut Adding) -> rusqlite::Result<()> {
    let chosen = source::choose(sources.cache, &VoucherQuery { after: None, ..query.clone() }, search, query.limit)?;
    let source = chosen.hits.map_or(chosen.source, source::Source::Found).unordered();
    let (text, values) = Question::new(&source, &query.filters, search).select("v.snapshot, count(*), sum(v.price)", "GROUP BY v.snapshot");
    let sums = sources.cache.within(BUDGET, |cache| -> rusqlite::Result<Vec<(i64, i64, i64)>> {
        let mut statement = cache.prepare_cached(&text)?;
        statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
    })?;
    let currencies = currencies(sources.cache)?;
    for (snapshot, vouchers, minor) in sums {
        if let Some(currency) = currencies.get(&snapshot) {
            adding.add(Money::new(minor, *currency), vouchers);
        }
    }
    Ok(())
}

/// By the numbers of what templates said.
fn currencies(cache: &Connection) -> rusqlite::Result<HashMap<i64, Currency>> {
    let mut statement = cache.prepare_cached("SELECT n, content FROM snapshot")?;
    let currency = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Json<TemplateContent>>(1)?.0.price.currency));
    statement.query_map([], currency)?.collect()
}
