use beadsbox_domain::{OfflineLimits, Policy};

#[test]
fn defaults_are_those_of_the_product() {
    let policy = Policy::default();
    assert_eq!(
        (policy.counter_undo_minutes, policy.office_undo_days, policy.expiry_grace_hours, policy.offline_sign_in_days),
        (5, 30, 48, 7)
    );
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
