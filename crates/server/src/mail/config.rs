//! By which mail server mail goes, and whom it comes from.

use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use crate::error::StartError;

/// By which mail server mail goes, and whom it comes from.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `smtps://name:password@host`, or `smtp://…?tls=required` for STARTTLS. Plain `smtp://` is for this machine alone.
    pub smtp_url: SecretString,
    /// `My Beads Box <vouchers@example.com>`.
    pub from: String,
}

/// A configuration that holds together.
pub(super) struct Sound {
    pub url: String,
    pub from: Mailbox,
}

impl MailConfig {
    /// Checks what can be checked without asking the mail server. What is wrong is told without the address, which may hold a password.
    pub(super) fn check(&self) -> Result<Sound, StartError> {
        let refused = |detail: &str| StartError::Refused(format!("mail: {detail}"));
        let from: Mailbox = self.from.parse().map_err(|_| refused("MAIL_FROM is an address such as My Beads Box <vouchers@example.com>"))?;
        let text = self.smtp_url.expose_secret();
        let url = Url::parse(text).map_err(|_| refused("SMTP_URL is an address such as smtps://name:password@mail.example.com"))?;
        let encrypted = match url.scheme() {
            "smtps" => true,
            "smtp" => url.query_pairs().any(|(name, value)| name == "tls" && value == "required"),
            _ => return Err(refused("SMTP_URL begins with smtps:// or smtp://")),
        };
        if url.host().is_none() {
            return Err(refused("SMTP_URL names no mail server"));
        }
        if !encrypted && !is_this_machine(&url) {
            return Err(refused("plain smtp:// is for this machine alone: use smtps://, or smtp:// with ?tls=required"));
        }
        Ok(Sound { url: text.to_owned(), from })
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        // The host of a scheme that browsers do not know is never read as a number.
        Some(Host::Domain(name)) => name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn check(url: &str, from: &str) -> Result<Sound, StartError> {
        MailConfig { smtp_url: SecretString::from(url.to_owned()), from: from.to_owned() }.check()
    }

    #[rstest]
    #[case("smtps://mail.example.com")]
    #[case("smtps://name:p%40ss@mail.example.com:465")]
    #[case("smtp://mail.example.com:587?tls=required")]
    #[case("smtp://127.0.0.1:2525")]
    #[case("smtp://localhost")]
    #[case("smtp://[::1]:25")]
    fn mail_servers_that_are_taken(#[case] url: &str) {
        assert!(check(url, "My Beads Box <vouchers@example.com>").is_ok());
    }

    #[rstest]
    #[case("smtp://mail.example.com")]
    #[case("smtp://mail.example.com?tls=opportunistic")]
    #[case("smtp://192.168.1.4:25")]
    #[case("smtp://name:secret@mail.example.com")]
    #[case("https://mail.example.com")]
    #[case("mail.example.com")]
    #[case("")]
    fn mail_servers_that_are_not_taken(#[case] url: &str) {
        let Err(error) = check(url, "vouchers@example.com") else { panic!("{url} was taken") };
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[rstest]
    #[case("nobody")]
    #[case("")]
    #[case("a@example.com\r\nBcc: b@example.com")]
    fn senders_that_are_not_taken(#[case] from: &str) {
        assert!(check("smtps://mail.example.com", from).is_err());
    }
}
