//! Reports over the books.
pub mod accounting;
pub mod activity;
pub mod ageing;
pub mod breakage;
pub mod liability;
pub mod vat;
