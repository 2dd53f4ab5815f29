//! A voucher is mailed once more, because somebody in the office asked for it.

use beadsbox_domain::{Person, Role};
use beadsbox_protocol::{
    ErrorCode,
    mail::{MailState, VoucherMails},
};
use beadsbox_testkit::{Reception, fixtures};
use uuid::Uuid;

use super::stage::{MailStage, mail_again, mails_of, record_sale_to};
use crate::support::{Stage, sell, sell_many};

fn states(mails: &VoucherMails) -> Vec<MailState> {
    mails.mails.iter().map(|mail| mail.state).collect()
}

#[tokio::test]
async fn a_voucher_is_mailed_again_once_for_each_asking() {
    let mails = MailStage::new().await;
    let (mut desk, session) = mails.stage.device_with_session("Margaux", Role::BackOffice).await;
    let voucher = sell(&mut desk).await;
    mails.until_ended("sent", 1).await;
    mails.receiver.will([Reception::TakeAndWait]);
    let id = Uuid::now_v7();
    let asked = mail_again(&desk, &session.token, voucher, id).await.unwrap();
    assert_eq!(states(&asked), [MailState::Waiting, MailState::Sent]);
    assert_eq!((asked.mails[0].id, asked.mails[0].by, asked.mails[1].by), (id, Some(session.staff.id), None));
    // While it is on its way, and asked again with the same id, it stays one.
    assert_eq!(mail_again(&desk, &session.token, voucher, Uuid::now_v7()).await.unwrap().mails.len(), 2);
    mails.receiver.answer();
    mails.until_ended("sent", 2).await;
    let after = mail_again(&desk, &session.token, voucher, id).await.unwrap();
    assert_eq!(states(&after), [MailState::Sent, MailState::Sent]);
    let sent = mails.receiver.mails();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].header("Message-ID"), format!("<again.{id}@example.com>"));
    assert_eq!(states(&mails_of(&desk, &session.token, voucher).await.unwrap()), [MailState::Sent, MailState::Sent]);
}

#[tokio::test]
async fn of_a_sale_that_was_mailed_in_part_each_voucher_says_whether_it_went() {
    let mails = MailStage::idle().await;
    let (mut desk, session) = mails.stage.device_with_session("Margaux", Role::BackOffice).await;
    let vouchers = sell_many(&mut desk, 3).await;
    desk.act(fixtures::ask(vouchers[1])).await.unwrap();
    let worker = mails.worker().await;
    assert_eq!(mails.receiver.until(1).await[0].pdfs().len(), 2);
    mails.until_ended("sent", 1).await;
    for (voucher, expected) in vouchers.into_iter().zip([MailState::Sent, MailState::NotOwed, MailState::Sent]) {
        assert_eq!(states(&mails_of(&desk, &session.token, voucher).await.unwrap()), [expected]);
    }
    worker.stop().await;
}

#[tokio::test]
async fn what_must_not_or_cannot_be_mailed_says_why() {
    let mails = MailStage::new().await;
    let (mut desk, session) = mails.stage.device_with_session("Margaux", Role::BackOffice).await;
    let ask = async |voucher| mail_again(&desk.clone(), &session.token, voucher, Uuid::now_v7()).await.unwrap_err().code;
    assert_eq!(ask(beadsbox_domain::VoucherId(Uuid::now_v7())).await, ErrorCode::NotFound);
    let mut seller = mails.stage.till("Camille").await;
    let nobody = record_sale_to(&mut seller, &Person { email: None, ..fixtures::person("Ada") }).await;
    let used = record_sale_to(&mut seller, &fixtures::person("Bruno")).await;
    seller.record(fixtures::ask(used));
    seller.push().await.unwrap();
    assert_eq!(ask(nobody).await, ErrorCode::NoMailAddress);
    assert_eq!(ask(used).await, ErrorCode::VoucherNotOwed);
    let over = sell(&mut seller).await;
    mails.until_ended("sent", 1).await;
    sqlx::query("UPDATE voucher SET expires_on = '2019-12-31', expires_at = '2020-01-01T00:00:00Z' WHERE id = $1")
        .bind(over.0)
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    assert_eq!(ask(over).await, ErrorCode::VoucherNotOwed, "its last day has passed, and nothing has marked it yet");
    desk.pull().await.unwrap();

    let stage = Stage::new().await;
    let (mut desk, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    let voucher = sell(&mut desk).await;
    assert_eq!(mail_again(&desk, &session.token, voucher, Uuid::now_v7()).await.unwrap_err().code, ErrorCode::MailNotSetUp);
    assert!(!mails_of(&desk, &session.token, voucher).await.unwrap().set_up);
}

#[tokio::test]
async fn nobody_is_flooded() {
    let mails = MailStage::new().await;
    let (mut desk, session) = mails.stage.device_with_session("Margaux", Role::BackOffice).await;
    let voucher = sell(&mut desk).await;
    for asked in 1..=5 {
        mails.until_ended("sent", asked).await;
        mail_again(&desk, &session.token, voucher, Uuid::now_v7()).await.unwrap();
    }
    mails.until_ended("sent", 6).await;
    let refused = mail_again(&desk, &session.token, voucher, Uuid::now_v7()).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (429, ErrorCode::TooManyRequests));
    mails.stage.clock.advance(jiff::SignedDuration::from_mins(61));
    mail_again(&desk, &session.token, voucher, Uuid::now_v7()).await.unwrap();
}
