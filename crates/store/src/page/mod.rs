//! The voucher list: pages by keyset, sorted, filtered and searched, with this device's own operations counted in.

mod cursor;
mod filters;
mod jump;
mod listing;
mod mistake;
mod order;
mod place;
mod query;
mod question;
mod search;
mod source;
mod sums;
mod total;

pub(crate) use jump::cursor_behind;
pub(crate) use listing::{ListSources, list};
pub use query::{Found, VoucherFilters, VoucherPage, VoucherQuery, VoucherSort};
pub use sums::ListSums;
pub(crate) use sums::sums;
