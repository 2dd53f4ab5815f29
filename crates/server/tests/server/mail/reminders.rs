//! Buyers are reminded of vouchers before their last day, once.

use beadsbox_domain::{Date, Operation, Outcome, Role, Status, Timestamp, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    mail::{MailLanguage, MailSettings, MailSettingsChange, MailSetup, MailState},
    rows::{Row, RowKey},
};
use beadsbox_testkit::{Answer, TestDevice, fixtures};
use jiff::{SignedDuration, ToSpan as _, tz::TimeZone};
use reqwest::Method;

use super::stage::{MailStage, mails_of, record_sale_to};
use crate::support::{PASSWORD, sell, sell_many};

const DAYS: u8 = 14;

async fn set_days(mails: &MailStage, days: Option<u8>) {
    sqlx::query("UPDATE mail_settings SET reminder_days = $1")
        .bind(days.map(i16::from))
        .execute(&mails.stage.pool)
        .await
        .unwrap();
}

/// The last day of a voucher, and the moment at which it is over.
fn end(device: &TestDevice, voucher: VoucherId) -> (Date, Timestamp) {
    match &device.cache[&RowKey::Voucher(voucher)] {
        Row::Voucher(row) => (row.voucher.expires_on.unwrap(), row.voucher.expires_at.unwrap()),
        other => panic!("no voucher: {other:?}"),
    }
}

/// When a buyer is reminded of what ends then.
fn due(ends: Timestamp) -> Timestamp {
    ends - SignedDuration::from_hours(i64::from(DAYS) * 24 + 15)
}

async fn remind(mails: &MailStage) -> u64 {
    mails.stage.server.as_ref().unwrap().remind_now().await.unwrap()
}

#[tokio::test]
async fn a_buyer_is_reminded_once_of_what_is_still_good_and_only_where_an_admin_wants_it() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    let mut desk = mails.stage.office("Margaux").await;
    let bought = sell_many(&mut till, 2).await;
    let used = record_sale_to(&mut till, &fixtures::person("Bruno")).await;
    till.push().await.unwrap();
    assert_eq!(till.act(fixtures::ask(used)).await.unwrap(), Outcome::Applied);
    till.pull().await.unwrap();
    sqlx::query("DELETE FROM job").execute(&mails.stage.pool).await.unwrap();
    let (_, ends) = end(&till, bought[0]);
    mails.stage.clock.set(due(ends));
    assert_eq!(remind(&mails).await, 0, "off until an admin says how many days");
    set_days(&mails, Some(DAYS)).await;
    mails.stage.clock.set(due(ends) - SignedDuration::from_secs(1));
    assert_eq!(remind(&mails).await, 0, "not yet");
    mails.stage.clock.set(due(ends));
    assert_eq!(remind(&mails).await, 2);
    assert_eq!(remind(&mails).await, 0, "once");

    let worker = mails.worker().await;
    mails.until_ended("sent", 1).await;
    worker.stop().await;
    let mail = mails.receiver.mails().remove(0);
    assert_eq!((mails.receiver.mails().len(), mail.pdfs().len()), (1, 2), "one mail, and the papers once more");
    assert!(mail.header("Subject").starts_with("Your voucher from Marais is good until "), "{}", mail.header("Subject"));
    assert!(mail.header("Message-ID").starts_with("<reminder."), "{}", mail.header("Message-ID"));
    assert!(mail.text().contains("Ada Lovelace") && mail.text().matches("Quantum Cuisine").count() == 2, "{}", mail.text());
    let session = desk.sign_in("Margaux", PASSWORD).await.unwrap();
    let known = mails_of(&desk, &session.token, bought[0]).await.unwrap().mails;
    assert_eq!(known.iter().map(|mail| (mail.reminder, mail.state)).collect::<Vec<_>>(), [(true, MailState::Sent)]);
}

#[tokio::test]
async fn a_voucher_that_is_extended_is_reminded_of_before_its_new_last_day() {
    let mails = MailStage::idle().await;
    set_days(&mails, Some(DAYS)).await;
    let mut desk = mails.stage.office("Margaux").await;
    let voucher = sell(&mut desk).await;
    desk.pull().await.unwrap();
    sqlx::query("DELETE FROM job").execute(&mails.stage.pool).await.unwrap();
    let (day, ends) = end(&desk, voucher);
    mails.stage.clock.set(due(ends));
    assert_eq!(remind(&mails).await, 1);

    // It is extended before the mail goes: what that one says would no longer be true.
    let expires_on = day.checked_add(2.months()).unwrap();
    let expires_at = expires_on.tomorrow().unwrap().to_zoned(TimeZone::get("Europe/Paris").unwrap()).unwrap().timestamp();
    desk.now = mails.stage.clock.now();
    assert_eq!(
        desk.act(Operation::Extend { voucher, expires_on, expires_at, reason: fixtures::reason() }).await.unwrap(),
        Outcome::Applied
    );
    let worker = mails.worker().await;
    mails.until_ended("not_owed", 1).await;
    assert_eq!(mails.receiver.conversations(), 0);
    assert_eq!(remind(&mails).await, 0);
    mails.stage.clock.set(due(expires_at));
    assert_eq!(remind(&mails).await, 1);
    mails.until_ended("sent", 1).await;
    worker.stop().await;
}

#[tokio::test]
async fn nobody_is_reminded_of_what_they_have_just_bought_nor_after_they_were_erased_nor_of_what_is_over() {
    let mails = MailStage::idle().await;
    set_days(&mails, Some(DAYS)).await;
    let mut till = mails.stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 4).await;
    till.pull().await.unwrap();
    let (_, ends) = end(&till, vouchers[0]);
    sqlx::query("DELETE FROM job").execute(&mails.stage.pool).await.unwrap();
    // The first was sold within the days before its end, the second stands as expired, the third was issued with others, the buyer of the fourth is gone.
    let sql = "UPDATE voucher SET sold_at = expires_at - interval '10 days' WHERE id = $1";
    sqlx::query(sql).bind(vouchers[0].0).execute(&mails.stage.pool).await.unwrap();
    let sql = "UPDATE voucher SET status = $2 WHERE id = $1";
    sqlx::query(sql).bind(vouchers[1].0).bind(Status::Expired.name()).execute(&mails.stage.pool).await.unwrap();
    let sql = "UPDATE voucher SET marks = '{\"batch\": {}}' WHERE id = $1";
    sqlx::query(sql).bind(vouchers[2].0).execute(&mails.stage.pool).await.unwrap();
    let sql = "DELETE FROM person WHERE hash = (SELECT person_hash FROM voucher WHERE id = $1)";
    sqlx::query(sql).bind(vouchers[3].0).execute(&mails.stage.pool).await.unwrap();
    mails.stage.clock.set(due(ends) + SignedDuration::from_hours(1));
    assert_eq!(remind(&mails).await, 0);
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0);
}

#[tokio::test]
async fn reminders_that_an_admin_switches_off_are_not_sent() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    till.pull().await.unwrap();
    sqlx::query("DELETE FROM job").execute(&mails.stage.pool).await.unwrap();
    let (_, ends) = end(&till, voucher);
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    set(&admin, &session.token, Some(DAYS)).await.unwrap();
    mails.stage.clock.set(due(ends));
    assert_eq!(remind(&mails).await, 1);
    set_days(&mails, None).await;
    let worker = mails.worker().await;
    mails.until_ended("discarded", 1).await;
    assert_eq!(mails.receiver.conversations(), 0);
    worker.stop().await;
}

async fn set(admin: &TestDevice, token: &str, reminder_days: Option<u8>) -> Answer<MailSetup> {
    let setup: MailSetup = admin.call_as(token, Method::GET, "/v1/admin/mail", None::<&()>).await.unwrap();
    let settings = MailSettings { at_sale: true, language: MailLanguage::En, reminder_days };
    admin
        .call_as(token, Method::PUT, "/v1/admin/mail", Some(&MailSettingsChange { row_version: setup.row_version, settings }))
        .await
}

#[tokio::test]
async fn how_many_days_has_a_bound() {
    let mails = MailStage::idle().await;
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    for days in [0, 61, 255] {
        assert_eq!(set(&admin, &session.token, Some(days)).await.unwrap_err().code, ErrorCode::Malformed, "{days}");
    }
    for days in [Some(1), Some(60), None] {
        assert_eq!(set(&admin, &session.token, days).await.unwrap().settings.reminder_days, days);
    }
}
