//! A process that is started again whenever it ends, as systemd does.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use beadsbox_testkit::ServerProcess;
use tokio::{process::Command, sync::watch, task::JoinHandle, time::sleep};

/// How long it rests before it starts again: as the unit in `deploy/ansible` says.
const REST: Duration = Duration::from_secs(2);

/// A process of the server's program that is there, or about to be. It is killed with the value.
#[derive(Debug)]
pub struct KeptProcess {
    name: &'static str,
    address: String,
    metrics: String,
    /// The system's number of the process; none while it rests.
    number: watch::Receiver<Option<u32>>,
    keeping: JoinHandle<()>,
}

impl KeptProcess {
    /// Starts it, and waits until it listens.
    pub(super) async fn start(name: &'static str, mut process: ServerProcess, metrics: String) -> std::io::Result<Self> {
        process.up().await?;
        let address = process.address().to_owned();
        let (told, number) = watch::channel(process.process_id());
        let keeping = tokio::spawn(async move {
            loop {
                if let Err(error) = process.ended().await {
                    tracing::warn!(name, %error, "nobody knows how it ended");
                }
                told.send_replace(None);
                sleep(REST).await;
                if let Err(error) = process.start() {
                    tracing::warn!(name, %error, "it does not start");
                }
                told.send_replace(process.process_id());
            }
        });
        Ok(Self { name, address, metrics, number, keeping })
    }

    /// What people call it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where it tells how it is, `/metrics`.
    pub fn metrics(&self) -> String {
        format!("http://{}/metrics", self.metrics)
    }

    /// Kills it, as the loss of its machine would, and does not wait until it is there again.
    ///
    /// # Errors
    /// Where it does not run.
    pub async fn kill(&self) -> anyhow::Result<()> {
        let number = (*self.number.borrow()).with_context(|| format!("{} does not run", self.name))?;
        let status = Command::new("kill").args(["-KILL", &number.to_string()]).status().await?;
        ensure!(status.success(), "{} could not be killed", self.name);
        Ok(())
    }

    /// Ends it for good.
    pub(super) async fn end(mut self) {
        self.keeping.abort();
        // What it held is dropped with it, and so is the process.
        let _ = (&mut self.keeping).await;
    }
}

impl Drop for KeptProcess {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}
