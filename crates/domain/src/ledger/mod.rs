//! What operations do to the books: the one place that decides which lines are written.
//!
//! A voucher stands in the books as something owed or not owed ([`Standing`]). An operation moves it from one standing to another, and
//! [`entries`] says which lines that makes. It looks at the two standings and not at the kind of operation, so that what a restore
//! folds anew, what a settlement promotes and what a sale finds redeemed already are booked by the same rule, and the sum of a voucher's
//! lines is always what is owed for it.

mod entries;
mod entry;
mod journal;
mod standing;

pub use entries::entries;
pub use entry::{Effect, Entry, EntryKind, vat_included};
pub use journal::{Accounts, Moved, Posting, Purse, postings};
pub use standing::{Account, Cause, Stake, Standing};
