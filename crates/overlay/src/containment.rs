//! Whether the cached rows hold an operation already.

use beadsbox_domain::{Conflict, Operation, Outcome};

use crate::own::{Own, Place};

/// The cached rows about one voucher or template.
pub(crate) struct CachedRows<'a> {
    /// The row's version; none where there is no row.
    pub(crate) version: Option<u64>,
    /// The conflicts about it.
    pub(crate) conflicts: &'a [Conflict],
}

/// A cache never goes back while it keeps its name and its cursor does not, so what it held once it holds for good. Without
/// such a note the versions tell. An outcome that changed no row has nothing to wait for.
pub(crate) fn is_contained(own: &Own<'_>, cached: &CachedRows<'_>, place: &Place) -> bool {
    if own.contained.is_some_and(|(cache, at)| cache == place.cache && at <= place.cursor) {
        return true;
    }
    let (true, Some(outcome), Some(acknowledged)) = (own.is_acknowledged, own.outcome, own.acknowledged) else {
        return false;
    };
    let version_of = |id| cached.conflicts.iter().find(|conflict| conflict.id == id).map(|conflict| conflict.row_version);
    match (outcome, &own.body.operation) {
        (Outcome::Rejected { .. }, _) => true,
        _ if place.epoch.is_some_and(|epoch| epoch != acknowledged.epoch) => false,
        // The row that these change is the conflict's, whose version the acknowledgement does not name.
        (Outcome::Conflict { conflict, .. }, _) => version_of(*conflict).is_some(),
        (Outcome::Applied, Operation::SettleConflict { conflict, seen_version, .. }) => version_of(*conflict).is_some_and(|version| version > *seen_version),
        (Outcome::Applied, _) => acknowledged.version.is_none_or(|version| cached.version.is_some_and(|cached| cached >= version)),
    }
}
