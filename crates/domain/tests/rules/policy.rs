use beadsbox_domain::{OfflineLimits, Policy};

#[test]
fn defaults_are_those_of_the_product() {
    let policy = Policy::default();
    assert_eq!(
        (
            policy.counter_undo_minutes,
            policy.office_undo_days,
            policy.expiry_grace_hours,
            policy.offline_sign_in_days,
            policy.lock_after_minutes
        ),
        (5, 30, 48, 7, 10)
    );
    assert_eq!((policy.admins_need_second_factor, policy.buyers_kept_months), (false, 0), "buyers are kept, and nobody is locked out");
    assert_eq!(
        policy.offline,
        OfflineLimits { highest_value_minor: 50_000, most_redemptions: 500, most_value_minor: 1_000_000, most_hours_since_sync: 72 }
    );
}

#[test]
fn what_an_older_server_does_not_send_is_the_default() {
    assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
    let some: Policy = serde_json::from_str(r#"{"counter_undo_minutes":9,"offline":{"most_redemptions":1}}"#).unwrap();
    assert_eq!(some.counter_undo_minutes, 9);
    assert_eq!(some.offline, OfflineLimits { most_redemptions: 1, ..OfflineLimits::default() });
}

#[test]
fn values_stay_within_their_bounds_and_the_fault_names_its_field() {
    assert_eq!(Policy::default().check(), Ok(()));
    let none = OfflineLimits { highest_value_minor: 0, most_redemptions: 0, most_value_minor: 0, most_hours_since_sync: 0 };
    assert_eq!(Policy { lock_after_minutes: 0, offline: none, ..Policy::default() }.check(), Ok(()), "0 forbids");
    let beyond = |change: fn(&mut Policy)| {
        let mut policy = Policy::default();
        change(&mut policy);
        policy.check().unwrap_err().field
    };
    assert_eq!(beyond(|policy| policy.counter_undo_minutes = 61), "counter_undo_minutes");
    assert_eq!(beyond(|policy| policy.office_undo_days = 366), "office_undo_days");
    assert_eq!(beyond(|policy| policy.expiry_grace_hours = 721), "expiry_grace_hours");
    assert_eq!(beyond(|policy| policy.offline_sign_in_days = 91), "offline_sign_in_days");
    assert_eq!(beyond(|policy| policy.lock_after_minutes = 241), "lock_after_minutes");
    assert_eq!(beyond(|policy| policy.buyers_kept_months = 241), "buyers_kept_months");
    assert_eq!(beyond(|policy| policy.offline.highest_value_minor = -1), "highest_value_minor");
    assert_eq!(beyond(|policy| policy.offline.most_redemptions = 10_001), "most_redemptions");
    assert_eq!(beyond(|policy| policy.offline.most_value_minor = i64::MAX), "most_value_minor");
    assert_eq!(beyond(|policy| policy.offline.most_hours_since_sync = u32::MAX), "most_hours_since_sync");
}
