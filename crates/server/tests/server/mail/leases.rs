//! A worker has a mail for as long as it says so, and whoever takes over from one that is lost sends nothing that may have arrived.

use std::time::Duration;

use beadsbox_testkit::Reception;
use jiff_sqlx::Timestamp;
use sqlx::query_scalar;
use tokio::time::sleep;

use super::stage::MailStage;
use crate::support::sell;

/// So short that a test can wait for its end.
const SHORT: Duration = Duration::from_millis(800);
/// So long that no test does.
const LONG: Duration = Duration::from_mins(10);

/// A sale whose mail a worker is at, as the mail server does with it.
async fn at_work(reception: Reception) -> MailStage {
    let mails = MailStage::idle().await;
    mails.receiver.will([reception]);
    sell(&mut mails.stage.till("Camille").await).await;
    mails
}

async fn trouble(mails: &MailStage) -> String {
    query_scalar("SELECT trouble FROM job").fetch_one(&mails.stage.pool).await.unwrap()
}

/// The worker is taken for lost.
async fn end_lease(mails: &MailStage) {
    sqlx::query("UPDATE job SET leased_until = 'epoch'").execute(&mails.stage.pool).await.unwrap();
}

#[tokio::test]
async fn a_worker_keeps_its_lease_while_the_mail_server_thinks() {
    let mails = at_work(Reception::TakeAndWait).await;
    let worker = mails.worker_with(SHORT).await;
    mails.receiver.until(1).await;
    let until = async || -> Timestamp { query_scalar("SELECT leased_until FROM job").fetch_one(&mails.stage.pool).await.unwrap() };
    // Again and again, always under the same name.
    let lease: uuid::Uuid = query_scalar("SELECT lease FROM job").fetch_one(&mails.stage.pool).await.unwrap();
    for _ in 0..5 {
        let seen = until().await;
        mails.until("the lease is renewed", async || until().await.to_jiff() > seen.to_jiff()).await;
    }
    assert_eq!(query_scalar::<_, uuid::Uuid>("SELECT lease FROM job").fetch_one(&mails.stage.pool).await.unwrap(), lease);
    mails.receiver.answer();
    mails.until_ended("sent", 1).await;
    worker.stop().await;
}

#[tokio::test]
async fn what_a_killed_worker_had_not_handed_over_another_sends_once_the_lease_is_over() {
    let mails = at_work(Reception::WaitEarly).await;
    let worker = mails.worker_with(SHORT).await;
    mails.receiver.until_called(1).await;
    worker.kill();
    let other = mails.worker_with(LONG).await;
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.receiver.mails().len(), 1);
    assert_eq!(mails.stage.count("SELECT attempts::bigint FROM job").await, 2);
    other.stop().await;
}

#[tokio::test]
async fn what_a_killed_worker_had_handed_over_nobody_sends_a_second_time() {
    let mails = at_work(Reception::TakeAndWait).await;
    let worker = mails.worker_with(SHORT).await;
    mails.receiver.until(1).await;
    worker.kill();
    mails.receiver.answer();
    let other = mails.worker_with(LONG).await;
    mails.until_state("dead", 1).await;
    assert_eq!(trouble(&mails).await, "may_have_arrived");
    sleep(Duration::from_millis(300)).await;
    assert_eq!(mails.receiver.mails().len(), 1);
    other.stop().await;
}

#[tokio::test]
async fn whoever_was_taken_for_lost_still_says_what_the_mail_server_answered() {
    let mails = at_work(Reception::TakeAndWait).await;
    let worker = mails.worker_with(LONG).await;
    mails.receiver.until(1).await;
    end_lease(&mails).await;
    let other = mails.worker_with(LONG).await;
    mails.until_state("dead", 1).await;
    assert_eq!(trouble(&mails).await, "may_have_arrived");
    // It lives, and now it knows.
    mails.receiver.answer();
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.receiver.mails().len(), 1);
    tokio::join!(worker.stop(), other.stop());
}

#[tokio::test]
async fn whoever_was_taken_for_lost_hands_over_nothing_that_another_sends() {
    let mails = at_work(Reception::WaitEarly).await;
    let worker = mails.worker_with(LONG).await;
    mails.receiver.until_called(1).await;
    end_lease(&mails).await;
    let other = mails.worker_with(LONG).await;
    mails.until_ended("sent", 1).await;
    // It lives, and would go on.
    mails.receiver.answer();
    tokio::join!(worker.stop(), other.stop());
    assert_eq!(mails.receiver.mails().len(), 1);
    assert_eq!((mails.receiver.conversations(), mails.ended("sent").await), (2, 1));
}

#[tokio::test]
async fn a_mail_that_may_have_arrived_is_sent_again_where_an_admin_says_so() {
    let mails = at_work(Reception::TakeAndWait).await;
    let worker = mails.worker_with(SHORT).await;
    mails.receiver.until(1).await;
    worker.kill();
    let other = mails.worker_with(LONG).await;
    mails.until_state("dead", 1).await;
    let (admin, session) = mails.stage.device_with_session("Adrien", beadsbox_domain::Role::Admin).await;
    let job = mails.dead_jobs(&admin, &session.token).await.jobs[0].id;
    super::stage::decide(&admin, &session.token, job, true).await.unwrap();
    // What was noted of the first time is not taken for the second.
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.receiver.mails().len(), 2);
    other.stop().await;
}
