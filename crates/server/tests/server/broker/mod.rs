//! Jobs of which a real broker tells, which is killed, loses, doubles, and cannot be believed.

mod figures;
mod messages;
mod outage;

use beadsbox_server::{BrokerConfig, Config, RunningWorker, Server};
use beadsbox_testkit::{BrokerProcess, free_port};
use jiff::SignedDuration;

use crate::{
    mail::stage::{MailStage, mailing},
    support::sell_many,
};

/// Those who serve and work, and the broker between them.
struct BrokerStage {
    mails: MailStage,
    url: String,
    /// Where the server tells its metrics.
    metrics: u16,
}

impl BrokerStage {
    /// The server itself works at nothing.
    async fn new(url: String) -> Self {
        let mut mails = MailStage::idle().await;
        mails.stage.stop().await;
        let metrics = free_port().unwrap();
        let server = Server::start(Config { workers: 0, metrics_listen: Some(([127, 0, 0, 1], metrics).into()), ..by(&mails, &url) })
            .await
            .unwrap();
        mails.stage.base = server.url();
        mails.stage.server = Some(server);
        Self { mails, url, metrics }
    }

    async fn worker(&self, workers: usize) -> RunningWorker {
        Server::start_worker(Config { workers, ..by(&self.mails, &self.url) }).await.unwrap()
    }

    /// Where the server says that its broker is.
    async fn readiness(&self) -> String {
        let answer = reqwest::get(format!("{}/readyz", self.mails.stage.base)).await.unwrap();
        assert!(answer.status().is_success(), "without its broker it works too");
        let ready: serde_json::Value = answer.json().await.unwrap();
        ready["broker"].as_str().unwrap().to_owned()
    }

    /// Whether the server's metrics say the same.
    async fn is_told(&self, up: u8) -> bool {
        let metrics = reqwest::get(format!("http://127.0.0.1:{}/metrics", self.metrics)).await.unwrap().text().await.unwrap();
        metrics.lines().any(|line| line == format!("beadsbox_broker_up {up}"))
    }

    async fn until_ready(&self, broker: &str) {
        self.mails.until(&format!("the broker {broker}"), async || self.readiness().await == broker).await;
    }

    /// Sells so many, each a sale of its own.
    async fn sell(&self, till: &mut beadsbox_testkit::TestDevice, count: usize) {
        for _ in 0..count {
            till.now += SignedDuration::from_secs(1);
            sell_many(till, 1).await;
        }
    }

    /// Waits until the broker was told of so many jobs.
    async fn until_announced(&self, count: i64) {
        let announced = async || self.mails.stage.count("SELECT count(*) FROM job WHERE announced_at IS NOT NULL").await == count;
        self.mails.until(&format!("{count} jobs announced"), announced).await;
    }

    /// Every mail that came, each once.
    fn each_once(&self, count: usize) {
        let mut ids: Vec<String> = self.mails.receiver.mails().iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(ids.len(), count);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "no mail twice");
    }
}

fn by(mails: &MailStage, url: &str) -> Config {
    Config { broker: Some(BrokerConfig { url: url.to_owned().into() }), ..mailing(&mails.stage, &mails.receiver) }
}

/// A line of a test's own.
async fn line(broker: &BrokerProcess) -> lapin::Channel {
    let connection = lapin::Connection::connect(&broker.url(), lapin::ConnectionProperties::default()).await.unwrap();
    connection.create_channel().await.unwrap()
}
