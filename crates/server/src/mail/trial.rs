//! What an admin tries before anybody gets it: a text filled in with sample data, shown or sent.

use std::{
    future::{pending, ready},
    time::Duration,
};

use axum::http::StatusCode;
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    ErrorCode,
    mail::{MailDraft, MailPreview, MailTest},
};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Mailer,
    message::Letter,
    send::NotSent,
    text::{Filled, fill, sample},
};
use crate::error::Failure;

/// How long whoever tries waits for the mail server: less than the program waits for this one.
const LONGEST: Duration = Duration::from_secs(15);

/// The mail as its reader would see it, or what is wrong with the text.
pub(crate) fn preview(draft: &MailDraft) -> MailPreview {
    match fill(draft.kind, draft.language, &draft.words, &sample(draft.kind, draft.language)) {
        Ok(Filled { subject, text, html }) => MailPreview { subject, text, html, faults: Vec::new() },
        Err(faults) => MailPreview { subject: String::new(), text: String::new(), html: String::new(), faults },
    }
}

/// Sends it now: whoever tries wants to see what the mail server says.
pub(crate) async fn send(mailer: &Mailer, test: &MailTest, now: Timestamp) -> Result<(), Failure> {
    let draft = &test.draft;
    let filled = fill(draft.kind, draft.language, &draft.words, &sample(draft.kind, draft.language)).map_err(|_| faulty())?;
    let letter = Letter { to_name: None, to: test.to.clone(), filled, papers: Vec::new(), id: format!("test.{}", Uuid::now_v7()), date: now };
    let numbers = match timeout(LONGEST, mailer.send(&letter, ready(true), pending())).await {
        Ok(sent) => match sent? {
            Ok(()) => return Ok(()),
            Err(NotSent { setback, .. }) => setback.detail,
        },
        Err(_) => None,
    };
    tracing::warn!(?numbers, "a test mail was not taken");
    Err(Failure::told(StatusCode::BAD_REQUEST, ErrorCode::MailNotTaken, "the mail server did not take it").with(|problem| problem.detail = numbers))
}

/// A text that must not be kept or sent.
pub(crate) fn faulty() -> Failure {
    Failure::told(StatusCode::BAD_REQUEST, ErrorCode::MailTextFaulty, "the text has faults: the preview says which")
}
