//! How the organisation writes: its settings and texts.

use beadsbox_protocol::mail::{MOST_REMINDER_DAYS, MailKind, MailLanguage, MailSettingsChange, MailSetup, MailText, MailTextChange, Placeholders};

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    text::{default_words, fill, names, sample},
    trial::faulty,
};
use crate::{
    act::Act,
    db::{
        self,
        feed::{self, Kind},
    },
    error::Failure,
    state::App,
};

/// All of it, as it stands.
pub(crate) async fn read(app: &App) -> Result<MailSetup, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let (settings, row_version) = db::mail::settings(&mut tx).await?;
    let changed = db::mail::texts(&mut tx).await?;
    let text = |kind: MailKind, language: MailLanguage| {
        let found = changed.iter().find(|text| text.kind == kind && text.language == language);
        let own = found.and_then(|text| text.words.clone());
        MailText {
            kind,
            language,
            own: own.is_some(),
            words: own.unwrap_or_else(|| default_words(kind, language)),
            row_version: found.map_or(0, |text| text.row_version),
        }
    };
    Ok(MailSetup {
        from: app.mailer.as_ref().map(super::Mailer::from),
        settings,
        row_version,
        texts: MailKind::ALL.into_iter().flat_map(|kind| MailLanguage::ALL.map(|language| text(kind, language))).collect(),
        placeholders: MailKind::ALL
            .map(|kind| Placeholders { kind, names: names(kind).iter().map(|name| (*name).to_owned()).collect() })
            .to_vec(),
    })
}

/// Sets the settings, whole.
pub(crate) async fn change_settings(act: &mut Act, app: &App, change: &MailSettingsChange) -> Result<(), Failure> {
    if change.settings.reminder_days.is_some_and(|days| !(1..=MOST_REMINDER_DAYS).contains(&days)) {
        return Err(Failure::malformed(format!("settings.reminder_days: from 1 to {MOST_REMINDER_DAYS}")));
    }
    if !db::mail::change_settings(act, change.row_version, &change.settings).await? {
        return Err(Failure::changed_meanwhile());
    }
    tell_devices(act, app).await
}

/// Tells every device what becomes of a voucher whose seller does not choose: they ask the seller without the server as well. Where
/// processes disagree about whether mail can be sent, the one that started last is believed. The caller commits.
pub(crate) async fn tell_devices(conn: &mut PgConnection, app: &App) -> Result<(), Failure> {
    let at_sale = db::mail::at_sale(conn).await?;
    if db::settings::set_mails_at_sale(conn, app.mailer.is_some().then_some(at_sale)).await? {
        feed::note(conn, Kind::Settings, &[Uuid::nil()]).await?;
    }
    Ok(())
}

/// Sets a text that can be filled in, or has the program's own hold again.
pub(crate) async fn change_text(act: &mut Act, change: &MailTextChange) -> Result<(), Failure> {
    let (kind, language) = (change.kind, change.language);
    if change.words.as_ref().is_some_and(|words| fill(kind, language, words, &sample(kind, language)).is_err()) {
        return Err(faulty());
    }
    let (by, at) = (act.by(), act.at());
    let changed = db::mail::change_text(act, change, by, at).await?;
    if changed { Ok(()) } else { Err(Failure::changed_meanwhile()) }
}
