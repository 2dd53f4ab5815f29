//! The voucher list: pages by keyset, sorted, filtered and searched, with this device's own operations counted in.

mod cursor;
mod filters;
mod listing;
mod place;
mod query;
mod question;
mod search;
mod source;
mod total;

pub(crate) use listing::{ListSources, list};
pub use query::{VoucherFilters, VoucherPage, VoucherQuery, VoucherSort};
