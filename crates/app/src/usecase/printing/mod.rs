//! The till's printer, and what is printed: receipts on a roll; vouchers, receipts and badges as PDFs.

mod badges;
mod papers;
mod receipts;
mod settings;
mod specimen;

pub use papers::Paper;
pub(crate) use settings::PRINTER;
