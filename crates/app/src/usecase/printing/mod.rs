//! The till's printer, and what is printed: receipts on a roll, vouchers and receipts as PDFs.

mod papers;
mod receipts;
mod settings;

pub use papers::Paper;
