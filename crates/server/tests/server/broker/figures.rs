//! How quick mails are, with a broker and without. It asserts nothing about time, so it runs only when it is
//! asked for: `./dev test --run-ignored only -E 'test(figures)' --no-capture`.

use std::time::{Duration, Instant};

use beadsbox_server::{Config, RunningWorker, Server};
use beadsbox_testkit::BrokerProcess;

use super::BrokerStage;
use crate::mail::stage::{MailStage, mailing};

const MAILS: usize = 500;
const SALES: usize = 60;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and holds nothing"]
async fn figures_of_mails_with_and_without_a_broker() {
    let Some(broker) = BrokerProcess::start().await else { return };
    let with = BrokerStage::new(broker.url()).await;
    Box::pin(measure("with a broker", &with.mails, async || with.worker(4).await)).await;
    let mails = MailStage::idle().await;
    let usual = async || {
        let config = Config { workers: 4, jobs_every: Duration::from_secs(1), ..mailing(&mails.stage, &mails.receiver) };
        Server::start_worker(config).await.unwrap()
    };
    Box::pin(measure("without a broker", &mails, usual)).await;
}

#[expect(clippy::print_stderr, reason = "figures are for whoever runs it")]
async fn measure(what: &str, mails: &MailStage, worker: impl AsyncFn() -> RunningWorker) {
    let mut till = mails.stage.till("Camille").await;
    // All of them wait; then two processes begin.
    let person = beadsbox_testkit::fixtures::person("Ada");
    for _ in 0..MAILS {
        till.now += jiff::SignedDuration::from_secs(1);
        crate::mail::stage::record_sale_to(&mut till, &person).await;
    }
    till.push().await.unwrap();
    let begun = Instant::now();
    let (one, two) = tokio::join!(worker(), worker());
    mails.receiver.until(MAILS).await;
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("{what}: {MAILS} mails in {seconds:.1} s, {:.0} a second", f64::from(u32::try_from(MAILS).unwrap()) / seconds);

    let mut waited: Vec<Duration> = Vec::new();
    for sale in 1..=SALES {
        till.now += jiff::SignedDuration::from_secs(1);
        crate::mail::stage::record_sale_to(&mut till, &person).await;
        let pushed = Instant::now();
        till.push().await.unwrap();
        mails.receiver.until(MAILS + sale).await;
        waited.push(pushed.elapsed());
    }
    waited.sort();
    eprintln!("{what}: from the push of a sale to its mail {:?}, 95 of 100 within {:?}", waited[SALES / 2], waited[SALES * 95 / 100]);
    tokio::join!(one.stop(), two.stop());
}
