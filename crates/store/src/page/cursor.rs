//! Where the next page begins, as a text that the screen hands back.

use serde::{Deserialize, Serialize};

use super::{place::Place, query::VoucherSort};
use crate::error::StoreError;

#[derive(Serialize, Deserialize)]
struct Cursor {
    sort: usize,
    descending: bool,
    /// The list is of what one typing mistake leads to.
    near: bool,
    last: Place,
}

fn number_of(sort: VoucherSort) -> usize {
    VoucherSort::ALL.iter().position(|known| *known == sort).unwrap_or_default()
}

/// The cursor after that place.
pub(super) fn encode(last: Place, (sort, descending): (VoucherSort, bool), near: bool) -> Result<String, StoreError> {
    let cursor = Cursor { sort: number_of(sort), descending, near, last };
    serde_json::to_vec(&cursor).map(hex::encode).map_err(StoreError::internal)
}

/// The place after which the page begins, and whether the list is of what comes near. It must be of a list in the same order.
pub(super) fn decode(text: &str, sort: VoucherSort, descending: bool) -> Result<(Place, bool), StoreError> {
    let bytes = hex::decode(text).map_err(|_| StoreError::BadCursor)?;
    let cursor: Cursor = serde_json::from_slice(&bytes).map_err(|_| StoreError::BadCursor)?;
    if cursor.sort != number_of(sort) || cursor.descending != descending || !sort.fits(&cursor.last.values) {
        return Err(StoreError::BadCursor);
    }
    Ok((cursor.last, cursor.near))
}
