//! One conversation with the mail server, step by step: what an answer means depends on what it answers, and only behind the last line of a mail
//! is it unknown whether it arrived.

use std::time::Duration;

use lettre::{
    Address,
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::DEFAULT_MECHANISMS,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::{Extension, MailBodyParameter, MailParameter},
    },
};
use tokio::time::timeout;

use super::config::{MailServer, Security};

/// How long everything before the mail itself may take together. A mail server that distrusts a caller lets it wait for a minute or two.
const OPENING_LIMIT: Duration = Duration::from_mins(4);
/// How long a mail server may take for a mail and its answer to it: so long it is to be waited for (RFC 5321, 4.5.3.2.6).
const ANSWER_LIMIT: Duration = Duration::from_mins(10);
/// How long a goodbye may take.
const PARTING_LIMIT: Duration = Duration::from_secs(5);

/// What the mail server was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Who is there, and over TLS if so wanted.
    Opening,
    SignIn,
    Sender,
    Recipient,
    /// Whether it takes the mail itself.
    Content,
    /// Nothing any more: it has the mail.
    HandedOver,
}

/// Why a conversation came to nothing.
#[derive(Debug)]
pub(super) enum Broken {
    /// By what the mail server answered, or because the line broke.
    By(Error, Step),
    /// The address has letters that this mail server does not know.
    Unwritable,
    /// The mail server was silent for too long.
    Silent(Step),
    /// This program ends, and could not wait.
    Cut(Step),
    /// It was not for this worker to hand it over: nothing was.
    NotCleared,
}

/// Hands a mail over. `cleared` is asked at the last moment before the mail server may have any of it, and says whether it gets it; `over` ends it wherever
/// it is. Ok once the mail server has answered that it took it.
pub(super) async fn hand_over(
    server: &MailServer,
    envelope: &Envelope,
    mail: &[u8],
    cleared: impl Future<Output = bool>,
    over: impl Future<Output = ()>,
) -> Result<(), Broken> {
    tokio::pin!(over);
    let mut step = Step::Opening;
    let opened = tokio::select! {
        opened = timeout(OPENING_LIMIT, open(server, envelope, mail, cleared, &mut step)) => Some(opened),
        () = &mut over => None,
    };
    let mut line = match opened {
        Some(Ok(opened)) => opened?,
        Some(Err(_)) => return Err(Broken::Silent(step)),
        None => return Err(Broken::Cut(step)),
    };
    let answer = tokio::select! {
        answer = timeout(ANSWER_LIMIT, line.message(mail)) => answer,
        () = &mut over => return Err(Broken::Cut(Step::HandedOver)),
    };
    let Ok(answer) = answer else { return Err(Broken::Silent(Step::HandedOver)) };
    part(line).await;
    answer.map(drop).map_err(|error| Broken::By(error, Step::HandedOver))
}

/// Up to where the mail server waits for the mail. `step` says how far that came.
async fn open(
    server: &MailServer,
    envelope: &Envelope,
    mail: &[u8],
    cleared: impl Future<Output = bool>,
    step: &mut Step,
) -> Result<AsyncSmtpConnection, Broken> {
    let tls = if let Security::Tls(tls) = &server.security { Some(tls.clone()) } else { None };
    let place = (server.host.as_str(), server.port);
    let mut line = AsyncSmtpConnection::connect_tokio1(place, Some(OPENING_LIMIT), &server.hello, tls, None)
        .await
        .map_err(|error| Broken::By(error, Step::Opening))?;
    if let Err(error) = greet(&mut line, server, step).await {
        // Where TLS came to nothing there is no line left to say goodbye on; the library panics over that in a debug build.
        if *step > Step::Opening || error.status().is_some() || error.is_client() {
            part(line).await;
        }
        return Err(Broken::By(error, *step));
    }
    let mut letters = Vec::new();
    if !addresses(envelope).all(|address| address.to_string().is_ascii()) {
        if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
            part(line).await;
            return Err(Broken::Unwritable);
        }
        letters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        letters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    if let Err(error) = address(&mut line, envelope, letters, step).await {
        part(line).await;
        return Err(Broken::By(error, *step));
    }
    if !cleared.await {
        part(line).await;
        return Err(Broken::NotCleared);
    }
    *step = Step::Content;
    if let Err(error) = line.command(Data).await {
        part(line).await;
        return Err(Broken::By(error, *step));
    }
    Ok(line)
}

fn addresses(envelope: &Envelope) -> impl Iterator<Item = &Address> {
    envelope.from().into_iter().chain(envelope.to())
}

/// Goes over to TLS and signs in, as the server is set up.
async fn greet(line: &mut AsyncSmtpConnection, server: &MailServer, step: &mut Step) -> Result<(), Error> {
    if let Security::StartTls(tls) = &server.security {
        line.starttls(tls.clone(), &server.hello).await?;
    }
    if let Some(credentials) = &server.credentials {
        *step = Step::SignIn;
        line.auth(DEFAULT_MECHANISMS, credentials).await?;
    }
    Ok(())
}

/// Says from whom and for whom it is.
async fn address(line: &mut AsyncSmtpConnection, envelope: &Envelope, letters: Vec<MailParameter>, step: &mut Step) -> Result<(), Error> {
    *step = Step::Sender;
    line.command(Mail::new(envelope.from().cloned(), letters)).await?;
    *step = Step::Recipient;
    for to in envelope.to() {
        line.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    Ok(())
}

/// Says goodbye. Whatever becomes of that, nothing is changed by it.
async fn part(mut line: AsyncSmtpConnection) {
    let _ = timeout(PARTING_LIMIT, line.abort()).await;
}
