use beadsbox_domain::expiry::last_day;
use jiff::{Timestamp, civil::date, tz::TimeZone};
use proptest::{prelude::*, sample::select};
use rstest::rstest;

use crate::support::{at, zone};

#[rstest]
#[case::plain("Europe/Paris", "2026-03-10T12:00:00Z", 12, "2027-03-10", "2027-03-10T23:00:00Z")]
#[case::summer("Europe/Paris", "2026-03-10T12:00:00Z", 4, "2026-07-10", "2026-07-10T22:00:00Z")]
#[case::already_tomorrow_there("Europe/Paris", "2026-03-10T23:30:00Z", 12, "2027-03-11", "2027-03-11T23:00:00Z")]
#[case::still_yesterday_there("America/Los_Angeles", "2026-03-10T02:00:00Z", 12, "2027-03-09", "2027-03-10T08:00:00Z")]
#[case::far_east("Pacific/Kiritimati", "2026-03-10T10:00:00Z", 1, "2026-04-11", "2026-04-11T10:00:00Z")]
#[case::half_hour("Asia/Kolkata", "2026-03-10T12:00:00Z", 1, "2026-04-10", "2026-04-10T18:30:00Z")]
#[case::january_31("Europe/Paris", "2026-01-31T12:00:00Z", 1, "2026-02-28", "2026-02-28T23:00:00Z")]
#[case::january_31_in_a_leap_year("Europe/Paris", "2028-01-31T12:00:00Z", 1, "2028-02-29", "2028-02-29T23:00:00Z")]
#[case::leap_day("Europe/Paris", "2028-02-29T12:00:00Z", 12, "2029-02-28", "2029-02-28T23:00:00Z")]
#[case::leap_day_to_leap_day("Europe/Paris", "2028-02-29T12:00:00Z", 48, "2032-02-29", "2032-02-29T23:00:00Z")]
#[case::no_leap_year_in_2100("UTC", "2096-02-29T12:00:00Z", 48, "2100-02-28", "2100-03-01T00:00:00Z")]
#[case::over_new_year("UTC", "2026-12-31T12:00:00Z", 2, "2027-02-28", "2027-03-01T00:00:00Z")]
#[case::no_months_is_that_day("UTC", "2026-12-31T12:00:00Z", 0, "2026-12-31", "2027-01-01T00:00:00Z")]
#[case::day_of_23_hours("Europe/Paris", "2026-02-28T12:00:00Z", 1, "2026-03-28", "2026-03-28T23:00:00Z")]
#[case::day_of_23_hours_itself("Europe/Paris", "2026-02-28T23:30:00Z", 1, "2026-04-01", "2026-04-01T22:00:00Z")]
#[case::day_of_25_hours("Europe/Paris", "2026-09-25T12:00:00Z", 1, "2026-10-25", "2026-10-25T23:00:00Z")]
// Clocks go from 00:00 to 01:00 in São Paulo on 4 November 2018: the day before ends where they do.
#[case::midnight_that_is_not("America/Sao_Paulo", "2018-10-03T12:00:00Z", 1, "2018-11-03", "2018-11-04T03:00:00Z")]
// They go back from 01:00 to 00:00 in Havana on 1 November 2026: the day before ends at the first of two midnights.
#[case::midnight_twice("America/Havana", "2026-10-31T12:00:00Z", 0, "2026-10-31", "2026-11-01T04:00:00Z")]
// Samoa had no 30 December 2011.
#[case::day_that_was_not("Pacific/Apia", "2011-11-29T20:00:00Z", 1, "2011-12-29", "2011-12-30T10:00:00Z")]
fn last_days(#[case] place: &str, #[case] sold_at: &str, #[case] months: u16, #[case] day: &str, #[case] end: &str) {
    assert_eq!(last_day(at(sold_at), months, &zone(place)), Some((day.parse().unwrap(), at(end))));
}

#[rstest]
#[case::last_day_of_the_calendar("9999-12-31", 0)]
#[case::a_month_too_many("9999-12-15", 1)]
#[case::every_month_there_is("4600-01-01", u16::MAX)]
fn none_where_the_calendar_ends(#[case] sold_on: &str, #[case] months: u16) {
    let sold_at = sold_on.parse::<jiff::civil::Date>().unwrap().to_zoned(TimeZone::fixed(jiff::tz::offset(14))).unwrap().timestamp();
    assert_eq!(last_day(sold_at, months, &TimeZone::fixed(jiff::tz::offset(14))), None);
}

#[test]
fn calendar_ends_do_not_panic() {
    for place in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        assert_eq!(last_day(Timestamp::MAX, 1, &zone(place)), None);
        assert!(last_day(Timestamp::MIN, 1, &zone(place)).is_some());
    }
}

proptest! {
    #[test]
    fn the_end_is_the_first_moment_after_the_last_day(
        second in -60_000_000_000_i64..200_000_000_000,
        months in 0..=120_u16,
        place in select(vec!["UTC", "Europe/Paris", "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"]),
    ) {
        let (zone, sold_at) = (zone(place), Timestamp::from_second(second).unwrap());
        let sold_on = sold_at.to_zoned(zone.clone()).date();
        let (day, end) = last_day(sold_at, months, &zone).unwrap();
        prop_assert!(end > sold_at);
        prop_assert!(end.to_zoned(zone.clone()).date() > day);
        let before = Timestamp::from_nanosecond(end.as_nanosecond() - 1).unwrap().to_zoned(zone).date();
        // The day itself, or the one before where the zone skipped it whole.
        prop_assert!(before == day || (place == "Pacific/Apia" && day == date(2011, 12, 30)), "{} ends after {}", day, before);
        prop_assert!(day.day() == sold_on.day() || (day.day() < sold_on.day() && day == day.last_of_month()));
        let passed = (i32::from(day.year()) - i32::from(sold_on.year())) * 12 + i32::from(day.month()) - i32::from(sold_on.month());
        prop_assert_eq!(passed, i32::from(months));
    }
}
