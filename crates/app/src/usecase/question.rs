//! What the grid asks, in the store's words: days become moments where the shop is, and the search looks where the person may.

use beadsbox_domain::{Currency, Date, Deed, ShopId, Timestamp};
use beadsbox_store::{View, VoucherFilters, VoucherQuery, VoucherSort};
use jiff::{ToSpan as _, tz::TimeZone};

use super::Seat;
use crate::{
    error::{AppResult, FieldErrorCode, FieldErrors},
    view::{self, DayRange, SortKey},
};

const MOST_ROWS: usize = 500;

/// Who asks, where and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) now: Timestamp,
    home: ShopId,
    /// Whether addresses are theirs to look at.
    emails: bool,
}

impl Asked {
    pub(super) fn by(seat: &Seat) -> Self {
        Self { now: seat.device.host.clock.now(), home: seat.device.place().shop, emails: seat.session.role.may(Deed::UseOffice) }
    }

    /// Where the shop's days end.
    pub(super) fn zone(&self, view: &View<'_>) -> TimeZone {
        view.directory().time_zone(self.home)
    }

    /// A page of the grid.
    pub(super) fn page(&self, view: &View<'_>, query: view::VoucherQuery) -> AppResult<VoucherQuery> {
        let limit = usize::try_from(query.limit).unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
        let after = query.after.clone();
        Ok(VoucherQuery { after, limit, ..self.list(view, query.search, &query.filters, (query.sort, query.descending))? })
    }

    /// The list from its beginning, in pages as long as there are.
    pub(super) fn list(&self, view: &View<'_>, search: String, filters: &view::VoucherFilters, (sort, descending): (SortKey, bool)) -> AppResult<VoucherQuery> {
        let filters = self.filters(filters, &self.zone(view))?;
        Ok(VoucherQuery { search, emails: self.emails, near: true, filters, sort: store_sort(sort), descending, after: None, limit: MOST_ROWS })
    }

    fn filters(&self, asked: &view::VoucherFilters, zone: &TimeZone) -> AppResult<VoucherFilters> {
        let mut faults = FieldErrors::default();
        let today = self.now.to_zoned(zone.clone()).date();
        let mut day = |field: &str, text: &Option<String>| {
            let text = text.as_deref().filter(|text| !text.is_empty())?;
            let read = text.parse::<Date>();
            if read.is_err() {
                faults.add(field, FieldErrorCode::NotANumber, None);
            }
            read.ok()
        };
        let (sold_from, sold_to) = match asked.sold {
            Some(range) => days(range, today),
            None => (day("sold_from", &asked.sold_from), day("sold_to", &asked.sold_to)),
        };
        let (expires_from, expires_to) = match asked.expires_within {
            Some(within) => (Some(today), today.checked_add(i64::from(within).days()).ok()),
            None => (day("expires_from", &asked.expires_from), day("expires_to", &asked.expires_to)),
        };
        let template = ids("template", &asked.template, &mut faults);
        let batch = ids("batch", &asked.batch, &mut faults);
        let shop = ids("shop", &asked.shop, &mut faults);
        let sold_by = ids("sold_by", &asked.sold_by, &mut faults);
        let currency = asked.currency.iter().filter_map(|code| faults.take("currency", Currency::from_code(code))).collect();
        faults.finish()?;
        // A day begins and ends where the shop is.
        let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|start| start.timestamp());
        Ok(VoucherFilters {
            status: asked.status.clone(),
            template,
            batch,
            shop,
            sold_by,
            payment: asked.payment.clone(),
            sold_from: sold_from.and_then(start),
            sold_before: sold_to.and_then(|day| day.tomorrow().ok()).and_then(start),
            expires_from,
            expires_to,
            value_min: asked.value_min,
            value_max: asked.value_max,
            currency,
            open_conflict: asked.open_conflict,
            waiting: asked.waiting,
        })
    }
}

/// The first and the last of the days.
fn days(range: DayRange, today: Date) -> (Option<Date>, Option<Date>) {
    let before = |day: Date, span: jiff::Span| day.checked_sub(span).unwrap_or(day);
    let monday = before(today, i64::from(today.weekday().to_monday_zero_offset()).days());
    let first = today.first_of_month();
    let (from, to) = match range {
        DayRange::Today => (today, today),
        DayRange::Yesterday => (before(today, 1.day()), before(today, 1.day())),
        DayRange::ThisWeek => (monday, today),
        DayRange::LastWeek => (before(monday, 7.days()), before(monday, 1.day())),
        DayRange::ThisMonth => (first, today),
        DayRange::LastMonth => (before(first, 1.month()), before(first, 1.day())),
        DayRange::ThisYear => (today.first_of_year(), today),
    };
    (Some(from), Some(to))
}

/// What is no id must not be left out: the list would be longer than was asked for.
fn ids<T: std::str::FromStr>(field: &str, texts: &[String], faults: &mut FieldErrors) -> Vec<T> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        match text.parse() {
            Ok(id) => ids.push(id),
            Err(_) => faults.add(field, FieldErrorCode::ForbiddenCharacter, None),
        }
    }
    ids
}

const fn store_sort(sort: SortKey) -> VoucherSort {
    match sort {
        SortKey::SoldAt => VoucherSort::SoldAt,
        SortKey::Price => VoucherSort::Price,
        SortKey::Buyer => VoucherSort::Buyer,
        SortKey::Title => VoucherSort::Title,
        SortKey::Status => VoucherSort::Status,
        SortKey::ExpiresOn => VoucherSort::ExpiresOn,
        SortKey::Code => VoucherSort::Code,
        SortKey::Recipient => VoucherSort::Recipient,
        SortKey::Email => VoucherSort::Email,
        SortKey::Changed => VoucherSort::Changed,
        SortKey::Payment => VoucherSort::Payment,
        SortKey::Shop => VoucherSort::Shop,
        SortKey::SoldBy => VoucherSort::SoldBy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_that_people_name() {
        let today = Date::constant(2027, 3, 3);
        let range = |range| {
            let (from, to) = days(range, today);
            format!("{} {}", from.unwrap(), to.unwrap())
        };
        assert_eq!(range(DayRange::Today), "2027-03-03 2027-03-03");
        assert_eq!(range(DayRange::Yesterday), "2027-03-02 2027-03-02");
        assert_eq!(range(DayRange::ThisWeek), "2027-03-01 2027-03-03");
        assert_eq!(range(DayRange::LastWeek), "2027-02-22 2027-02-28");
        assert_eq!(range(DayRange::ThisMonth), "2027-03-01 2027-03-03");
        assert_eq!(range(DayRange::LastMonth), "2027-02-01 2027-02-28");
        assert_eq!(range(DayRange::ThisYear), "2027-01-01 2027-03-03");
    }
}
