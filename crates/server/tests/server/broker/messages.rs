//! Messages that are lost, doubled, or say nothing.

use beadsbox_testkit::BrokerProcess;
use jiff::SignedDuration;
use lapin::{
    BasicProperties,
    options::{BasicPublishOptions, QueueDeclareOptions, QueuePurgeOptions},
    types::FieldTable,
};
use uuid::Uuid;

use super::{BrokerStage, line};

const VOUCHERS: &str = "beadsbox.jobs.vouchers";

#[tokio::test]
async fn a_broker_is_believed_in_nothing() {
    let Some(broker) = BrokerProcess::start().await else { return };
    // One after the other: they share its queues.
    what_it_lost_is_done_all_the_same(&broker).await;
    Box::pin(what_it_doubles_is_done_once_and_what_says_nothing_is_kept(&broker)).await;
    what_somebody_waits_for_passes_by_the_rest(&broker).await;
}

async fn what_it_lost_is_done_all_the_same(broker: &BrokerProcess) {
    let stage = BrokerStage::new(broker.url()).await;
    stage.sell(&mut stage.mails.stage.till("Camille").await, 3).await;
    stage.until_announced(3).await;
    let purged = line(broker).await.queue_purge(VOUCHERS.into(), QueuePurgeOptions::default()).await.unwrap();
    assert_eq!(purged, 3);
    stage.mails.stage.clock.advance(SignedDuration::from_mins(3));
    let worker = stage.worker(1).await;
    stage.mails.until_ended("sent", 3).await;
    stage.each_once(3);
    worker.stop().await;
}

async fn what_it_doubles_is_done_once_and_what_says_nothing_is_kept(broker: &BrokerProcess) {
    let stage = BrokerStage::new(broker.url()).await;
    stage.sell(&mut stage.mails.stage.till("Camille").await, 4).await;
    stage.until_announced(4).await;
    let line = line(broker).await;
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM job").fetch_all(&stage.mails.stage.pool).await.unwrap();
    let doubled = ids.iter().chain(&ids).map(|id| format!(r#"{{"job": "{id}"}}"#));
    let nonsense = [String::new(), "{}".to_owned(), r#"{"job": 1}"#.to_owned(), "x".repeat(100_000)];
    // Of another database, or forgotten.
    let unknown = [format!(r#"{{"job": "{}"}}"#, Uuid::now_v7())];
    for said in nonsense.iter().cloned().chain(unknown).chain(doubled) {
        let properties = BasicProperties::default();
        line.basic_publish("beadsbox.jobs".into(), VOUCHERS.into(), BasicPublishOptions::default(), said.as_bytes(), properties)
            .await
            .unwrap();
    }
    let (one, two) = tokio::join!(stage.worker(2), stage.worker(2));
    stage.mails.until_ended("sent", 4).await;
    let passive = || QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let left = async |queue: &str| line.queue_declare(queue.into(), passive(), FieldTable::default()).await.unwrap().message_count();
    stage.mails.until("what says nothing is kept", async || left("beadsbox.dead").await == 4).await;
    stage.mails.until("nothing is left", async || left(VOUCHERS).await == 0).await;
    stage.each_once(4);
    tokio::join!(one.stop(), two.stop());
}

async fn what_somebody_waits_for_passes_by_the_rest(broker: &BrokerProcess) {
    let stage = BrokerStage::new(broker.url()).await;
    let till = &mut stage.mails.stage.till("Camille").await;
    stage.sell(till, 10).await;
    sqlx::query("UPDATE staff SET email = 'camille@example.org'").execute(&stage.mails.stage.pool).await.unwrap();
    let asked = serde_json::json!({"name": "Camille", "language": "en"});
    till.call::<()>(reqwest::Method::POST, "/v1/password-resets", Some(&asked)).await.unwrap();
    stage.until_announced(11).await;
    let worker = stage.worker(1).await;
    stage.mails.until_ended("sent", 11).await;
    let place = stage.mails.receiver.mails().iter().position(|mail| mail.to == ["camille@example.org"]).unwrap();
    assert!(place <= 1, "it was number {place}");
    worker.stop().await;
}
