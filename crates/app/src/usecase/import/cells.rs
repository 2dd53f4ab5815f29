//! What cells of another system's table mean: days, amounts, statuses, as programs and people of two languages write them.

use beadsbox_documents::folded;
use beadsbox_domain::{Currency, Date, Money, MoneyError, Status, Timestamp};
use jiff::{
    civil::{DateTime, Time, date},
    tz::TimeZone,
};

use crate::view::DayOrder;

/// The years that a voucher can have to do with.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// A day, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Day(Date),
    Moment(Timestamp),
}

impl When {
    /// `2025-12-03`, `2025-12-03 14:05:00+00`, `3/12/2025 14:05`, `03.12.2025`. A time without a zone is the shop's. A year has four digits:
    /// with two of them nobody can tell 3/12/25 from 2003.
    pub(super) fn read(text: &str, order: DayOrder, zone: &TimeZone) -> Option<Self> {
        let text = text.trim();
        if let Ok(moment) = text.parse::<Timestamp>() {
            return in_years(moment.to_zoned(zone.clone()).date()).map(|_| Self::Moment(moment));
        }
        let (day, time) = match text.split_once([' ', 'T']) {
            Some((day, time)) => (day, Some(time.trim().parse::<Time>().ok()?)),
            None => (text, None),
        };
        let day = day_of(day, order)?;
        match time {
            None => Some(Self::Day(day)),
            Some(time) => moment(day.to_datetime(time), zone).map(Self::Moment),
        }
    }

    /// The day, by the shop's clock.
    pub(super) fn day(self, zone: &TimeZone) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Moment(moment) => moment.to_zoned(zone.clone()).date(),
        }
    }

    /// The moment; of a day, its first.
    pub(super) fn moment(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Moment(moment) => Some(moment),
            Self::Day(day) => moment(day.at(0, 0, 0, 0), zone),
        }
    }
}

/// The first moment after that day, by the shop's clock.
pub(super) fn end_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    moment(day.tomorrow().ok()?.at(0, 0, 0, 0), zone)
}

fn moment(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    at.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}

fn day_of(text: &str, order: DayOrder) -> Option<Date> {
    // One sign throughout: with two, nobody wrote a day.
    let sign = text.chars().find(|sign| !sign.is_ascii_digit()).filter(|sign| ['-', '/', '.'].contains(sign))?;
    let mut parts = text.split(sign);
    let (Some(one), Some(two), Some(three), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    // Dots are written in one order alone.
    let month_first = order == DayOrder::MonthFirst && sign != '.';
    let (year, month, day) = match (one.len(), three.len()) {
        (4, 1..=2) => (one, two, three),
        (1..=2, 4) if month_first => (three, one, two),
        (1..=2, 4) => (three, two, one),
        _ => return None,
    };
    let is_number = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    if ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    in_years(Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?)
}

fn in_years(day: Date) -> Option<Date> {
    Some(day).filter(|day| YEARS.contains(&day.year()) && *day >= date(*YEARS.start(), 1, 1))
}

/// `41.36`, `41,36 €`, `EUR 41.36`; or `4136` where these are minor units.
pub(super) fn amount(text: &str, currency: Currency, minor_units: bool) -> Result<Money, MoneyError> {
    if minor_units {
        let digits: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        let whole = digits.strip_prefix('-').unwrap_or(&digits);
        if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MoneyError::NotANumber);
        }
        return digits.parse().map(|minor| Money::new(minor, currency)).map_err(|_| MoneyError::OutOfRange);
    }
    let sign = match currency.code() {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        code => code,
    };
    let text = text.trim();
    let without = |unit: &str| text.strip_prefix(unit).or_else(|| text.strip_suffix(unit));
    Money::parse(without(sign).or_else(|| without(currency.code())).unwrap_or(text), currency)
}

/// A status by the words that other systems have for it.
pub(super) fn status(text: &str) -> Option<Status> {
    Some(match folded(text).as_str() {
        "purchased" | "sold" | "active" | "valid" | "open" | "paid" | "issued" | "vendu" | "achete" | "actif" | "valide" | "paye" | "emis" => Status::Purchased,
        "used" | "redeemed" | "consumed" | "utilise" | "consomme" => Status::Used,
        "cancelled" | "canceled" | "void" | "annule" => Status::Cancelled,
        "refunded" | "rembourse" => Status::Refunded,
        "expired" | "expire" | "perime" | "echu" => Status::Expired,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn read(text: &str, order: DayOrder) -> Option<String> {
        When::read(text, order, &paris()).map(|when| match when {
            When::Day(day) => day.to_string(),
            When::Moment(moment) => moment.to_string(),
        })
    }

    #[test]
    fn days_are_read_as_programs_and_people_write_them() {
        for (text, day) in [
            ("2025-12-03", "2025-12-03"),
            ("3/12/2025", "2025-12-03"),
            ("03.12.2025", "2025-12-03"),
            ("2025/12/03", "2025-12-03"),
            ("2025-12-03 14:05:00+00", "2025-12-03T14:05:00Z"),
            ("2025-12-03 14:05:00.123456+00", "2025-12-03T14:05:00.123456Z"),
            ("2025-12-03T14:05:00Z", "2025-12-03T14:05:00Z"),
            ("2025-12-03 14:05", "2025-12-03T13:05:00Z"),
            ("3/12/2025 14:05", "2025-12-03T13:05:00Z"),
        ] {
            assert_eq!(read(text, DayOrder::DayFirst).as_deref(), Some(day), "{text}");
        }
        assert_eq!(read("3/12/2025", DayOrder::MonthFirst).as_deref(), Some("2025-03-12"));
        assert_eq!(read("3-12-2025", DayOrder::MonthFirst).as_deref(), Some("2025-03-12"));
        assert_eq!(read("3-12-2025", DayOrder::DayFirst).as_deref(), Some("2025-12-03"));
        assert_eq!(read("2025-03-12", DayOrder::MonthFirst).as_deref(), Some("2025-03-12"), "a year in front has one order");
        assert_eq!(read("03.12.2025", DayOrder::MonthFirst).as_deref(), Some("2025-12-03"), "dots have one order");
        for text in [
            "",
            "soon",
            "2025-02-30",
            "3/12/25",
            "31/31/2025",
            "2025-12",
            "1/2/3/2025",
            "3-12/2025",
            "3.12-2025",
            "2025/12-03",
            "31122025",
            "3 12 2025",
            "0001-01-01",
            "9999-12-31",
            "2025-12-03 25:00",
            "+025-1-1",
        ] {
            assert_eq!(read(text, DayOrder::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_read_with_their_signs_and_no_others() {
        let eur = Currency::from_code("EUR").unwrap();
        for text in ["41.36", "41,36", "41.36 €", "€41.36", "EUR 41.36", "41,36 EUR"] {
            assert_eq!(amount(text, eur, false).unwrap().minor, 4136, "{text}");
        }
        assert_eq!(amount("4136", eur, true).unwrap().minor, 4136);
        assert_eq!(amount("-5", eur, true).unwrap().minor, -5);
        for text in ["$41.36", "41.365", "1,234.56", "", "free", "4e3"] {
            assert!(amount(text, eur, false).is_err(), "{text}");
        }
        for text in ["41.36", "", "4e3", "99999999999999999999"] {
            assert!(amount(text, eur, true).is_err(), "{text}");
        }
    }

    #[test]
    fn statuses_are_read_in_two_languages() {
        assert_eq!(status(" Utilisé "), Some(Status::Used));
        assert_eq!(status("CANCELED"), Some(Status::Cancelled));
        assert_eq!(status("lost"), None);
        assert_eq!(status(""), None);
    }
}
