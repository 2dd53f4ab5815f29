//! What a till may honour without the server's word: value, number, sum and age since the last sync.

use beadsbox_domain::{Money, OfflineLimits, Timestamp};
use beadsbox_store::OfflineUse;
use jiff::SignedDuration;

use crate::view::{OfflineLimit, RefusalView};

/// The limit that honouring a voucher of that value now would pass.
pub(crate) fn passed(limits: &OfflineLimits, standing: &OfflineUse, value: Money, now: Timestamp) -> Option<RefusalView> {
    let over = |limit, value: String| Some(RefusalView::OverLimit { limit, value });
    let Some(last_sync) = standing.last_sync_at else { return over(OfflineLimit::NeverSynced, String::new()) };
    if value.minor > limits.highest_value_minor {
        return over(OfflineLimit::Value, Money::new(limits.highest_value_minor, value.currency).decimal());
    }
    if standing.honoured >= u64::from(limits.most_redemptions) {
        return over(OfflineLimit::Count, limits.most_redemptions.to_string());
    }
    let worth = standing.worth.iter().find(|sum| sum.currency == value.currency).map_or(0, |sum| sum.minor);
    // What nothing here says the worth of may be worth as much as one may be.
    let unpriced = i64::try_from(standing.unpriced).unwrap_or(i64::MAX).saturating_mul(limits.highest_value_minor);
    if worth.saturating_add(unpriced).saturating_add(value.minor) > limits.most_value_minor {
        return over(OfflineLimit::Sum, Money::new(limits.most_value_minor, value.currency).decimal());
    }
    // A clock turned back does not make the last sync younger: that is as bad as too old.
    let age = now.duration_since(last_sync);
    if age > SignedDuration::from_hours(i64::from(limits.most_hours_since_sync)) || age < -SignedDuration::from_hours(1) {
        return over(OfflineLimit::Age, limits.most_hours_since_sync.to_string());
    }
    None
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::Currency;
    use rstest::rstest;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[rstest]
    #[case(Some(0), 0, 0, 50_000, None)]
    #[case(None, 0, 0, 1, Some(OfflineLimit::NeverSynced))]
    #[case(Some(0), 0, 0, 50_001, Some(OfflineLimit::Value))]
    #[case(Some(0), 499, 0, 1, None)]
    #[case(Some(0), 500, 0, 1, Some(OfflineLimit::Count))]
    #[case(Some(0), 0, 999_999, 1, None)]
    #[case(Some(0), 0, 999_999, 2, Some(OfflineLimit::Sum))]
    #[case(Some(72 * 3600), 0, 0, 1, None)]
    #[case(Some(72 * 3600 + 1), 0, 0, 1, Some(OfflineLimit::Age))]
    #[case(Some(-86_400), 0, 0, 1, Some(OfflineLimit::Age))]
    fn limits(#[case] age: Option<i64>, #[case] honoured: u64, #[case] worth: i64, #[case] minor: i64, #[case] expected: Option<OfflineLimit>) {
        let euros = |minor| Money::new(minor, Currency::from_code("EUR").unwrap());
        let worth = vec![Money::new(worth, Currency::from_code("USD").unwrap()), euros(worth)];
        let standing = OfflineUse { last_sync_at: age.map(|age| at(NOW - age)), honoured, worth, unpriced: 0 };
        let value = euros(minor);
        let limit = match passed(&OfflineLimits::default(), &standing, value, at(NOW)) {
            Some(RefusalView::OverLimit { limit, .. }) => Some(limit),
            Some(other) => panic!("{other:?}"),
            None => None,
        };
        assert_eq!(limit, expected);
    }

    #[test]
    fn what_has_no_known_worth_counts_as_the_most_that_one_may_be_worth() {
        let limits = OfflineLimits::default();
        let fits = u64::try_from(limits.most_value_minor / limits.highest_value_minor).unwrap();
        let value = Money::new(1, Currency::from_code("EUR").unwrap());
        let used = |unpriced| OfflineUse { last_sync_at: Some(at(NOW)), honoured: unpriced, worth: Vec::new(), unpriced };
        assert_eq!(passed(&limits, &used(fits - 1), value, at(NOW)), None);
        assert!(matches!(passed(&limits, &used(fits), value, at(NOW)), Some(RefusalView::OverLimit { limit: OfflineLimit::Sum, .. })));
    }
}
