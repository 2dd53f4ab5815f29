//! The broker is away: at the start, or from the middle of the work on.

use beadsbox_testkit::BrokerProcess;

use super::BrokerStage;

#[tokio::test]
async fn a_broker_killed_under_load_and_brought_back_loses_no_mail_and_doubles_none() {
    const SALES: usize = 120;
    let Some(mut broker) = BrokerProcess::start().await else { return };
    let stage = BrokerStage::new(broker.url()).await;
    let (one, two) = tokio::join!(stage.worker(2), stage.worker(2));
    stage.until_ready("there").await;
    assert!(stage.is_told(1).await);
    let mut till = stage.mails.stage.till("Camille").await;
    stage.sell(&mut till, SALES / 3).await;
    broker.kill();
    stage.sell(&mut till, SALES / 3).await;
    stage.until_ready("away").await;
    // Nobody waits for it.
    stage.mails.until_ended("sent", i64::try_from(SALES / 3 * 2).unwrap()).await;
    tokio::join!(broker.up(), stage.sell(&mut till, SALES / 3));
    stage.mails.until_ended("sent", i64::try_from(SALES).unwrap()).await;
    stage.each_once(SALES);

    // It tells of jobs again.
    stage.until_ready("there").await;
    let before = stage.mails.stage.count("SELECT count(*) FROM job WHERE announced_at IS NOT NULL").await;
    let mut told = before;
    let mut sold = SALES;
    while told == before {
        stage.sell(&mut till, 1).await;
        sold += 1;
        stage.mails.until_ended("sent", i64::try_from(sold).unwrap()).await;
        told = stage.mails.stage.count("SELECT count(*) FROM job WHERE announced_at IS NOT NULL").await;
        assert!(sold < SALES + 1000, "the broker is told of nothing any more");
    }
    stage.each_once(sold);
    tokio::join!(one.stop(), two.stop());
}

#[tokio::test]
async fn where_there_is_no_broker_at_the_start_the_work_is_done_all_the_same() {
    // Nobody listens there.
    let stage = BrokerStage::new(format!("amqp://beadsbox:beadsbox@127.0.0.1:{}/beadsbox", beadsbox_testkit::free_port().unwrap())).await;
    let worker = stage.worker(1).await;
    stage.sell(&mut stage.mails.stage.till("Camille").await, 3).await;
    stage.mails.until_ended("sent", 3).await;
    stage.each_once(3);
    assert_eq!(stage.readiness().await, "away");
    assert!(stage.is_told(0).await);
    worker.stop().await;
}

#[tokio::test]
async fn whoever_names_a_broker_that_cannot_be_called_is_told_before_anything_begins() {
    let mails = crate::mail::stage::MailStage::idle().await;
    let config = super::by(&mails, "amqp://beadsbox:secret@broker.example.com/beadsbox");
    let refused = beadsbox_server::Server::start_worker(config).await.err().unwrap().to_string();
    assert!(refused.contains("amqps://") && !refused.contains("secret"), "{refused}");
}
