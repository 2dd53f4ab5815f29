//! Going far into a list at once: where its page begins is found by counting the entries of the index, and no row is fetched on the way.

use rusqlite::{ErrorCode, Row, params_from_iter, types::ValueRef};

use super::{
    cursor,
    filters::{Seen, conditions, passes},
    listing::ListSources,
    order::{Order, Part},
    place::{Place, SortValue},
    query::VoucherQuery,
    question::Question,
    search::Search,
    source::{Source, Walk},
};
use crate::{error::StoreError, file::sql::Sql};

/// A million entries of an index take a tenth of a second.
const BUDGET: i64 = 20_000;
/// This device's own work moves rows by a few; so often the place is looked for again.
const TRIES: usize = 8;

/// The cursor behind so many vouchers of the list, from its beginning; none where the index alone cannot count them.
pub(crate) fn cursor_behind(sources: &ListSources<'_>, query: &VoucherQuery, rows: u64) -> Result<Option<String>, StoreError> {
    let walk = Walk::of(&query.filters, query.sort);
    let counted = conditions(&query.filters).iter().all(|condition| walk.holds(condition.column));
    if rows == 0 || !counted || Search::of(&query.search, query.emails) != Search::Everything {
        return Ok(None);
    }
    let found = Jump::of(sources, query, walk.index).and_then(|jump| jump.place_behind(rows));
    match found {
        Ok(Some(place)) => cursor::encode(place, (query.sort, query.descending), false).map(Some),
        Ok(None) => Ok(None),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Err(error) => Err(sources.database.failed(&error)),
    }
}

struct Jump<'a> {
    sources: &'a ListSources<'a>,
    query: &'a VoucherQuery,
    order: Order<'a>,
    index: &'static str,
    /// Of what this device did something to: the places that are shown, and those of the cached rows that are not.
    shown: Vec<Place>,
    hidden: Vec<Place>,
}

impl<'a> Jump<'a> {
    fn of(sources: &'a ListSources<'a>, query: &'a VoucherQuery, index: &'static str) -> rusqlite::Result<Self> {
        let order = Order::of(sources.cache, &sources.overlay.rules.directory, query)?;
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        for entry in sources.overlay.vouchers() {
            if let Some(base) = &entry.base {
                let seen = Seen { voucher: &base.voucher, open_conflict: entry.has_known_conflict(), waiting: false };
                if passes(&query.filters, &seen) {
                    hidden.push(order.place(&base.voucher, base.person.as_ref()));
                }
            }
            if let Some(voucher) = entry.voucher() {
                let seen = Seen { voucher, open_conflict: entry.has_open_conflict(), waiting: entry.replayed.waiting };
                if passes(&query.filters, &seen) {
                    shown.push(order.place(voucher, entry.person.as_ref()));
                }
            }
        }
        Ok(Self { sources, query, order, index, shown, hidden })
    }

    /// The place of the row after which that many are listed.
    fn place_behind(&self, rows: u64) -> rusqlite::Result<Option<Place>> {
        let mut cached = rows;
        for _ in 0..TRIES {
            let Some(place) = self.cached_place(cached)? else { return Ok(None) };
            let until = |places: &[Place]| places.iter().filter(|other| other.order(&place, self.query.descending).is_le()).count() as u64;
            let listed = (cached + until(&self.shown)).saturating_sub(until(&self.hidden));
            if listed == rows {
                return Ok(Some(place));
            }
            cached = (cached + rows).saturating_sub(listed).max(1);
        }
        // An own row lies just there: whoever asks goes there page by page.
        Ok(None)
    }

    /// The place of a cached row by its number, from 1.
    fn cached_place(&self, number: u64) -> rusqlite::Result<Option<Place>> {
        let parts = self.order.parts(None);
        let several = parts.len() > 1;
        let mut before = number - 1;
        for (group, part) in parts.into_iter().enumerate() {
            if several {
                let (text, values) = self.question().of_part_unsorted(&part, "count(*)");
                let count: u64 = self.ask(&text, values, |row| Ok(row.get::<_, Sql<u64>>(0)?.0))?.unwrap_or_default();
                if count <= before {
                    before -= count;
                    continue;
                }
            }
            return self.place_in(group, part, before);
        }
        Ok(None)
    }

    fn place_in(&self, group: usize, part: Part, before: u64) -> rusqlite::Result<Option<Place>> {
        let columns = format!("{}, v.id", self.order.columns().join(", "));
        let (text, mut values) = self.question().of_part(part, &columns, 1);
        values.push(i64::try_from(before).unwrap_or(i64::MAX).into());
        self.ask(&format!("{text} OFFSET ?"), values, |row| {
            let mut sorted = self.order.group_values(group);
            for column in 0..self.order.columns().len() {
                sorted.push(value(row, column)?);
            }
            Ok(Place { values: sorted, id: row.get::<_, Sql<_>>(self.order.columns().len())?.0 })
        })
    }

    fn question(&self) -> Question {
        Question::new(&Source::Walk(self.index), &self.query.filters, &Search::Everything)
    }

    fn ask<T>(&self, text: &str, values: Vec<rusqlite::types::Value>, read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
        use rusqlite::OptionalExtension as _;
        self.sources
            .cache
            .within(BUDGET, |cache| cache.prepare_cached(text)?.query_row(params_from_iter(values), read).optional())
    }
}

fn value(row: &Row<'_>, column: usize) -> rusqlite::Result<SortValue> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => SortValue::Number(number),
        other => SortValue::Text(
            other
                .as_str()
                .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, other.data_type(), error.into()))?
                .to_owned(),
        ),
    })
}
