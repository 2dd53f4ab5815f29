//! When a voucher ends: at the end of its last day, in the time zone of the shop that sold it.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

/// The last day and the first moment after it, for a sale at `sold_at` with that many months of validity.
///
/// A month that lacks the day ends on its last one (31 January + 1 month is 28 or 29 February). None where the calendar ends.
pub fn last_day(sold_at: Timestamp, months: u16, zone: &TimeZone) -> Option<(Date, Timestamp)> {
    let sold_on = sold_at.to_zoned(zone.clone()).date();
    let last = sold_on.checked_add(Span::new().try_months(months).ok()?).ok()?;
    let end = last.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp();
    Some((last, end))
}
