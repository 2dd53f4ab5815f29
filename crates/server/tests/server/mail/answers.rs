//! What becomes of a mail by what the mail server answers, and when it answers nothing.

use beadsbox_domain::Role;
use beadsbox_protocol::{
    ErrorCode,
    job::{DeadOfTrouble, JobTrouble, JobsAgain},
    mail::MailState,
};
use beadsbox_server::{Config, Server};
use beadsbox_testkit::{Answer, Reception, TestDevice};
use jiff::SignedDuration;
use reqwest::Method;
use rstest::rstest;

use super::stage::{MailStage, mailing, mails_of, trouble};
use crate::support::{PASSWORD, sell, sell_many};

/// Longer than any delay.
const LATER: SignedDuration = SignedDuration::from_hours(8);

#[rstest]
#[case(Reception::RefuseSender("554 5.7.1 not from here"), "554 5.7.1")]
#[case(Reception::RefuseSender("550 no mail from you"), "550")]
#[case(Reception::Refuse("550 5.7.1 you are on a list"), "550 5.7.1")]
#[case(Reception::Refuse("554 no"), "554")]
#[tokio::test]
async fn what_is_not_about_the_recipient_is_named_and_tried_again(#[case] refusal: Reception, #[case] numbers: &str) {
    let mails = MailStage::new().await;
    mails.receiver.will([refusal]);
    sell(&mut mails.stage.till("Camille").await).await;
    mails.until_tried(1).await;
    assert_eq!(trouble(&mails.stage).await, ("waiting".to_owned(), "refused_by_policy".to_owned(), Some(numbers.to_owned())));
    mails.stage.clock.advance(LATER);
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.receiver.mails().len(), 1);
}

#[rstest]
#[case(Reception::Refuse("550 no such person"))]
#[case(Reception::Refuse("552 5.2.2 the mailbox is full"))]
#[tokio::test]
async fn what_is_about_the_recipient_is_final(#[case] refusal: Reception) {
    let mails = MailStage::new().await;
    mails.receiver.will([refusal]);
    sell(&mut mails.stage.till("Camille").await).await;
    mails.until_state("dead", 1).await;
    assert_eq!(trouble(&mails.stage).await.1, "refused");
}

#[tokio::test]
async fn a_mail_of_which_each_answer_is_lost_goes_three_times_and_no_more() {
    let mails = MailStage::new().await;
    mails.receiver.will([Reception::TakeAndHangUp; 5]);
    let (mut desk, _) = mails.stage.device_with_session("Margaux", Role::BackOffice).await;
    let voucher = sell(&mut desk).await;
    for attempt in 1..=3 {
        mails.until_tried(attempt).await;
        mails.stage.clock.advance(LATER);
    }
    mails.until_state("dead", 1).await;
    assert_eq!(mails.receiver.mails().len(), 3);
    let session = desk.sign_in("Margaux", PASSWORD).await.unwrap();
    let told = mails_of(&desk, &session.token, voucher).await.unwrap();
    assert_eq!((told.mails[0].state, told.mails[0].trouble), (MailState::MayHaveArrived, Some(JobTrouble::MayHaveArrived)));
}

async fn try_again(device: &TestDevice, session: &str, trouble: Option<JobTrouble>) -> Answer<()> {
    device.call_as(session, Method::POST, "/v1/admin/jobs", Some(&JobsAgain { trouble })).await
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_at_once_but_not_what_may_have_arrived() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    for _ in 0..6 {
        // Each a sale of its own.
        till.now += SignedDuration::from_secs(1);
        sell_many(&mut till, 1).await;
    }
    let given_up = "UPDATE job SET state = 'dead', attempts = 14, ended_at = now(), trouble = (ARRAY['unreachable', 'unreachable', 'unreachable',
             'refused_by_policy', 'refused_by_policy', 'may_have_arrived'])[n] FROM (SELECT id AS job, row_number() OVER (ORDER BY id) AS n FROM job) AS counted
         WHERE id = job";
    sqlx::query(given_up).execute(&mails.stage.pool).await.unwrap();
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    let token = &session.token;
    let dead = mails.dead_jobs(&admin, token).await;
    let of = |trouble, jobs| DeadOfTrouble { trouble, jobs };
    assert_eq!((dead.total, dead.again), (6, vec![of(JobTrouble::Unreachable, 3), of(JobTrouble::RefusedByPolicy, 2)]));

    try_again(&admin, token, Some(JobTrouble::RefusedByPolicy)).await.unwrap();
    assert_eq!(
        mails
            .stage
            .count("SELECT count(*) FROM job WHERE state = 'waiting' AND attempts = 0 AND trouble = 'refused_by_policy'")
            .await,
        2
    );
    assert_eq!(mails.dead_jobs(&admin, token).await.again, [of(JobTrouble::Unreachable, 3)]);
    try_again(&admin, token, None).await.unwrap();
    for nothing in [None, Some(JobTrouble::MayHaveArrived)] {
        assert_eq!(try_again(&admin, token, nothing).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    }
    assert_eq!(mails.dead_jobs(&admin, token).await.total, 1);
    let worker = mails.worker().await;
    mails.until_ended("sent", 5).await;
    assert_eq!(mails.receiver.mails().len(), 5);
    worker.stop().await;
}

#[tokio::test]
async fn a_server_that_ends_in_the_middle_of_a_mail_sends_it_no_second_time() {
    let mails = MailStage::idle().await;
    mails.receiver.will([Reception::TakeAndWait]);
    let mut program = mails.program(mails.receiver.url());
    program.set("BEADSBOX_LAST_ORDERS", "1");
    program.up().await.unwrap();
    let mut till = mails.stage.till("Camille").await.at(&program.url());
    sell(&mut till).await;
    mails.receiver.until(1).await;
    // The mail server has it, and thinks.
    assert!(program.stop().await.unwrap().success());
    assert_eq!(trouble(&mails.stage).await, ("dead".to_owned(), "may_have_arrived".to_owned(), None));

    mails.receiver.answer();
    program.up().await.unwrap();
    till.now += SignedDuration::from_secs(1);
    sell(&mut till).await;
    mails.until_ended("sent", 1).await;
    let came = mails.receiver.mails();
    assert_eq!(came.len(), 2, "the second sale's, and the first's once");
    assert_ne!(came[0].header("Message-ID"), came[1].header("Message-ID"));
}

#[tokio::test]
async fn a_mail_that_was_not_handed_over_when_the_server_ended_goes_later() {
    let mails = MailStage::idle().await;
    mails.receiver.will([Reception::WaitEarly]);
    sell(&mut mails.stage.till("Camille").await).await;
    let config = Config { last_orders: std::time::Duration::from_millis(100), ..mailing(&mails.stage, &mails.receiver) };
    let worker = Server::start_worker(config).await.unwrap();
    mails.receiver.until_called(1).await;
    worker.stop().await;
    assert_eq!(trouble(&mails.stage).await, ("waiting".to_owned(), "interrupted".to_owned(), None));
    mails.receiver.answer();
    mails.stage.clock.advance(LATER);
    let worker = mails.worker().await;
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.receiver.mails().len(), 1);
    worker.stop().await;
}
