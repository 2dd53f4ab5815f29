//! Mail: what is written, to whom, and by which mail server it goes.
//!
//! A mail is a job (`jobs/queue`): written in the transaction of what causes it, so that neither a crash nor a mail server that is away loses
//! it. It is sent again only where the line broke before the mail server's answer, and then under the same Message-ID.
//!
//! First it is written, from what the database says; then it is sent, which asks the database for one thing more: whether it is still this worker's to send.

pub(crate) mod address_changed;
pub(crate) mod again;
mod at_sale;
mod config;
mod conversation;
mod message;
pub(crate) mod password_reset;
mod send;
pub(crate) mod setup;
pub(crate) mod text;
pub(crate) mod trial;
pub(crate) mod voucher;

use axum::http::StatusCode;
use beadsbox_domain::VoucherId;
use beadsbox_protocol::ErrorCode;

use self::message::Letter;
use crate::{error::Failure, jobs::Attempt};

pub(crate) use at_sale::{write_job_of_sale, write_jobs};
pub use config::MailConfig;
pub(crate) use send::Mailer;

/// What a job for a mail comes to before the mail server is called.
pub(crate) enum Written {
    /// Nothing is to be sent.
    Ended(Attempt),
    /// This is, with these vouchers.
    Letter(Box<Letter>, Vec<VoucherId>),
}

/// This process sends no mail.
pub(crate) fn not_set_up() -> Failure {
    Failure::told(StatusCode::CONFLICT, ErrorCode::MailNotSetUp, "this server has no mail server to send by")
}
