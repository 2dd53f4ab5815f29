//! `admin_act`: who administered what, when. Only ever added to.

use beadsbox_domain::{StaffId, Timestamp};
use beadsbox_protocol::admin::AdminAct;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::act::Done;

/// The most acts of one page.
pub const PAGE: usize = 100;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)+) => {
        /// What kinds of acts there are. A name is kept for good, and has its words in every language (`act_<name>`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ActKind { $($(#[$doc])* $kind,)+ }

        impl ActKind {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$kind),+];

            /// As it stands in the column, on the wire and in the log.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }
        }
    };
}

kinds! {
    AccountsChanged = "accounts_changed",
    BadgeGiven = "badge_given",
    BadgeTaken = "badge_taken",
    /// By the server: they were kept for as long as the organisation says.
    BuyersOutlived = "buyers_outlived",
    DeviceChanged = "device_changed",
    DeviceLimits = "device_limits",
    DeviceRevoked = "device_revoked",
    EnrolmentCode = "enrolment_code",
    /// One that was given up.
    JobEnded = "job_ended",
    /// One that was given up.
    JobTriedAgain = "job_tried_again",
    /// Those that were given up for one reason, or all.
    JobsTriedAgain = "jobs_tried_again",
    LeastValidityChanged = "least_validity_changed",
    MailSettingsChanged = "mail_settings_changed",
    MailTextChanged = "mail_text_changed",
    /// Of the shop page: somebody dealt with its trouble.
    OrderSettled = "order_settled",
    PasswordReset = "password_reset",
    /// By the person, with what a mail said: whoever has their mailbox could.
    PasswordSetByMail = "password_set_by_mail",
    PersonErased = "person_erased",
    PersonExported = "person_exported",
    PolicyChanged = "policy_changed",
    SecondFactorRemoved = "second_factor_removed",
    SecondFactorSet = "second_factor_set",
    ShopAdded = "shop_added",
    ShopChanged = "shop_changed",
    ShopPageChanged = "shop_page_changed",
    StaffAdded = "staff_added",
    StaffAddressChanged = "staff_address_changed",
    StaffChanged = "staff_changed",
}

/// Writes the record of what is done in this transaction; its id. `by` is the nil id for the server itself and its command line.
pub async fn insert(conn: &mut PgConnection, by: StaffId, at: Timestamp, done: Done<'_>) -> sqlx::Result<Uuid> {
    let id = Uuid::now_v7();
    let mut details = done.details;
    if let Some(reason) = done.reason {
        details.insert("reason".to_owned(), reason.as_str().into());
    }
    sqlx::query("INSERT INTO admin_act (id, at, staff_id, kind, subject_id, subject, details) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id)
        .bind(at.to_sqlx())
        .bind(by.0)
        .bind(done.kind.name())
        .bind(done.subject.map(|(id, _)| id))
        .bind(done.subject.map(|(_, name)| name))
        .bind(Json(details))
        .execute(conn)
        .await?;
    Ok(id)
}

#[derive(FromRow)]
struct Record {
    id: Uuid,
    at: jiff_sqlx::Timestamp,
    staff_id: Uuid,
    kind: String,
    subject: Option<String>,
    details: Json<Value>,
}

/// The newest, of those before one where it is named.
pub async fn newest(conn: &mut PgConnection, before: Option<Uuid>) -> sqlx::Result<Vec<AdminAct>> {
    let records: Vec<Record> = sqlx::query_as(
        "SELECT id, at, staff_id, kind, subject, details FROM admin_act
         WHERE $1::uuid IS NULL OR (at, id) < (SELECT at, id FROM admin_act WHERE id = $1) ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind(before)
    .bind(i64::try_from(PAGE).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    let read = |record: Record| AdminAct {
        id: record.id,
        at: record.at.to_jiff(),
        staff: StaffId(record.staff_id),
        kind: record.kind,
        subject: record.subject.unwrap_or_default(),
        details: record.details.0,
    };
    Ok(records.into_iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_words_in_every_language() {
        for messages in [
            include_str!("../../../../ui/src/i18n/messages/en/administration.json"),
            include_str!("../../../../ui/src/i18n/messages/fr/administration.json"),
        ] {
            let messages: serde_json::Map<String, Value> = serde_json::from_str(messages).unwrap();
            let silent: Vec<&str> = ActKind::ALL
                .iter()
                .map(|kind| kind.name())
                .filter(|name| !messages.get(&format!("act_{name}")).is_some_and(Value::is_string))
                .collect();
            assert_eq!(silent, [] as [&str; 0]);
        }
    }
}
