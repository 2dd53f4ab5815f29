//! How the organisation writes: an admin sets it, and sees it before anybody else does.

use beadsbox_domain::{Deed, text::Email};
use beadsbox_protocol::mail::{MOST_REMINDER_DAYS, MailDraft, MailSettings, MailSettingsChange, MailSetup, MailTest, MailTextChange, MailWords, TextFault};

use super::super::Seat;
use crate::{
    error::{AppError, AppResult, FieldErrorCode, FieldFault},
    view::{MailDraftForm, MailPlaceholders, MailPreviewView, MailSettingsForm, MailSetupView, MailTestForm, MailTextForm, TextFaultView},
};

impl Seat {
    /// Whether mail can be sent, how the organisation writes, and every text. Needs the server, as all of this does.
    pub async fn mail_setup(&self) -> AppResult<MailSetupView> {
        self.require(Deed::Administer)?;
        Ok(self.device.server.mail_setup(self.server_session()?).await?.into())
    }

    /// Sets how the organisation writes.
    pub async fn set_mail_settings(&self, form: MailSettingsForm) -> AppResult<MailSetupView> {
        self.require(Deed::Administer)?;
        let reminder_days = form.reminder_days.map(days).transpose().map_err(|fault| AppError::of_field("reminder_days", fault))?;
        let settings = MailSettings { at_sale: form.at_sale, language: form.language, reminder_days };
        let change = MailSettingsChange { row_version: form.row_version, settings };
        Ok(self.device.server.change_mail_settings(self.server_session()?, &change).await?.into())
    }

    /// Sets a text, or has the program's own hold again.
    pub async fn set_mail_text(&self, form: MailTextForm) -> AppResult<MailSetupView> {
        self.require(Deed::Administer)?;
        let MailDraft { kind, language, words } = form.draft.into();
        let change = MailTextChange { kind, language, row_version: form.row_version, words: (!form.back).then_some(words) };
        Ok(self.device.server.change_mail_text(self.server_session()?, &change).await?.into())
    }

    /// A text filled in with sample data, or what is wrong with it.
    pub async fn preview_mail(&self, form: MailDraftForm) -> AppResult<MailPreviewView> {
        self.require(Deed::Administer)?;
        let preview = self.device.server.preview_mail(self.server_session()?, &form.into()).await?;
        let fault = |TextFault { part, line, kind, found }| TextFaultView { part, line, kind, found };
        Ok(MailPreviewView { subject: preview.subject, text: preview.text, html: preview.html, faults: preview.faults.into_iter().map(fault).collect() })
    }

    /// Sends a text, filled in with sample data.
    pub async fn send_test_mail(&self, form: MailTestForm) -> AppResult<()> {
        self.require(Deed::Administer)?;
        let to = Email::new(&form.to).map_err(|fault| AppError::of_field("to", fault))?;
        let test = MailTest { draft: form.draft.into(), to };
        Ok(self.device.server.test_mail(self.server_session()?, &test).await?)
    }
}

/// A number of days that the server takes.
fn days(typed: u32) -> Result<u8, FieldFault> {
    match u8::try_from(typed) {
        Ok(0) => Err(FieldFault(FieldErrorCode::TooSmall, Some(1))),
        Ok(days) if days <= MOST_REMINDER_DAYS => Ok(days),
        _ => Err(FieldFault(FieldErrorCode::TooLarge, Some(MOST_REMINDER_DAYS.into()))),
    }
}

impl From<MailDraftForm> for MailDraft {
    fn from(form: MailDraftForm) -> Self {
        // A page may send the line ends of its platform.
        let body = form.body.replace("\r\n", "\n");
        Self { kind: form.kind, language: form.language, words: MailWords { subject: form.subject, body } }
    }
}

impl From<MailSetup> for MailSetupView {
    fn from(setup: MailSetup) -> Self {
        Self {
            from: setup.from,
            at_sale: setup.settings.at_sale,
            language: setup.settings.language,
            reminder_days: setup.settings.reminder_days,
            most_reminder_days: MOST_REMINDER_DAYS,
            row_version: setup.row_version,
            texts: setup.texts.into_iter().map(Into::into).collect(),
            placeholders: setup.placeholders.into_iter().map(|of| MailPlaceholders { kind: of.kind, names: of.names }).collect(),
        }
    }
}
