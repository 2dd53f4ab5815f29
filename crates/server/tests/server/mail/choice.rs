//! Whether a sale is mailed, as its seller chose; and what devices are told so that they can ask.

use beadsbox_domain::{
    Batch, BatchId, ExternalCode, Operation, Outcome, Person, Role, Status,
    operation::Imported,
    text::{Email, Name},
};
use beadsbox_protocol::{
    mail::{MailLanguage, MailSettings, MailSettingsChange, MailSetup},
    person::SaltedPerson,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    TestDevice,
    fixtures::{self, INTRODUCTION},
};
use reqwest::Method;

use super::stage::MailStage;
use crate::support::{introduction, until_settled};

const JOBS: &str = "SELECT count(*) FROM job";
const MAILED: &str = "SELECT count(*) FROM job, jsonb_array_elements(payload -> 'vouchers')";

struct Choice {
    mail: Option<bool>,
    batch: Option<Batch>,
    imported: Option<Box<Imported>>,
}

const NOT_ASKED: Choice = Choice { mail: None, batch: None, imported: None };

/// Records a sale to somebody at that address.
async fn record(device: &mut TestDevice, address: &str, choice: Choice) {
    let person = Person { email: Some(Email::new(address).unwrap()), ..fixtures::person("Ada Lovelace") };
    let salted = SaltedPerson::new(&person, fixtures::random()).unwrap();
    let content = introduction(device).await;
    let (_, mut sale) = fixtures::sale(INTRODUCTION, 1, content, &salted);
    if let Operation::Sell { mail, batch, imported, .. } = &mut sale {
        (*mail, *batch, *imported) = (choice.mail, choice.batch, choice.imported);
    }
    device.remember(&salted);
    device.record(sale);
}

async fn push(device: &mut TestDevice) {
    device.push().await.unwrap();
    assert_eq!(crate::support::last_outcome(device), Outcome::Applied);
}

async fn set_at_sale(admin: &TestDevice, token: &str, at_sale: bool) {
    let setup: MailSetup = admin.call_as(token, Method::GET, "/v1/admin/mail", None::<&()>).await.unwrap();
    let change = MailSettingsChange { row_version: setup.row_version, settings: MailSettings { at_sale, language: MailLanguage::En, reminder_days: None } };
    admin.call_as::<MailSetup>(token, Method::PUT, "/v1/admin/mail", Some(&change)).await.unwrap();
}

#[tokio::test]
async fn what_goes_by_itself_goes_no_more_once_an_admin_switched_that_off() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    record(&mut till, "by.itself@example.org", NOT_ASKED).await;
    record(&mut till, "chosen@example.org", Choice { mail: Some(true), ..NOT_ASKED }).await;
    push(&mut till).await;
    assert_eq!(mails.stage.count(JOBS).await, 2);
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    set_at_sale(&admin, &session.token, false).await;
    let worker = mails.worker().await;
    mails.until_ended("discarded", 1).await;
    mails.until_ended("sent", 1).await;
    let to: Vec<String> = mails.receiver.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to, ["chosen@example.org"]);
    worker.stop().await;
}

#[tokio::test]
async fn what_the_seller_chose_is_done_whatever_the_organisation_set() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    record(&mut till, "no@example.org", Choice { mail: Some(false), ..NOT_ASKED }).await;
    push(&mut till).await;
    assert_eq!(mails.stage.count(JOBS).await, 0, "the seller did not want it");
    record(&mut till, "yes@example.org", Choice { mail: Some(true), ..NOT_ASKED }).await;
    record(&mut till, "as-set@example.org", NOT_ASKED).await;
    push(&mut till).await;
    assert_eq!(mails.stage.count(JOBS).await, 2);

    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    set_at_sale(&admin, &session.token, false).await;
    record(&mut till, "as-set@example.org", NOT_ASKED).await;
    push(&mut till).await;
    assert_eq!(mails.stage.count(JOBS).await, 2, "nobody was asked, and it does not go by itself");
    record(&mut till, "yes@example.org", Choice { mail: Some(true), ..NOT_ASKED }).await;
    push(&mut till).await;
    assert_eq!(mails.stage.count(JOBS).await, 3, "the seller wanted it");
}

#[tokio::test]
async fn a_batch_goes_to_each_address_if_it_was_wanted_and_in_mails_of_a_bounded_size() {
    let mails = MailStage::idle().await;
    let mut desk = mails.stage.office("Margaux").await;
    let batch = || Some(Batch { id: BatchId(uuid::Uuid::now_v7()), name: Name::new("Christmas").unwrap() });
    record(&mut desk, "one@example.org", Choice { batch: batch(), ..NOT_ASKED }).await;
    record(&mut desk, "one@example.org", Choice { batch: batch(), mail: Some(false), ..NOT_ASKED }).await;
    push(&mut desk).await;
    assert_eq!(mails.stage.count(JOBS).await, 0, "whoever issued them hands them over");
    for _ in 0..120 {
        record(&mut desk, "one@example.org", Choice { batch: batch(), mail: Some(true), ..NOT_ASKED }).await;
    }
    for other in ["two@example.org", "three@example.org"] {
        record(&mut desk, other, Choice { batch: batch(), mail: Some(true), ..NOT_ASKED }).await;
    }
    push(&mut desk).await;
    assert_eq!((mails.stage.count(JOBS).await, mails.stage.count(MAILED).await), (5, 122));
    let most = "SELECT max(jsonb_array_length(payload -> 'vouchers'))::bigint FROM job";
    assert_eq!(mails.stage.count(most).await, 50);
}

#[tokio::test]
async fn what_another_system_sold_is_mailed_to_nobody() {
    let mails = MailStage::idle().await;
    let mut desk = mails.stage.office("Margaux").await;
    for (code, mail) in [("OLD-1", None), ("OLD-2", Some(true))] {
        let (source, code) = (Name::new("Old shop").unwrap(), ExternalCode::new(code).unwrap());
        let imported = Imported { source, code, sold_at: None, expires_on: None, expires_at: None, status: Status::Purchased, since: None };
        record(&mut desk, "long-ago@example.org", Choice { mail, batch: None, imported: Some(Box::new(imported)) }).await;
        push(&mut desk).await;
    }
    assert_eq!(mails.stage.count("SELECT count(*) FROM voucher WHERE marks ? 'external_code'").await, 2);
    assert_eq!(mails.stage.count(JOBS).await, 0);
}

fn told(device: &TestDevice) -> Option<bool> {
    match &device.cache[&RowKey::Settings] {
        Row::Settings(settings) => settings.mails_at_sale,
        other => panic!("no settings: {other:?}"),
    }
}

#[tokio::test]
async fn devices_are_told_whether_mails_go_so_that_they_can_ask_without_the_server() {
    let mut mails = MailStage::idle().await;
    let (admin, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    let mut till = mails.stage.till("Camille").await;
    until_settled(&mails.stage).await;
    till.pull().await.unwrap();
    assert_eq!(told(&till), Some(true));
    set_at_sale(&admin, &session.token, false).await;
    till.pull().await.unwrap();
    assert_eq!(told(&till), Some(false));
    let Row::Settings(before) = till.cache[&RowKey::Settings].clone() else { panic!("no settings") };

    // Another process of the same configuration changes nothing; one without a mail server says so.
    mails.another_server().await.stop().await;
    till.pull().await.unwrap();
    assert_eq!(till.cache[&RowKey::Settings], Row::Settings(before));
    mails.stage.restart().await;
    until_settled(&mails.stage).await;
    let mut till = till.at(&mails.stage.base);
    till.pull().await.unwrap();
    assert_eq!(told(&till), None);
}
