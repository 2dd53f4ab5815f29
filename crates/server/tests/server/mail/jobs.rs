//! A mail is never lost, and sent again only where the mail server's answer was.

use beadsbox_domain::Role;
use beadsbox_protocol::{
    ErrorCode,
    job::{JobKind, JobTrouble},
};
use beadsbox_testkit::Reception;
use jiff::SignedDuration;
use reqwest::Method;
use uuid::Uuid;

use super::stage::{MailStage, decide};
use crate::support::{sell, sell_many};

/// Longer than any delay.
const LATER: SignedDuration = SignedDuration::from_hours(8);

#[tokio::test]
async fn what_is_committed_is_sent_whatever_happens_to_whoever_took_it() {
    let mut mails = MailStage::idle().await;
    sell(&mut mails.stage.till("Camille").await).await;
    // The process dies between commit and mail.
    mails.stage.server.take().unwrap().kill();
    let worker = mails.worker().await;
    let mail = mails.receiver.until(1).await.remove(0);
    assert_eq!(mail.pdfs().len(), 1);
    mails.until_ended("sent", 1).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_mail_that_is_refused_for_now_is_tried_again_later() {
    let mails = MailStage::new().await;
    mails.receiver.will([Reception::Refuse("451 4.7.1 greylisted, buyer@example.org"), Reception::Refuse("421 come back")]);
    sell(&mut mails.stage.till("Camille").await).await;
    mails.until_tried(1).await;
    let (trouble, detail): (String, String) = sqlx::query_as("SELECT trouble, trouble_detail FROM job").fetch_one(&mails.stage.pool).await.unwrap();
    assert_eq!((trouble.as_str(), detail.as_str()), ("refused_for_now", "451 4.7.1"), "its numbers, and nobody's address");
    // Not before its time.
    mails.stage.clock.advance(SignedDuration::from_secs(20));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(mails.receiver.conversations(), 1);
    mails.stage.clock.advance(LATER);
    mails.until_tried(2).await;
    mails.stage.clock.advance(LATER);
    assert_eq!(mails.receiver.until(1).await.len(), 1);
    mails.until_ended("sent", 1).await;
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_waits_for_an_admin() {
    let mails = MailStage::new().await;
    mails
        .receiver
        .will([Reception::Refuse("550 5.1.1 <buyer@example.org>: no such person"), Reception::Refuse("550 5.1.1 no")]);
    let mut till = mails.stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    mails.until_state("dead", 1).await;
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    let dead = mails.dead_jobs(&admin, &session.token).await;
    let job = &dead.jobs[0];
    assert_eq!((dead.total, job.kind, job.trouble, job.attempts), (1, JobKind::VoucherMail, JobTrouble::Refused, 1));
    assert_eq!((job.vouchers.as_slice(), job.detail.as_deref()), ([voucher].as_slice(), Some("550 5.1.1")));

    // Tried again from the beginning, and given up again; then ended.
    decide(&admin, &session.token, job.id, true).await.unwrap();
    mails.until_tried(1).await;
    mails.until_state("dead", 1).await;
    decide(&admin, &session.token, job.id, false).await.unwrap();
    assert_eq!(mails.ended("discarded").await, 1);
    let twice = decide(&admin, &session.token, job.id, true).await.unwrap_err();
    assert_eq!((twice.status, twice.code), (404, ErrorCode::NotFound), "it was decided");
    assert_eq!(mails.dead_jobs(&admin, &session.token).await.total, 0);
    assert!(mails.receiver.mails().is_empty());
}

#[tokio::test]
async fn where_the_answer_was_lost_it_is_sent_again_as_the_same_mail() {
    let mails = MailStage::new().await;
    mails.receiver.will([Reception::HangUp, Reception::TakeAndHangUp]);
    sell(&mut mails.stage.till("Camille").await).await;
    for attempt in 1..=2 {
        mails.until_tried(attempt).await;
        mails.stage.clock.advance(LATER);
    }
    let sent = mails.receiver.until(2).await;
    assert_eq!(sent[0].header("Message-ID"), sent[1].header("Message-ID"));
    assert_eq!(sent[0].header("Date"), sent[1].header("Date"));
    assert_eq!(sent[0].pdfs(), sent[1].pdfs(), "the same paper, byte for byte");
    mails.until_ended("sent", 1).await;
    mails.stage.clock.advance(LATER);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(mails.receiver.mails().len(), 2, "and no third time");
}

#[tokio::test]
async fn a_job_that_ends_whoever_takes_it_is_given_up() {
    let mails = MailStage::idle().await;
    sell(&mut mails.stage.till("Camille").await).await;
    sqlx::query("UPDATE job SET state = 'running', attempts = 14, lease = gen_random_uuid(), leased_until = 'epoch'")
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    let worker = mails.worker().await;
    mails.until_state("dead", 1).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE trouble = 'interrupted'").await, 1);
    worker.stop().await;
}

#[tokio::test]
async fn a_job_that_nobody_can_read_stands_in_no_others_way() {
    let mails = MailStage::idle().await;
    let unreadable = "INSERT INTO job (id, kind, cause, payload, created_at, run_after)
         VALUES (gen_random_uuid(), 'voucher_mail', gen_random_uuid(), '{\"language\": \"tlh\"}', 'epoch', 'epoch')";
    sqlx::query(unreadable).execute(&mails.stage.pool).await.unwrap();
    sell(&mut mails.stage.till("Camille").await).await;
    let worker = mails.worker().await;
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE state = 'waiting' AND trouble = 'internal'").await, 1);
    // It is given up like any other, and shown.
    sqlx::query("UPDATE job SET state = 'dead', ended_at = now() WHERE trouble = 'internal'")
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    let dead = mails.dead_jobs(&admin, &session.token).await;
    assert_eq!((dead.total, dead.jobs[0].trouble), (1, JobTrouble::Internal));
    worker.stop().await;
}

#[tokio::test]
async fn an_answer_of_the_mail_server_is_noted_once_the_database_is_back() {
    let mails = MailStage::idle().await;
    sell(&mut mails.stage.till("Camille").await).await;
    // The mail server takes it; then the database is away, twice.
    let away = "CREATE SEQUENCE refusals;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
         BEGIN IF nextval('refusals') <= 2 THEN RAISE EXCEPTION 'going down' USING ERRCODE = '57P01'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON job FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION refuse();";
    sqlx::raw_sql(away).execute(&mails.stage.pool).await.unwrap();
    let worker = mails.worker().await;
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.stage.count("SELECT last_value FROM refusals").await, 3);
    mails.stage.clock.advance(LATER);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(mails.receiver.mails().len(), 1, "no second mail");
    worker.stop().await;
}

#[tokio::test]
async fn a_mail_server_that_stays_away_is_called_for_a_day_and_then_no_more() {
    let mails = MailStage::new().await;
    mails.receiver.will([Reception::HangUpEarly; 14]);
    sell(&mut mails.stage.till("Camille").await).await;
    for attempt in 1..=14 {
        mails.until_tried(attempt).await;
        mails.stage.clock.advance(LATER);
    }
    mails.until_state("dead", 1).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE trouble = 'unreachable'").await, 1);
    assert_eq!(mails.receiver.conversations(), 14);
}

#[tokio::test]
async fn many_workers_send_each_mail_once() {
    const SALES: usize = 40;
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    for _ in 0..SALES {
        // Each a sale of its own.
        till.now += SignedDuration::from_secs(1);
        sell_many(&mut till, 1).await;
    }
    let (one, two, three) = tokio::join!(mails.another_server(), mails.worker(), mails.worker());
    mails.until_ended("sent", i64::try_from(SALES).unwrap()).await;
    let mut ids: Vec<String> = mails.receiver.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), SALES);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), SALES, "no mail twice");
    tokio::join!(one.stop(), two.stop(), three.stop());
}

#[tokio::test]
async fn what_was_done_is_forgotten_and_what_was_given_up_is_not() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    for _ in 0..2 {
        till.now += SignedDuration::from_secs(1);
        sell_many(&mut till, 1).await;
    }
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM job ORDER BY id").fetch_all(&mails.stage.pool).await.unwrap();
    let at = jiff_sqlx::ToSqlx::to_sqlx(mails.stage.clock.now());
    sqlx::query("UPDATE job SET state = 'done', ended = 'sent', ended_at = $2 WHERE id = $1")
        .bind(ids[0])
        .bind(at)
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE job SET state = 'dead', trouble = 'refused', ended_at = $2 WHERE id = $1")
        .bind(ids[1])
        .bind(at)
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    let server = mails.stage.server.as_ref().unwrap();
    assert_eq!(server.prune_now().await.unwrap().jobs, 0);
    mails.stage.clock.advance(SignedDuration::from_hours(91 * 24));
    assert_eq!(server.prune_now().await.unwrap().jobs, 1);
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE state = 'dead'").await, 1);
}

#[tokio::test]
async fn a_worker_without_a_mail_server_leaves_mails_to_others() {
    let mails = MailStage::idle().await;
    sell(&mut mails.stage.till("Camille").await).await;
    sqlx::query(
        "INSERT INTO job (id, kind, cause, payload, created_at, run_after) VALUES (gen_random_uuid(), 'prune', gen_random_uuid(), '{}', 'epoch', 'epoch')",
    )
    .execute(&mails.stage.pool)
    .await
    .unwrap();
    let without = beadsbox_server::Server::start_worker(crate::support::config(&mails.stage.database, &mails.stage.clock)).await.unwrap();
    mails.until_ended("done", 1).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE kind = 'voucher_mail' AND attempts = 0").await, 1);
    without.stop().await;
}

#[tokio::test]
async fn a_server_that_sends_no_mail_tells_everybody() {
    let stage = crate::support::Stage::new().await;
    let info: serde_json::Value = stage.bare_device("Till").await.call(Method::GET, "/v1/info", None::<&()>).await.unwrap();
    assert_eq!(info["mail"], false);
}
