//! Reminds buyers of vouchers whose last day is near.

use beadsbox_domain::{Date, Person, VoucherId};
use beadsbox_protocol::{job::JobKind, mail::MOST_VOUCHERS_OF_A_MAIL};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    db::{
        self,
        job::{New, Payload},
        reminder::Due,
    },
    error::Failure,
    sight,
    state::App,
};

/// How many vouchers one transaction looks at.
const BATCH: i64 = 500;
/// Mails go from nine in the morning of that day, where the voucher was sold; its last moment is at midnight. On a day of 23 or 25 hours it is an hour off.
const BEFORE_MIDNIGHT: i64 = 15;

/// Writes the mails that remind buyers: one for each buyer, last day and shop, with fifty vouchers at most. Of how many vouchers.
pub(crate) async fn remind_buyers(app: &App) -> Result<u64, Failure> {
    let mut reminded = 0;
    while !*app.stopping.borrow() {
        let now = app.clock.now();
        let mut tx = db::begin(&app.pool).await?;
        let Some(days) = db::mail::settings(&mut tx).await?.0.reminder_days else { break };
        let ahead = SignedDuration::from_hours(i64::from(days) * 24 + BEFORE_MIDNIGHT);
        let due = db::reminder::note_due(&mut tx, now, ahead, BATCH).await?;
        let found = due.len();
        for new in together(due) {
            db::job::insert(&mut tx, &new, now).await?;
        }
        tx.commit().await?;
        reminded += found as u64;
        if found == 0 {
            break;
        }
    }
    Ok(reminded)
}

/// A job for each mail.
fn together(due: Vec<Due>) -> Vec<New> {
    let mut mails: Vec<((String, Date, Uuid), New)> = Vec::new();
    for due in due {
        let Some(email) = serde_json::from_str::<Person>(&due.person).ok().and_then(|person| person.email) else { continue };
        let key = (String::from(email), due.last_day, due.shop);
        let has_room = |new: &New| new.payload.vouchers.len() < MOST_VOUCHERS_OF_A_MAIL;
        match mails.last_mut() {
            Some((known, new)) if *known == key && has_room(new) => new.payload.vouchers.push(VoucherId(due.voucher)),
            _ => {
                let payload = Payload { vouchers: vec![VoucherId(due.voucher)], last_day: Some(due.last_day), ..Payload::default() };
                mails.push((key, New { kind: JobKind::ReminderMail, cause: Uuid::now_v7(), payload, trace: sight::current() }));
            }
        }
    }
    mails.into_iter().map(|(_, new)| new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(email: &str, day: i8) -> Due {
        Due {
            voucher: Uuid::now_v7(),
            last_day: Date::constant(2027, 3, day),
            person: format!(r#"{{"buyer": "Ada", "email": "{email}"}}"#),
            shop: Uuid::nil(),
        }
    }

    #[test]
    fn a_buyer_gets_one_mail_for_what_ends_on_one_day() {
        let mut all = vec![due("ada@example.org", 1), due("ada@example.org", 1), due("ada@example.org", 2), due("bruno@example.org", 2)];
        let counts = |mails: Vec<New>| mails.iter().map(|new| new.payload.vouchers.len()).collect::<Vec<_>>();
        assert_eq!(counts(together(all.clone())), [2, 1, 1]);
        all = (0..120).map(|_| due("ada@example.org", 1)).collect();
        assert_eq!(counts(together(all)), [50, 50, 20], "no mail brings more than it can");
    }
}
