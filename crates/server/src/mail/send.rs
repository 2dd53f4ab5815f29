//! Hands mails to the mail server, and tells what its answer means.

use std::{error::Error as _, time::Duration};

use beadsbox_domain::text::Email;
use beadsbox_protocol::job::JobTrouble;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{self, PoolConfig},
};

use super::{MailConfig, message::Letter};
use crate::{
    db::job::{Ended, Setback},
    error::{Failure, StartError},
    jobs::Attempt,
};

/// How long one step of the conversation may take.
const STEP_LIMIT: Duration = Duration::from_secs(30);

/// The mail server that this process sends by.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
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
        let sound = config.check()?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&sound.url)
            .map_err(|_| StartError::Refused("mail: SMTP_URL is no address of a mail server".to_owned()))?;
        // A connection for each mail: one that was left in the middle of a conversation would give its late answers to the next mail.
        let transport = builder.timeout(Some(STEP_LIMIT)).pool_config(PoolConfig::new().max_size(0)).build();
        Ok(Self { transport, from: sound.from })
    }

    /// Whom mails come from, as a reader sees it.
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    /// Sends it. Ok once the mail server has taken it, whatever becomes of it there.
    pub async fn send(&self, letter: &Letter) -> Result<Result<(), NotSent>, Failure> {
        let Some(to) = mailbox(letter.to_name.as_deref(), &letter.to) else { return Ok(Err(NotSent::unwritable())) };
        let plain = to.email.to_string().is_ascii();
        let message = letter.message(&self.from, to)?;
        Ok(self.transport.send(message).await.map(drop).map_err(|error| NotSent::by(&error, plain)))
    }

    /// Sends it for a job.
    pub async fn attempt(&self, letter: &Letter) -> Result<Attempt, Failure> {
        Ok(match self.send(letter).await? {
            Ok(()) => Attempt::Done(Ended::Sent),
            Err(NotSent { setback, passing: true }) => Attempt::Later(setback),
            Err(NotSent { setback, passing: false }) => Attempt::Never(setback),
        })
    }
}

/// None where no mail can be addressed so. A name without what no header may have, whatever once let it into the database.
pub(super) fn mailbox(name: Option<&str>, email: &Email) -> Option<Mailbox> {
    let address = email.as_str().parse().ok()?;
    let name = name.map(|name| name.replace(char::is_control, " "));
    Some(Mailbox::new(name, address))
}

impl NotSent {
    fn passing(trouble: JobTrouble, detail: Option<String>) -> Self {
        Self { setback: Setback { trouble, detail }, passing: true }
    }

    fn unwritable() -> Self {
        Self { setback: Setback { trouble: JobTrouble::AddressRefused, detail: None }, passing: false }
    }

    /// `plain`: the address is plain ASCII, as every mail server takes it.
    fn by(error: &smtp::Error, plain: bool) -> Self {
        let numbers = numbers(error);
        if let Some(status) = error.status() {
            let code = u16::from(status);
            return match code {
                // It wants another name or password, or any: whoever runs this server mends that.
                530 | 534 | 535 | 538 => Self::passing(JobTrouble::SignInRefused, numbers),
                _ if error.is_permanent() => Self { setback: Setback { trouble: JobTrouble::Refused, detail: numbers }, passing: false },
                _ => Self::passing(JobTrouble::RefusedForNow, numbers),
            };
        }
        if error.is_client() && !plain {
            return Self::unwritable();
        }
        // Cut off behind the last line of a mail, it may have been taken: the next attempt has the same Message-ID.
        Self::passing(if error.is_tls() { JobTrouble::Untrusted } else { JobTrouble::Unreachable }, None)
    }
}

/// The numbers of an answer, `550 5.1.1`; never its words, in which a mail server repeats the address.
fn numbers(error: &smtp::Error) -> Option<String> {
    let code = u16::from(error.status()?);
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let enhanced = words.split_whitespace().next().filter(|first| is_enhanced(first));
    Some(enhanced.map_or_else(|| code.to_string(), |enhanced| format!("{code} {enhanced}")))
}

/// Whether it is a status code of RFC 3463.
fn is_enhanced(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let digits = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(digits) && parts[0].len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_an_answer_are_kept() {
        for (text, is) in [("5.1.1", true), ("4.7.650", true), ("5.1", false), ("ada@example.org", false), ("55.1.1", false), ("5..1", false), ("", false)] {
            assert_eq!(is_enhanced(text), is, "{text}");
        }
    }

    #[test]
    fn an_address_that_no_mail_can_have_is_none() {
        assert!(mailbox(Some("Ada"), &Email::new("ada@example.org").unwrap()).is_some());
        assert!(mailbox(None, &Email::new("a..b@-.org").unwrap()).is_none());
    }
}
