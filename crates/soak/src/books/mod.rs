//! The books: what was told, what the server holds, what the tills show, and whether these are the same.

mod account;
mod chain;
mod server;
mod told;

pub use account::{Account, account};
pub use server::{DeviceRow, OperationRow, RedemptionRow, ServerBooks, VoucherRow};
