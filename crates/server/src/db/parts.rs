//! Which part of a period comes from `ledger_month`, and which from the lines of `ledger_entry`.

use beadsbox_domain::Date;
use jiff::ToSpan as _;

/// Two days, both included; nothing where the first is after the last.
type Range = (Date, Date);

/// Before every day that a voucher was sold on.
const EVER: Date = Date::constant(1, 1, 1);
const NOTHING: Range = (Date::constant(9999, 1, 1), EVER);

/// A period, in whole months and what is left of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Months from the one and before the other, by their first days.
    pub(super) months: Range,
    /// But for this one.
    pub(super) skipped: Option<Date>,
    /// Days whose lines are read one by one.
    pub(super) raw: [Range; 2],
}

impl Parts {
    /// Every line by itself.
    pub(super) const fn lines(from: Date, to: Date) -> Self {
        Self { months: NOTHING, skipped: None, raw: [(from, to), NOTHING] }
    }

    /// From one day to the other.
    pub(super) fn of(from: Date, to: Date) -> Self {
        let first = if from == from.first_of_month() { from } else { next_month(from) };
        let end = if to == to.last_of_month() { next_month(to) } else { to.first_of_month() };
        if first >= end {
            return Self::lines(from, to);
        }
        Self { months: (first, end), skipped: None, raw: [before(from, first), (end, to)] }
    }

    /// From the beginning to the last day, where what was before `from` has to be told from what was after.
    pub(super) fn since_ever(from: Date, to: Date) -> Self {
        let end = if to == to.last_of_month() { next_month(to) } else { to.first_of_month() };
        let (begins, cut) = (from.first_of_month(), from != from.first_of_month());
        let skipped = (cut && begins < end).then_some(begins);
        let raw = skipped.map_or(NOTHING, |month| (month, month.last_of_month()));
        Self { months: (EVER, end), skipped, raw: [raw, (end, to)] }
    }
}

/// The days from the one until before the other.
fn before(from: Date, end: Date) -> Range {
    end.yesterday().map_or(NOTHING, |last| (from, last))
}

fn next_month(day: Date) -> Date {
    day.first_of_month().saturating_add(1.month())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// How often the period counts that day, and whether the day's month tells it apart from `from`.
    fn times(parts: &Parts, day: Date) -> usize {
        let month = day.first_of_month();
        let by_month = month >= parts.months.0 && month < parts.months.1 && parts.skipped != Some(month);
        usize::from(by_month) + parts.raw.iter().filter(|(first, last)| (*first..=*last).contains(&day)).count()
    }

    #[test]
    fn every_day_of_a_period_is_counted_once_and_no_other() {
        let days = || (0..130).map(|days| date(2025, 12, 1) + days.days());
        for from in days().step_by(3).chain([date(2026, 1, 1), date(2026, 2, 1)]) {
            for to in days().step_by(4).chain([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]).filter(|to| *to >= from) {
                for day in days() {
                    let inside = usize::from((from..=to).contains(&day));
                    assert_eq!(times(&Parts::of(from, to), day), inside, "{day} in {from} to {to}");
                    assert_eq!(times(&Parts::lines(from, to), day), inside);
                    let since = Parts::since_ever(from, to);
                    assert_eq!(times(&since, day), usize::from(day <= to), "{day} until {to}, cut at {from}");
                    // A month as a whole is before the cut or after it.
                    let month = day.first_of_month();
                    let whole = month < since.months.1 && since.skipped != Some(month);
                    assert!(!whole || month >= from || month.last_of_month() < from);
                }
            }
        }
        assert_eq!(times(&Parts::since_ever(date(2026, 1, 5), date(2026, 2, 2)), date(1999, 7, 7)), 1);
    }

    #[test]
    fn whole_months_are_not_read_line_by_line() {
        let parts = Parts::of(date(2026, 1, 1), date(2026, 3, 31));
        assert_eq!(parts.months, (date(2026, 1, 1), date(2026, 4, 1)));
        assert!(parts.raw.iter().all(|(first, last)| first > last), "{parts:?}");
    }
}
