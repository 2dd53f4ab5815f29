//! The words of mails: the program's own or an admin's, checked before they are kept, and filled in with what a mail is about.
//!
//! A text may name the placeholders of its kind (`{{ voucher.code }}`) and leave parts out (`{% if voucher.expires %}`), and nothing else: no
//! loops, no filters, no arithmetic. So it ends, it grows with its values alone, and whatever it says is escaped in HTML.

mod check;
mod defaults;
mod fill;
mod sample;
mod values;
mod warning;

pub(crate) use check::check;
pub(crate) use defaults::default_words;
pub(crate) use fill::{Filled, fill};
pub(crate) use sample::sample;
pub(crate) use values::{ReminderValues, ResetValues, Values, VoucherValues, names, voucher_values};
pub(crate) use warning::address_changed;
