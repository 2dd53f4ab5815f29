//! A server that sends mail, and the mail server that it sends by.

use std::time::Duration;

use beadsbox_domain::{Person, VoucherId};
use beadsbox_protocol::{
    job::{DeadJobs, JobDecision},
    mail::{MailAgain, VoucherMails},
    person::SaltedPerson,
};
use beadsbox_server::{Config, MailConfig, RunningServer, RunningWorker, Server};
use beadsbox_testkit::{
    Answer, MailReceiver, ServerLog, ServerProcess, ServerProgram, TestDevice,
    fixtures::{self, INTRODUCTION},
};
use reqwest::Method;
use uuid::Uuid;

use crate::support::{Stage, config, introduction};

pub struct MailStage {
    pub stage: Stage,
    pub receiver: MailReceiver,
}

impl MailStage {
    pub async fn new() -> Self {
        Self::with(2).await
    }

    /// The server itself works at nothing.
    pub async fn idle() -> Self {
        Self::with(0).await
    }

    async fn with(workers: usize) -> Self {
        let (mut stage, receiver) = (Stage::new().await, MailReceiver::start().await.unwrap());
        stage.stop().await;
        let server = Server::start(Config { workers, ..mailing(&stage, &receiver) }).await.unwrap();
        stage.base = server.url();
        stage.server = Some(server);
        Self { stage, receiver }
    }

    /// Another process that serves and works.
    pub async fn another_server(&self) -> RunningServer {
        Server::start(mailing(&self.stage, &self.receiver)).await.unwrap()
    }

    /// A process that works alone.
    pub async fn worker(&self) -> RunningWorker {
        Server::start_worker(Config { workers: 1, ..mailing(&self.stage, &self.receiver) }).await.unwrap()
    }

    /// The same, whose leases last for so long without a word.
    pub async fn worker_with(&self, lease: Duration) -> RunningWorker {
        Server::start_worker(Config { workers: 1, lease, ..mailing(&self.stage, &self.receiver) }).await.unwrap()
    }

    /// The program, not started yet, that serves beside it and sends by the mail server of that address.
    pub fn program(&self, smtp_url: impl Into<String>) -> ServerProcess {
        let program = ServerProgram::new(env!("CARGO_BIN_EXE_beadsbox-server"), &self.stage.database);
        let mut process = program.server(ServerLog::WithTheTest).unwrap();
        process.set("SMTP_URL", smtp_url);
        process.set("MAIL_FROM", "vouchers@example.com");
        process
    }

    /// How many jobs have ended so.
    pub async fn ended(&self, ended: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM job WHERE ended = $1").bind(ended).fetch_one(&self.stage.pool).await.unwrap()
    }

    /// Waits until so many jobs have ended so.
    pub async fn until_ended(&self, ended: &str, count: i64) {
        self.until(&format!("{count} jobs {ended}"), async || self.ended(ended).await == count).await;
    }

    /// Waits until so many jobs are in that state.
    pub async fn until_state(&self, state: &str, count: i64) {
        let counted = async || {
            let found: i64 = sqlx::query_scalar("SELECT count(*) FROM job WHERE state = $1").bind(state).fetch_one(&self.stage.pool).await.unwrap();
            found == count
        };
        self.until(&format!("{count} jobs {state}"), counted).await;
    }

    /// Waits until a job was tried so often, and is not being tried.
    pub async fn until_tried(&self, attempts: i32) {
        let tried = async || {
            let found: Option<i32> = sqlx::query_scalar("SELECT attempts FROM job WHERE state <> 'running'").fetch_optional(&self.stage.pool).await.unwrap();
            found == Some(attempts)
        };
        self.until(&format!("{attempts} attempts"), tried).await;
    }

    /// Waits until a sale's mail waits for another attempt because of that.
    pub async fn until_trouble(&self, trouble: &str) {
        let waits = async || {
            let found: i64 = sqlx::query_scalar("SELECT count(*) FROM job WHERE kind = 'voucher_mail' AND state = 'waiting' AND trouble = $1")
                .bind(trouble)
                .fetch_one(&self.stage.pool)
                .await
                .unwrap();
            found == 1
        };
        self.until(&format!("a mail in trouble: {trouble}"), waits).await;
    }

    pub async fn until(&self, what: &str, seen: impl AsyncFn() -> bool) {
        for _ in 0..3000 {
            if seen().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let jobs: Vec<(String, i32, Option<String>, Option<String>)> =
            sqlx::query_as("SELECT state, attempts, trouble, ended FROM job").fetch_all(&self.stage.pool).await.unwrap();
        panic!("never {what}: {jobs:?}");
    }

    pub async fn dead_jobs(&self, device: &TestDevice, session: &str) -> DeadJobs {
        device.call_as(session, Method::GET, "/v1/admin/jobs", None::<&()>).await.unwrap()
    }
}

pub fn mailing(stage: &Stage, receiver: &MailReceiver) -> Config {
    let mail = MailConfig { smtp_url: receiver.url().into(), from: "My Beads Box <vouchers@example.com>".to_owned() };
    Config { mail: Some(mail), ..config(&stage.database, &stage.clock) }
}

/// How the mail of the one sale stands: its state, its trouble, and the numbers of the answer.
pub async fn trouble(stage: &Stage) -> (String, String, Option<String>) {
    sqlx::query_as("SELECT state, trouble, trouble_detail FROM job WHERE kind = 'voucher_mail'")
        .fetch_one(&stage.pool)
        .await
        .unwrap()
}

pub async fn decide(device: &TestDevice, session: &str, job: Uuid, again: bool) -> Answer<()> {
    device.call_as(session, Method::POST, &format!("/v1/admin/jobs/{job}"), Some(&JobDecision { again })).await
}

pub async fn mails_of(device: &TestDevice, session: &str, voucher: VoucherId) -> Answer<VoucherMails> {
    device.call_as(session, Method::GET, &format!("/v1/vouchers/{voucher}/mails"), None::<&()>).await
}

pub async fn mail_again(device: &TestDevice, session: &str, voucher: VoucherId, id: Uuid) -> Answer<VoucherMails> {
    device.call_as(session, Method::POST, &format!("/v1/vouchers/{voucher}/mails"), Some(&MailAgain { id })).await
}

/// Records the sale of a voucher of the introduction to that person.
pub async fn record_sale_to(device: &mut TestDevice, person: &Person) -> VoucherId {
    let salted = SaltedPerson::new(person, fixtures::random()).unwrap();
    let content = introduction(device).await;
    let (voucher, operation) = fixtures::sale(INTRODUCTION, 1, content, &salted);
    device.remember(&salted);
    device.record(operation);
    voucher
}
