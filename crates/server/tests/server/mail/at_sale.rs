//! What is mailed by itself when the server takes a sale.

use beadsbox_domain::{
    Batch, BatchId, ExternalCode, Imported, Operation, Outcome, Person, Role, Status, VoucherCode, VoucherId,
    text::{Name, PersonName},
};
use beadsbox_protocol::{
    mail::{MailLanguage, MailSettings, MailSettingsChange, MailSetup},
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    TestDevice,
    fixtures::{self, INTRODUCTION},
};
use ed25519_dalek::VerifyingKey;
use reqwest::Method;

use super::{
    paper::{read_code, read_text},
    stage::{MailStage, record_sale_to},
};
use crate::support::{Stage, sell, sell_many};

fn code_of(device: &TestDevice, voucher: VoucherId) -> VoucherCode {
    match &device.cache[&RowKey::Voucher(voucher)] {
        Row::Voucher(row) => row.voucher.code,
        other => panic!("no voucher: {other:?}"),
    }
}

fn server_key(device: &TestDevice) -> VerifyingKey {
    let mut bytes = [0; 32];
    hex::decode_to_slice(&device.enrolment.server_public_key, &mut bytes).unwrap();
    VerifyingKey::from_bytes(&bytes).unwrap()
}

#[tokio::test]
async fn a_sale_is_mailed_to_its_buyer_once_with_a_paper_that_any_till_trusts() {
    let mails = MailStage::new().await;
    sqlx::query("UPDATE shop SET address = E'12 rue des Rosiers\n75004 Paris'").execute(&mails.stage.pool).await.unwrap();
    let mut till = mails.stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let mail = mails.receiver.until(1).await.remove(0);
    assert_eq!(mail.to, ["buyer@example.org"]);
    assert!(mail.header("To").contains("Ada Lovelace"), "{}", mail.raw);
    assert_eq!(mail.header("From"), "\"My Beads Box\" <vouchers@example.com>");
    assert_eq!(mail.header("Subject"), "Your voucher from Marais");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Message-ID"), format!("<voucher.{}@example.com>", till.outbox[0].op));

    till.pull().await.unwrap();
    let code = code_of(&till, voucher);
    for words in ["Ada Lovelace", "Quantum Cuisine", "€41.36", "Aunt Odile", &code.to_string()] {
        assert!(mail.text().contains(words) && mail.html().contains(words), "{words}: {}", mail.text());
    }
    let papers = mail.pdfs();
    assert_eq!(papers.len(), 1);
    let written = read_text(&papers[0]);
    assert!(written.contains("12 rue des Rosiers") && written.contains("75004 Paris"), "as on a printed one: {written}");
    let said = read_code(&papers[0]);
    assert!(said.is_signed_by(&server_key(&till)), "the server's key, which every till has");
    assert_eq!((said.says.voucher, said.says.code), (voucher, code));

    // Pushed once more, as after a lost reply: it is one sale.
    let request = till.push_request(1, 1);
    till.send(&request).await.unwrap();
    mails.until_ended("sent", 1).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 1);
    assert_eq!(mails.receiver.mails().len(), 1);
}

#[tokio::test]
async fn what_was_sold_together_goes_in_one_mail() {
    let mails = MailStage::new().await;
    let mut till = mails.stage.till("Camille").await;
    sell_many(&mut till, 3).await;
    // Another moment, another sale.
    till.now += jiff::SignedDuration::from_secs(1);
    record_sale_to(&mut till, &fixtures::person("Ada Lovelace")).await;
    till.push().await.unwrap();
    let sent = mails.receiver.until(2).await;
    let mut papers: Vec<usize> = sent.iter().map(|mail| mail.pdfs().len()).collect();
    papers.sort_unstable();
    assert_eq!(papers, [1, 3]);
    let together = sent.iter().find(|mail| mail.pdfs().len() == 3).unwrap();
    assert_eq!(together.text().matches('•').count(), 3, "{}", together.text());
}

#[tokio::test]
async fn nothing_is_written_where_nothing_can_or_should_be_sent() {
    // No mail server.
    let stage = Stage::new().await;
    sell(&mut stage.till("Camille").await).await;
    assert_eq!(stage.count("SELECT count(*) FROM job").await, 0);

    let mails = MailStage::new().await;
    let mut till = mails.stage.till("Camille").await;
    // No address; and one of a batch, which whoever issued it hands over.
    record_sale_to(&mut till, &Person { email: None, ..fixtures::person("Ada") }).await;
    till.push().await.unwrap();
    let mut desk = mails.stage.office("Margaux").await;
    let (content, person) = (crate::support::introduction(&mut desk).await, fixtures::salted("Bruno"));
    let (_, mut sale) = fixtures::sale(INTRODUCTION, 1, content, &person);
    if let Operation::Sell { batch, .. } = &mut sale {
        *batch = Some(Batch { id: BatchId(uuid::Uuid::now_v7()), name: Name::new("Christmas").unwrap() });
    }
    desk.remember(&person);
    assert_eq!(desk.act(sale).await.unwrap(), Outcome::Applied);
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0);

    // An admin does not want it; from then on.
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    let setup: MailSetup = admin.call_as(&session.token, Method::GET, "/v1/admin/mail", None::<&()>).await.unwrap();
    let change =
        MailSettingsChange { row_version: setup.row_version, settings: MailSettings { at_sale: false, language: MailLanguage::Fr, reminder_days: None } };
    let setup: MailSetup = admin.call_as(&session.token, Method::PUT, "/v1/admin/mail", Some(&change)).await.unwrap();
    assert_eq!(setup.settings, change.settings);
    sell(&mut till).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0);
    assert_eq!(mails.receiver.conversations(), 0);
}

#[tokio::test]
async fn what_another_system_sold_is_mailed_to_nobody() {
    let mails = MailStage::idle().await;
    let mut desk = mails.stage.office("Margaux").await;
    let (content, person) = (crate::support::introduction(&mut desk).await, fixtures::salted("Bruno"));
    let (_, mut sale) = fixtures::sale(INTRODUCTION, 1, content, &person);
    if let Operation::Sell { imported, payment, .. } = &mut sale {
        *payment = beadsbox_domain::Payment::Other;
        *imported = Some(Box::new(Imported {
            source: Name::new("Old shop").unwrap(),
            code: ExternalCode::new("f81d4fae-7dec").unwrap(),
            sold_at: None,
            expires_on: None,
            expires_at: None,
            status: Status::Purchased,
            since: None,
        }));
    }
    desk.remember(&person);
    assert_eq!(desk.act(sale).await.unwrap(), Outcome::Applied);
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0);
}

#[tokio::test]
async fn a_sale_of_very_many_is_taken_and_goes_in_several_mails() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    sell_many(&mut till, 450).await;
    assert!(till.results.values().all(|told| told.result == Some(Outcome::Applied)));
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE jsonb_array_length(payload -> 'vouchers') = 50").await, 9);
    assert_eq!(mails.stage.count("SELECT count(DISTINCT v) FROM job, jsonb_array_elements(payload -> 'vouchers') v").await, 450);
}

#[tokio::test]
async fn a_refused_sale_is_not_mailed() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    sell(&mut till).await;
    let first = till.outbox[0].clone();
    // Of one sale there is one job anyway: this is about another.
    sqlx::query("DELETE FROM job").execute(&mails.stage.database.pool()).await.unwrap();
    // The same voucher once more: refused.
    let body = beadsbox_protocol::OperationBody::decode(&first.body).unwrap();
    till.record(body.operation);
    till.push().await.unwrap();
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0);
}

#[tokio::test]
async fn the_language_of_the_organisation_is_that_of_mail_and_paper() {
    let mails = MailStage::idle().await;
    sqlx::query("UPDATE mail_settings SET language = 'fr'").execute(&mails.stage.pool).await.unwrap();
    sell(&mut mails.stage.till("Camille").await).await;
    let worker = mails.worker().await;
    let mail = mails.receiver.until(1).await.remove(0);
    assert!(mail.text().starts_with("Bonjour Ada Lovelace") && mail.text().contains("41,36\u{a0}€"), "{}", mail.text());
    worker.stop().await;
}

#[tokio::test]
async fn whoever_was_erased_or_has_what_they_bought_gets_nothing_and_the_job_says_so() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    sell(&mut till).await;
    till.now += jiff::SignedDuration::from_secs(1);
    let used = record_sale_to(&mut till, &fixtures::person("Bruno")).await;
    till.push().await.unwrap();
    assert_eq!(till.act(fixtures::ask(used)).await.unwrap(), Outcome::Applied);
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE state = 'waiting'").await, 2);
    sqlx::query("DELETE FROM person WHERE person LIKE '%Ada%'").execute(&mails.stage.pool).await.unwrap();
    // Nothing of a person is in a job: erasing them was enough.
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE job::text ~* 'lovelace|bruno|example'").await, 0);
    let worker = mails.worker().await;
    mails.until_ended("buyer_erased", 1).await;
    mails.until_ended("not_owed", 1).await;
    assert_eq!(mails.receiver.conversations(), 0);
    worker.stop().await;
}

#[tokio::test]
async fn no_name_of_a_buyer_writes_a_header_or_html() {
    let mails = MailStage::new().await;
    let mut till = mails.stage.till("Camille").await;
    let name = "\"Ada\" <script>alert(1)</script>, eve@example.org";
    let person = Person { buyer: PersonName::new(name).unwrap(), ..fixtures::person("Ada") };
    record_sale_to(&mut till, &person).await;
    till.push().await.unwrap();
    let mail = mails.receiver.until(1).await.remove(0);
    assert_eq!(mail.to, ["buyer@example.org"], "nobody else gets it");
    assert!(!mail.html().contains("<script"), "{}", mail.html());
}
