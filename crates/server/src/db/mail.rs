//! `mail_settings`, `mail_text`: how the organisation writes.

use beadsbox_domain::{StaffId, Timestamp};
use beadsbox_protocol::mail::{MailKind, MailLanguage, MailSettings, MailTextChange, MailWords};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{damaged, name_of, named, to_bigint, to_count};
use crate::error::Failure;

/// The settings, and their version.
pub async fn settings(conn: &mut PgConnection) -> Result<(MailSettings, u64), Failure> {
    let (at_sale, language, reminder_days, row_version): (bool, String, Option<i16>, i64) =
        sqlx::query_as("SELECT at_sale, language, reminder_days, row_version FROM mail_settings").fetch_one(conn).await?;
    let reminder_days = reminder_days.map(u8::try_from).transpose().map_err(|_| damaged("mail_settings.reminder_days"))?;
    Ok((MailSettings { at_sale, language: named(&language, "mail_settings.language")?, reminder_days }, to_count(row_version)))
}

/// Whether vouchers go to their buyers by themselves. It stays so until the caller commits.
pub async fn at_sale(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT at_sale FROM mail_settings FOR SHARE").fetch_one(conn).await
}

/// Sets them whole. Whether they were of that version still.
pub async fn change_settings(conn: &mut PgConnection, row_version: u64, settings: &MailSettings) -> sqlx::Result<bool> {
    let changed = sqlx::query("UPDATE mail_settings SET at_sale = $2, language = $3, reminder_days = $4, row_version = row_version + 1 WHERE row_version = $1")
        .bind(to_bigint(row_version))
        .bind(settings.at_sale)
        .bind(name_of(settings.language))
        .bind(settings.reminder_days.map(i16::from))
        .execute(conn)
        .await?;
    Ok(changed.rows_affected() == 1)
}

/// A text that an admin changed at some time; no words where the program's own holds again.
pub struct Changed {
    pub kind: MailKind,
    pub language: MailLanguage,
    pub words: Option<MailWords>,
    pub row_version: u64,
}

type Record = (String, String, Option<String>, Option<String>, i64);

fn read((kind, language, subject, body, row_version): Record) -> Result<Changed, Failure> {
    Ok(Changed {
        kind: named(&kind, "mail_text.kind")?,
        language: named(&language, "mail_text.language")?,
        words: subject.zip(body).map(|(subject, body)| MailWords { subject, body }),
        row_version: to_count(row_version),
    })
}

/// Every text that was ever changed.
pub async fn texts(conn: &mut PgConnection) -> Result<Vec<Changed>, Failure> {
    let records: Vec<Record> = sqlx::query_as("SELECT kind, language, subject, body, row_version FROM mail_text").fetch_all(conn).await?;
    records.into_iter().map(read).collect()
}

/// The words that an admin wrote for it; none where the program's own hold.
pub async fn words(conn: &mut PgConnection, kind: MailKind, language: MailLanguage) -> sqlx::Result<Option<MailWords>> {
    let found: Option<(Option<String>, Option<String>)> = sqlx::query_as("SELECT subject, body FROM mail_text WHERE kind = $1 AND language = $2")
        .bind(name_of(kind))
        .bind(name_of(language))
        .fetch_optional(conn)
        .await?;
    Ok(found.and_then(|(subject, body)| subject.zip(body)).map(|(subject, body)| MailWords { subject, body }))
}

/// Sets a text, or has the program's own hold again. Whether it was of that version still; 0 is of one that was never changed.
pub async fn change_text(conn: &mut PgConnection, change: &MailTextChange, by: StaffId, now: Timestamp) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "INSERT INTO mail_text AS t (kind, language, subject, body, changed_by, changed_at, row_version)
         SELECT $1, $2, $3, $4, $5, $6, 1 WHERE $7 = 0 OR EXISTS (SELECT FROM mail_text WHERE kind = $1 AND language = $2)
         ON CONFLICT (kind, language) DO UPDATE SET subject = excluded.subject, body = excluded.body, changed_by = excluded.changed_by,
             changed_at = excluded.changed_at, row_version = t.row_version + 1
         WHERE t.row_version = $7",
    )
    .bind(name_of(change.kind))
    .bind(name_of(change.language))
    .bind(change.words.as_ref().map(|words| words.subject.as_str()))
    .bind(change.words.as_ref().map(|words| words.body.as_str()))
    .bind(by.0)
    .bind(now.to_sqlx())
    .bind(to_bigint(change.row_version))
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}
