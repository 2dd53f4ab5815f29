//! A till's cash and its closes: nothing else rests on them, so each comes back as it was.

use beadsbox_domain::{Change, Operation, Outcome};

use crate::told::Told;

/// The facts to keep.
pub(crate) fn fold(told: &Told) -> Vec<Change> {
    let stamp = told.body.stamp();
    match (&told.body.operation, &told.outcome) {
        (Operation::MoveCash { movement, amount, reason }, Outcome::Applied) => {
            vec![Change::CashMoved { stamp, movement: *movement, amount: *amount, reason: reason.clone() }]
        }
        (Operation::CloseDay { close }, Outcome::Applied) => vec![Change::DayClosed { stamp, close: close.clone() }],
        _ => Vec::new(),
    }
}
