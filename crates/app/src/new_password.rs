//! A password that somebody chooses, typed twice.

use crate::error::{AppResult, FieldErrorCode, FieldErrors};

/// The fewest and the most characters, as the server has them.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

/// Whether it may take the old one's place; what is wrong stands in its field.
pub(crate) fn check(old: &str, new: &str, again: &str) -> AppResult<()> {
    let (mut faults, length) = (FieldErrors::default(), new.chars().count());
    let bound = |number: &usize| u32::try_from(*number).ok();
    if length < *LENGTHS.start() {
        faults.add("new_password", FieldErrorCode::TooShort, bound(LENGTHS.start()));
    } else if length > *LENGTHS.end() {
        faults.add("new_password", FieldErrorCode::TooLong, bound(LENGTHS.end()));
    } else if new == old {
        faults.add("new_password", FieldErrorCode::SameAsBefore, None);
    }
    if new != again {
        faults.add("again", FieldErrorCode::NotTheSame, None);
    }
    faults.finish()
}
