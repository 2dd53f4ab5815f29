//! Whether the cached rows hold an operation already.

use beadsbox_domain::{Conflict, ConflictState, Operation, Outcome};

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
    let conflict_of = |id| cached.conflicts.iter().find(|conflict| conflict.id == id);
    let in_the_row = |version| cached.version.is_some_and(|cached| cached >= version);
    match (outcome, &own.body.operation) {
        (Outcome::Rejected { .. }, _) => true,
        _ if place.epoch.is_some_and(|epoch| epoch != acknowledged.epoch) => false,
        // The row that these change is the conflict's, whose version the acknowledgement does not name. After a restore of the server
        // its versions begin anew, and where nothing stands against the redemption any more, the acknowledgement names the voucher's.
        (Outcome::Conflict { conflict, .. }, _) => acknowledged.version.map_or_else(|| conflict_of(*conflict).is_some(), in_the_row),
        (Outcome::Applied, Operation::SettleConflict { conflict, seen_version, .. }) => {
            conflict_of(*conflict).is_some_and(|conflict| conflict.row_version > *seen_version || conflict.state != ConflictState::Open)
        }
        (Outcome::Applied, _) => acknowledged.version.is_none_or(in_the_row),
    }
}
