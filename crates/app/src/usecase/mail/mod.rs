//! Mail: what buyers are sent, what it says, and what the server could not send.

mod addresses;
mod failed;
mod texts;
mod voucher;

pub(crate) use voucher::AskedMails;
