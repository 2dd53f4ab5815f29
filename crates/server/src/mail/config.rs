//! By which mail server mail goes, and whom it comes from.

use lettre::{
    message::Mailbox,
    transport::smtp::{authentication::Credentials, client::TlsParameters, extension::ClientId},
};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use crate::{
    address::{decoded, is_this_machine},
    error::StartError,
};

/// By which mail server mail goes, and whom it comes from.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `smtps://name:password@host`, or `smtp://…?tls=required` for STARTTLS. Plain `smtp://` is for this machine alone. A path is the name by which
    /// this machine greets it.
    pub smtp_url: SecretString,
    /// `My Beads Box <vouchers@example.com>`.
    pub from: String,
}

/// How a conversation is kept from others.
pub(super) enum Security {
    /// Not at all: it does not leave this machine.
    Plain,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

/// The mail server, by a configuration that holds together.
pub(super) struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// By which name this machine greets it.
    pub hello: ClientId,
    pub credentials: Option<Credentials>,
}

fn refused(detail: &str) -> StartError {
    StartError::Refused(format!("mail: {detail}"))
}

impl MailConfig {
    /// Whom mails come from.
    pub(super) fn sender(&self) -> Result<Mailbox, StartError> {
        self.from.parse().map_err(|_| refused("MAIL_FROM is an address such as My Beads Box <vouchers@example.com>"))
    }

    /// Checks what can be checked without asking the mail server. What is wrong is told without the address, which may hold a password.
    pub(super) fn mail_server(&self) -> Result<MailServer, StartError> {
        let text = self.smtp_url.expose_secret();
        let url = Url::parse(text).map_err(|_| refused("SMTP_URL is an address such as smtps://name:password@mail.example.com"))?;
        if url.query_pairs().any(|(name, value)| (&*name, &*value) != ("tls", "required")) {
            return Err(refused("the one thing that SMTP_URL may have behind a question mark is tls=required"));
        }
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(other) => other.to_string(),
            None => return Err(refused("SMTP_URL names no mail server")),
        };
        let tls = || TlsParameters::new(host.clone()).map_err(|_| refused("TLS cannot be set up for the mail server that SMTP_URL names"));
        let (security, usual_port) = match (url.scheme(), url.query().is_some_and(|query| !query.is_empty())) {
            ("smtps", _) => (Security::Tls(tls()?), 465),
            ("smtp", true) => (Security::StartTls(tls()?), 587),
            ("smtp", false) if is_this_machine(&url) => (Security::Plain, 25),
            ("smtp", false) => return Err(refused("plain smtp:// is for this machine alone: use smtps://, or smtp:// with ?tls=required")),
            _ => return Err(refused("SMTP_URL begins with smtps:// or smtp://")),
        };
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) };
        Ok(MailServer { port: url.port().unwrap_or(usual_port), security, hello, credentials: credentials(&url)?, host })
    }
}

/// Whom the mail server is to let in; none where nobody is named.
fn credentials(url: &Url) -> Result<Option<Credentials>, StartError> {
    let decoded = |text: &str| decoded(text).ok_or_else(|| refused("name and password in SMTP_URL are UTF-8"));
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (_, None) => Err(refused("SMTP_URL has a name without a password")),
        (name, Some(password)) => Ok(Some(Credentials::new(decoded(name)?, decoded(password)?))),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn check(url: &str, from: &str) -> Result<MailServer, StartError> {
        let config = MailConfig { smtp_url: SecretString::from(url.to_owned()), from: from.to_owned() };
        config.sender()?;
        config.mail_server()
    }

    #[rstest]
    #[case("smtps://mail.example.com")]
    #[case("smtps://name:p%40ss@mail.example.com:465")]
    #[case("smtp://mail.example.com:587?tls=required")]
    #[case("smtp://127.0.0.1:2525")]
    #[case("smtp://localhost")]
    #[case("smtp://[::1]:25")]
    #[case("smtps://mail.example.com/till.example.com")]
    fn mail_servers_that_are_taken(#[case] url: &str) {
        assert!(check(url, "My Beads Box <vouchers@example.com>").is_ok());
    }

    #[rstest]
    #[case("smtp://mail.example.com")]
    #[case("smtp://mail.example.com?tls=opportunistic")]
    #[case("smtp://mail.example.com?tls=opportunistic&tls=required")]
    #[case("smtps://name@mail.example.com")]
    #[case("smtp://192.168.1.4:25")]
    #[case("smtp://name:secret@mail.example.com")]
    #[case("https://mail.example.com")]
    #[case("mail.example.com")]
    #[case("")]
    fn mail_servers_that_are_not_taken(#[case] url: &str) {
        let Err(error) = check(url, "vouchers@example.com") else { panic!("{url} was taken") };
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn an_address_says_where_how_and_as_whom() {
        let server = check("smtp://na%40me:p%40ss@mail.example.com/shop.example.com?tls=required", "vouchers@example.com").unwrap();
        assert_eq!((server.host.as_str(), server.port), ("mail.example.com", 587));
        assert!(matches!(server.security, Security::StartTls(_)));
        assert_eq!(server.credentials, Some(Credentials::new("na@me".to_owned(), "p@ss".to_owned())));
        assert_eq!(server.hello, ClientId::Domain("shop.example.com".to_owned()));
        let server = check("smtp://[::1]", "vouchers@example.com").unwrap();
        assert_eq!((server.host.as_str(), server.port, server.credentials), ("::1", 25, None));
    }

    #[rstest]
    #[case("nobody")]
    #[case("")]
    #[case("a@example.com\r\nBcc: b@example.com")]
    fn senders_that_are_not_taken(#[case] from: &str) {
        assert!(check("smtps://mail.example.com", from).is_err());
    }
}
