//! What was ordered on the shop page to be paid at a counter.
pub(super) mod find;
