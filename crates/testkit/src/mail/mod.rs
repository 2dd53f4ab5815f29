//! A mail server that takes mails, or does whatever else mail servers do, and keeps what it took; and one that others wrote, for TLS and signing in.

mod mime;
mod receiver;
mod server;

pub use mime::Mail;
pub use receiver::{MailReceiver, Reception};
pub use server::{SmtpServer, SmtpTls};
