//! What the screens show: the cached row and what this device did since, by the rules that the server applies.
//!
//! An operation is *contained* once the cached row holds it. The others are replayed over the row, in their order. A voucher or
//! template with such operations has an entry in the [`overlay`]; all else is shown as it is cached.

pub(crate) mod entry;
pub(crate) mod overlay;
pub(crate) mod rules;
