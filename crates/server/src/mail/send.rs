//! Hands mails to the mail server, and tells what its answer means.

use std::{
    error::Error as _,
    sync::atomic::{AtomicBool, Ordering},
    time::SystemTime,
};

use beadsbox_domain::{VoucherId, text::Email};
use beadsbox_protocol::job::JobTrouble;
use lettre::{message::Mailbox, transport::smtp};
use opentelemetry::trace::SpanKind;

use super::{
    MailConfig,
    config::{MailServer, Security},
    conversation::{Broken, Step, hand_over},
    message::Letter,
};
use crate::{
    db::{
        self,
        job::{Ended, Leased, Setback},
    },
    error::{Failure, StartError},
    jobs::Attempt,
    sight::{self, Place, Work},
    state::App,
};

/// How often a mail is tried whose line breaks once the mail server has it: each time it may have arrived.
const MOST_BREAKS: i32 = 3;

/// The mail server that this process sends by. Each mail is a conversation of its own: a line that was left in the middle of one would give its
/// late answers to the next mail.
pub(crate) struct Mailer {
    server: MailServer,
    from: Mailbox,
}

/// Why a mail was not taken, or is not known to be.
pub(crate) struct NotSent {
    pub setback: Setback,
    /// Another attempt may go better.
    pub passing: bool,
}

impl Mailer {
    /// Nothing is sent yet.
    pub fn new(config: &MailConfig) -> Result<Self, StartError> {
        Ok(Self { server: config.mail_server()?, from: config.sender()? })
    }

    /// Whom mails come from, as a reader sees it.
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    /// Sends it if it is `cleared` once the mail server wants it, unless `over` comes before. Ok once the mail server has taken it, whatever becomes of it
    /// there.
    pub async fn send(&self, letter: &Letter, cleared: impl Future<Output = bool>, over: impl Future<Output = ()>) -> Result<Result<(), NotSent>, Failure> {
        let Some(to) = mailbox(letter.to_name.as_deref(), &letter.to) else { return Ok(Err(NotSent::unwritable())) };
        let message = letter.message(&self.from, to)?;
        let (mail, envelope) = (message.formatted(), message.envelope());
        // A conversation has a good deal to remember.
        let sent = Box::pin(hand_over(&self.server, envelope, &mail, cleared, over)).await;
        Ok(sent.map_err(|broken| NotSent::by(broken, &self.server)))
    }

    /// Sends it for a job, with these vouchers.
    pub async fn attempt(&self, app: &App, job: &Leased, letter: &Letter, vouchers: Vec<VoucherId>) -> Result<Attempt, Failure> {
        let (place, began) = (Place::below(sight::current()), SystemTime::now());
        let handed_over = AtomicBool::new(false);
        let cleared = async {
            let may = may_hand_over(app, job).await;
            handed_over.store(may, Ordering::Relaxed);
            may
        };
        let over = async {
            tokio::select! {
                () = app.last_orders_over() => {}
                // What no mail server has goes later, from where the database is now.
                () = app.database_moved() => if handed_over.load(Ordering::Relaxed) { app.last_orders_over().await },
            }
        };
        let sent = self.send(letter, cleared, over).await?;
        app.sight.traces.tell(|| {
            let trouble = sent.as_ref().err().map(|not_sent| db::name_of(not_sent.setback.trouble));
            Work::new("send mail", SpanKind::Client, place, began).with("beadsbox.job", job.id.to_string()).failed(trouble)
        });
        Ok(match sent {
            Ok(()) if vouchers.is_empty() => Attempt::Done(Ended::Sent),
            Ok(()) => Attempt::Mailed(vouchers),
            Err(NotSent { setback, passing: true }) if setback.trouble != JobTrouble::MayHaveArrived || job.attempts < MOST_BREAKS => Attempt::Later(setback),
            Err(NotSent { setback, .. }) => Attempt::Never(setback),
        })
    }
}

/// Whether this worker may hand the mail over. From then on it is noted that it may have arrived, so that nobody sends it a second time should this
/// process be lost before the answer is noted.
async fn may_hand_over(app: &App, job: &Leased) -> bool {
    let noted = async {
        let mut conn = app.pool.acquire().await?;
        Ok::<_, Failure>(db::job_lease::begin_handing_over(&mut conn, job).await?)
    };
    tokio::select! {
        // On a machine that the database has left it would be noted for nobody.
        biased;
        () = app.database_moved() => false,
        noted = noted => noted.unwrap_or_else(|error| {
            tracing::warn!(%error, job = %job.id, "that a mail is handed over could not be noted: it goes later");
            false
        }),
    }
}

/// None where no mail can be addressed so. A name without what no header may have, whatever once let it into the database.
pub(super) fn mailbox(name: Option<&str>, email: &Email) -> Option<Mailbox> {
    let address = email.as_str().parse().ok()?;
    let name = name.map(|name| name.replace(char::is_control, " "));
    Some(Mailbox::new(name, address))
}

impl NotSent {
    fn new(trouble: JobTrouble, detail: Option<String>, passing: bool) -> Self {
        Self { setback: Setback { trouble, detail }, passing }
    }

    fn unwritable() -> Self {
        Self::new(JobTrouble::AddressRefused, None, false)
    }

    fn by(broken: Broken, server: &MailServer) -> Self {
        match broken {
            Broken::By(error, step) => match error.status() {
                Some(status) => Self::by_answer(u16::from(status), &error, step),
                // Cut off behind the last line of a mail, it was most likely not taken: a mail server that has taken one says so.
                None if step == Step::HandedOver => Self::new(JobTrouble::MayHaveArrived, None, true),
                None if step == Step::SignIn && error.is_client() => Self::new(JobTrouble::SignInRefused, None, true),
                None if !matches!(server.security, Security::Plain) && is_about_trust(&error) => Self::new(JobTrouble::Untrusted, None, true),
                None => Self::new(JobTrouble::Unreachable, None, true),
            },
            Broken::Unwritable => Self::unwritable(),
            // The line stood, and it had the mail: most likely it takes it. Nobody is sent it once more by itself.
            Broken::Silent(Step::HandedOver) | Broken::Cut(Step::HandedOver) => Self::new(JobTrouble::MayHaveArrived, None, false),
            Broken::Silent(_) => Self::new(JobTrouble::Unreachable, None, true),
            Broken::Cut(_) | Broken::NotCleared => Self::new(JobTrouble::Interrupted, None, true),
        }
    }

    fn by_answer(code: u16, error: &smtp::Error, step: Step) -> Self {
        let numbers = Some(numbers(code, error));
        match code {
            // It wants another name or password, or any: whoever runs this server mends that.
            530 | 534 | 535 | 538 => Self::new(JobTrouble::SignInRefused, numbers, true),
            _ if error.is_transient() => Self::new(JobTrouble::RefusedForNow, numbers, true),
            _ if step == Step::SignIn => Self::new(JobTrouble::SignInRefused, numbers, true),
            _ if is_about_recipient(code, enhanced(error), step) => Self::new(JobTrouble::Refused, numbers, false),
            // A policy, the sender, a list that this server stands on: that passes, or whoever runs this server mends it.
            _ => Self::new(JobTrouble::RefusedByPolicy, numbers, true),
        }
    }
}

/// Whether a refusal for good is about the address, so that it would come again each time. The status code of RFC 3463 says it, other than of the
/// sender's (5.1.7, 5.1.8); without one it is what the answer to a recipient usually means.
fn is_about_recipient(code: u16, enhanced: Option<[u16; 3]>, step: Step) -> bool {
    match enhanced {
        Some([5, 1, detail]) => step >= Step::Recipient && !matches!(detail, 7 | 8),
        Some([5, 2, _]) => step >= Step::Recipient,
        Some(_) => false,
        None => step == Step::Recipient && matches!(code, 550 | 551 | 553),
    }
}

/// Whether TLS came to nothing: the certificate does not hold, or the other side speaks none. The library tells it as a line that could not be
/// made, with what it was by inside.
fn is_about_trust(error: &smtp::Error) -> bool {
    let reasons = std::iter::successors(error.source(), |reason| (**reason).source());
    let mut kinds = reasons.filter_map(|reason| reason.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    error.is_tls() || error.is_client() || kinds.any(|kind| kind == std::io::ErrorKind::InvalidData)
}

/// The numbers of an answer, `550 5.1.1`; never its words, in which a mail server repeats the address.
fn numbers(code: u16, error: &smtp::Error) -> String {
    match enhanced(error) {
        Some([class, subject, detail]) => format!("{code} {class}.{subject}.{detail}"),
        None => code.to_string(),
    }
}

/// The status code of RFC 3463 with which an answer begins.
fn enhanced(error: &smtp::Error) -> Option<[u16; 3]> {
    parsed(error.source()?.to_string().split_whitespace().next()?)
}

fn parsed(text: &str) -> Option<[u16; 3]> {
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten().filter(|_| part.len() <= 3);
    let parts: Vec<u16> = text.split('.').map(number).collect::<Option<_>>()?;
    parts.try_into().ok().filter(|[class, ..]: &[u16; 3]| (2..=5).contains(class))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn only_numbers_of_an_answer_are_kept() {
        for (text, is) in [("5.1.1", true), ("4.7.650", true), ("5.1", false), ("ada@example.org", false), ("55.1.1", false), ("5..1", false), ("", false)] {
            assert_eq!(parsed(text).is_some(), is, "{text}");
        }
        assert_eq!(parsed("4.7.650"), Some([4, 7, 650]));
    }

    #[rstest]
    #[case(550, "", Step::Recipient, true)]
    #[case(553, "", Step::Recipient, true)]
    #[case(554, "", Step::Recipient, false)]
    #[case(550, "5.1.1", Step::Recipient, true)]
    #[case(552, "5.2.2", Step::Recipient, true)]
    #[case(550, "5.1.1", Step::HandedOver, true)]
    #[case(550, "5.7.1", Step::Recipient, false)]
    #[case(550, "", Step::Sender, false)]
    #[case(553, "5.1.8", Step::Recipient, false)]
    #[case(550, "5.1.0", Step::Sender, false)]
    #[case(554, "5.7.1", Step::HandedOver, false)]
    #[case(550, "", Step::HandedOver, false)]
    fn only_a_refusal_of_the_recipient_is_final(#[case] code: u16, #[case] enhanced: &str, #[case] step: Step, #[case] is_final: bool) {
        assert_eq!(is_about_recipient(code, parsed(enhanced), step), is_final);
    }

    #[test]
    fn an_address_that_no_mail_can_have_is_none() {
        assert!(mailbox(Some("Ada"), &Email::new("ada@example.org").unwrap()).is_some());
        assert!(mailbox(None, &Email::new("a..b@-.org").unwrap()).is_none());
    }
}
