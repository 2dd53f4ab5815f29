//! Mail: what is written, to whom, and by which mail server it goes.
//!
//! A mail is a job (`jobs/queue`): written in the transaction of what causes it, so that neither a crash nor a mail server that is away loses
//! it. It is sent again only where the mail server's answer is not known, and then under the same Message-ID.

pub(crate) mod again;
mod at_sale;
mod config;
mod message;
pub(crate) mod password_reset;
mod send;
pub(crate) mod setup;
pub(crate) mod text;
pub(crate) mod trial;
pub(crate) mod voucher;

pub(crate) use at_sale::{write_job_of_sale, write_jobs};
pub use config::MailConfig;
pub(crate) use send::Mailer;
