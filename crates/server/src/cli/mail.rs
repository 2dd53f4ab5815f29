//! Where mail goes, for the subcommands that send some.

use secrecy::{ExposeSecret as _, SecretString};

use crate::{MailConfig, error::StartError};

/// By which mail server, and from whom.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The mail server: `smtps://name:password@host`, or `smtp://…?tls=required`; without one no mail is sent
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    smtp_url: Option<SecretString>,
    /// Whom mails come from: `My Beads Box <vouchers@example.com>`
    #[arg(long, env = "MAIL_FROM")]
    mail_from: Option<String>,
}

impl Arguments {
    /// None where no mail is to be sent.
    pub(super) fn config(&self) -> Result<Option<MailConfig>, StartError> {
        // A variable that is set to nothing is not set.
        let smtp_url = self.smtp_url.clone().filter(|url| !url.expose_secret().is_empty());
        let from = self.mail_from.clone().filter(|from| !from.is_empty());
        match (smtp_url, from) {
            (Some(smtp_url), Some(from)) => Ok(Some(MailConfig { smtp_url, from })),
            (None, None) => Ok(None),
            _ => Err(StartError::Refused("mail needs both SMTP_URL and MAIL_FROM".to_owned())),
        }
    }
}
