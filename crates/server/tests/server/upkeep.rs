//! What the server does by itself is one job a period, however many processes there are.

use beadsbox_domain::{Outcome, Person, text::Email};
use beadsbox_server::{Config, RunningWorker, Server};
use beadsbox_testkit::fixtures;
use jiff::SignedDuration;

use crate::{
    http::snapshot::{crowd, ready},
    mail::stage::{MailStage, mailing, record_sale_to},
    shop::stage::{Browser, fields, open_page},
    support::{Stage, config, sell_many},
};

/// A process that plans upkeep, and does it.
async fn worker(stage: &Stage) -> RunningWorker {
    planning(config(&stage.database, &stage.clock)).await
}

/// The same, which can send mail.
async fn mailing_worker(mails: &MailStage) -> RunningWorker {
    planning(mailing(&mails.stage, &mails.receiver)).await
}

async fn planning(config: Config) -> RunningWorker {
    Server::start_worker(Config { plans_upkeep: true, ..config }).await.unwrap()
}

/// Waits until so many jobs are done, and no other one is left.
async fn until_done(stage: &Stage, count: i64) {
    for _ in 0..3000 {
        if stage.count("SELECT count(*) FROM job WHERE ended = 'done'").await == count
            && stage.count("SELECT count(*) FROM job WHERE state <> 'done'").await == 0
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let jobs: Vec<(String, String, Option<String>)> = sqlx::query_as("SELECT kind, state, trouble FROM job").fetch_all(&stage.pool).await.unwrap();
    panic!("never {count} done: {jobs:?}");
}

/// The kinds of upkeep where nobody sends mail.
const KINDS: i64 = 5;

#[tokio::test]
async fn two_workers_at_the_same_second_of_the_night_do_it_once() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 3).await;
    stage.clock.advance(SignedDuration::from_hours(24 * 365 * 6));
    let (one, two) = tokio::join!(worker(&stage), worker(&stage));
    until_done(&stage, KINDS).await;
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'expired'").await, 3);
    assert_eq!(stage.count("SELECT attempts::bigint FROM job WHERE kind = 'expire_vouchers'").await, 1);
    assert_eq!(
        stage
            .count("SELECT count(*) FROM operation WHERE convert_from(body, 'UTF8')::json #>> '{operation,kind}' = 'expire'")
            .await,
        3
    );
    tokio::join!(one.stop(), two.stop());

    // Whoever is started anew within the hour finds it done; in the next one it has its turn again.
    let again = worker(&stage).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(stage.count("SELECT count(*) FROM job").await, KINDS);
    again.stop().await;
    stage.clock.advance(SignedDuration::from_hours(1));
    let (one, two) = tokio::join!(worker(&stage), worker(&stage));
    for _ in 0..3000 {
        if stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers' AND ended = 'done'").await == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers' AND ended = 'done' AND attempts = 1").await, 2);
    tokio::join!(one.stop(), two.stop());
}

#[tokio::test]
async fn what_is_not_done_yet_stands_for_the_next_period_as_well_and_what_was_given_up_does_not() {
    let mut stage = Stage::new().await;
    stage.stop().await;
    sqlx::query(
        "INSERT INTO job (id, kind, cause, payload, created_at, run_after, attempts, trouble)
         VALUES (gen_random_uuid(), 'expire_vouchers', gen_random_uuid(), '{}', 'epoch', 'infinity', 3, 'internal')",
    )
    .execute(&stage.pool)
    .await
    .unwrap();
    let first = worker(&stage).await;
    while stage.count("SELECT count(*) FROM job WHERE ended = 'done'").await < KINDS - 1 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers'").await, 1);
    first.stop().await;
    sqlx::query("UPDATE job SET state = 'dead', ended_at = 'epoch' WHERE kind = 'expire_vouchers'")
        .execute(&stage.pool)
        .await
        .unwrap();
    let second = worker(&stage).await;
    while stage.count("SELECT count(*) FROM job WHERE kind = 'expire_vouchers' AND ended = 'done'").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    second.stop().await;
}

#[tokio::test]
async fn a_snapshot_that_is_a_day_old_is_made_anew_before_anybody_asks() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 1).await;
    crowd(&stage).await;
    let first = ready(&till).await;
    stage.clock.advance(SignedDuration::from_hours(25));
    let worker = worker(&stage).await;
    until_done(&stage, KINDS).await;
    worker.stop().await;
    let made: Vec<uuid::Uuid> = sqlx::query_scalar("SELECT id FROM snapshot WHERE made_at IS NOT NULL ORDER BY made_at")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert_eq!((made.len(), made[0]), (2, first.id), "of the one profile that somebody asked for");
    assert_eq!(ready(&till).await.id, made[1]);
}

/// How many buyers are reminded.
const BUYERS: usize = 8;

fn address(number: usize) -> String {
    format!("buyer-{number}@example.org")
}

/// What is all due when the clock is turned to the day of the reminders: vouchers of some buyers, one of whom has two; a buyer who used theirs long ago; and
/// somebody who ordered on the shop page, and never paid.
async fn year(mails: &MailStage) {
    let stage = &mails.stage;
    for setting in ["UPDATE mail_settings SET reminder_days = 14", "UPDATE settings SET policy = '{\"buyers_kept_months\": 3}'"] {
        sqlx::query(setting).execute(&stage.pool).await.unwrap();
    }
    open_page(stage).await;
    let mut browser = Browser::new(&stage.base);
    let form = browser.form(stage).await;
    assert_eq!(browser.send(&fields(&form, "in_shop")).await.status, 303);
    let mut till = stage.till("Camille").await;
    for number in (0..BUYERS).chain([0]) {
        let person = Person { email: Some(Email::new(&address(number)).unwrap()), ..fixtures::person("Ada Lovelace") };
        record_sale_to(&mut till, &person).await;
    }
    let used = record_sale_to(&mut till, &fixtures::person("Bruno")).await;
    till.push().await.unwrap();
    assert_eq!(till.act(fixtures::ask(used)).await.unwrap(), Outcome::Applied);
    // The mails of the sales are another thing.
    sqlx::query("DELETE FROM job").execute(&stage.pool).await.unwrap();
    stage.clock.advance(SignedDuration::from_hours(8 * 24));
    stage.server.as_ref().unwrap().settle_orders_now().await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM shop_order WHERE state = 'expired'").await, 1);
    let ends: jiff_sqlx::Timestamp = sqlx::query_scalar("SELECT min(expires_at) FROM voucher").fetch_one(&stage.pool).await.unwrap();
    stage.clock.set(ends.to_jiff() - SignedDuration::from_hours(14 * 24 + 15));
}

#[tokio::test]
async fn two_workers_remind_each_buyer_once_and_forget_once_what_is_to_be_forgotten() {
    let mails = MailStage::idle().await;
    year(&mails).await;
    let stage = &mails.stage;
    let (one, two) = tokio::join!(mailing_worker(&mails), mailing_worker(&mails));
    until_done(stage, KINDS + 1).await;
    let mut reminded: Vec<String> = mails.receiver.mails().into_iter().flat_map(|mail| mail.to).collect();
    reminded.sort();
    assert_eq!(reminded, (0..BUYERS).map(address).collect::<Vec<_>>(), "each of them has one mail");
    assert_eq!(mails.ended("sent").await, i64::try_from(BUYERS).unwrap());
    assert_eq!(stage.count("SELECT count(DISTINCT kind) FROM job WHERE ended = 'done'").await, KINDS + 1, "each kind once");
    assert_eq!(stage.count("SELECT count(*) FROM job WHERE attempts <> 1").await, 0);
    // Whoever has not had what they bought is kept, and nobody else.
    assert_eq!(stage.count("SELECT count(*) FROM shop_order").await, 0);
    assert_eq!(stage.count("SELECT count(*) FROM person").await, i64::try_from(BUYERS + 1).unwrap());
    assert_eq!(
        stage.count("SELECT count(*) FROM person JOIN voucher ON person_hash = hash WHERE status = 'purchased'").await,
        i64::try_from(BUYERS + 1).unwrap()
    );
    assert_eq!(stage.count("SELECT count(*) FROM admin_act WHERE kind = 'buyers_outlived'").await, 1);
    tokio::join!(one.stop(), two.stop());

    // They look again in the next hour, and find nobody whom they have not told.
    stage.clock.advance(SignedDuration::from_hours(1));
    let (one, two) = tokio::join!(mailing_worker(&mails), mailing_worker(&mails));
    let again = "SELECT count(*) FROM job WHERE kind IN ('remind_buyers', 'prune') AND ended = 'done'";
    mails.until("two more are done", async || stage.count(again).await == 4).await;
    assert_eq!(stage.count("SELECT count(*) FROM job WHERE kind = 'reminder_mail'").await, i64::try_from(BUYERS).unwrap());
    tokio::join!(one.stop(), two.stop());
    assert_eq!(mails.receiver.mails().len(), BUYERS);
}
