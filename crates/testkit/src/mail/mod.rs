//! A mail server that takes mails, or does whatever else mail servers do, and keeps what it took.

mod mime;
mod receiver;

pub use mime::Mail;
pub use receiver::{MailReceiver, Reception};
