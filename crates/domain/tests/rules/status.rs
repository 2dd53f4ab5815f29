use beadsbox_domain::{Status, StatusChange};

/// The whole table, written out: `purchased → cancelled | used | expired`, `cancelled → refunded`.
const TABLE: [(Status, StatusChange, Option<Status>); 24] = [
    (Status::Purchased, StatusChange::Redeem, Some(Status::Used)),
    (Status::Purchased, StatusChange::Cancel, Some(Status::Cancelled)),
    (Status::Purchased, StatusChange::Refund, None),
    (Status::Purchased, StatusChange::Expire, Some(Status::Expired)),
    (Status::Used, StatusChange::Redeem, None),
    (Status::Used, StatusChange::Cancel, None),
    (Status::Used, StatusChange::Refund, None),
    (Status::Used, StatusChange::Expire, None),
    (Status::Cancelled, StatusChange::Redeem, None),
    (Status::Cancelled, StatusChange::Cancel, None),
    (Status::Cancelled, StatusChange::Refund, Some(Status::Refunded)),
    (Status::Cancelled, StatusChange::Expire, None),
    (Status::Refunded, StatusChange::Redeem, None),
    (Status::Refunded, StatusChange::Cancel, None),
    (Status::Refunded, StatusChange::Refund, None),
    (Status::Refunded, StatusChange::Expire, None),
    (Status::Expired, StatusChange::Redeem, None),
    (Status::Expired, StatusChange::Cancel, None),
    (Status::Expired, StatusChange::Refund, None),
    (Status::Expired, StatusChange::Expire, None),
    (Status::Replaced, StatusChange::Redeem, None),
    (Status::Replaced, StatusChange::Cancel, None),
    (Status::Replaced, StatusChange::Refund, None),
    (Status::Replaced, StatusChange::Expire, None),
];

#[test]
fn every_change_of_every_status() {
    for (status, change, after) in TABLE {
        assert_eq!(status.after(change), after, "{status:?}, {change:?}");
    }
}

/// Every pair of statuses, both ways: one leads to the other only where the four arrows say so.
#[test]
fn every_pair_both_ways() {
    use Status::{Cancelled, Expired, Purchased, Refunded, Used};
    let arrows = [(Purchased, Cancelled), (Purchased, Used), (Purchased, Expired), (Cancelled, Refunded)];
    for from in Status::ALL {
        for to in Status::ALL {
            let leads = StatusChange::ALL.iter().any(|change| from.after(*change) == Some(to));
            assert_eq!(leads, arrows.contains(&(from, to)), "{from:?} → {to:?}");
        }
    }
}

#[test]
fn finals_are_final() {
    let finals: Vec<_> = Status::ALL.into_iter().filter(|status| status.is_final()).collect();
    assert_eq!(finals, [Status::Used, Status::Refunded, Status::Expired, Status::Replaced]);
}

#[test]
fn names() {
    let names: Vec<_> = Status::ALL.iter().map(|status| status.name()).collect();
    assert_eq!(names, ["purchased", "used", "cancelled", "refunded", "expired", "replaced"]);
    for status in Status::ALL {
        assert_eq!(Status::from_name(status.name()), Some(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
    }
    assert_eq!(Status::from_name("Used"), None);
    assert_eq!(Status::from_name(""), None);
}
