//! A server process of its own, that can be stopped and started again on the same address.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use beadsbox_testkit::TestDatabase;
use tokio::process::{Child, Command};

use crate::ports;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A server on a database of its own.
pub struct ServerProcess {
    database: TestDatabase,
    port: u16,
    child: Option<Child>,
}

impl ServerProcess {
    /// Starts one.
    pub async fn start() -> anyhow::Result<Self> {
        let mut server = Self { database: TestDatabase::create().await, port: ports::free()?, child: None };
        server.up().await?;
        Ok(server)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts the process again.
    pub async fn up(&mut self) -> anyhow::Result<()> {
        let listen = format!("127.0.0.1:{}", self.port);
        let child = self.program(&["serve", "--listen", &listen]).stdout(Stdio::null()).spawn().context("beadsbox-server serve")?;
        self.child = Some(child);
        let started = Instant::now();
        while tokio::net::TcpStream::connect(&listen).await.is_err() {
            if started.elapsed() > START_LIMIT {
                bail!("the server does not listen after {START_LIMIT:?}");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(())
    }

    /// Kills the process, as a power cut would.
    pub async fn down(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Runs `beadsbox-server` with those arguments and returns what it printed.
    pub async fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.command_with_input(arguments, "").await
    }

    /// The same, with something on its standard input.
    pub async fn command_with_input(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        use tokio::io::AsyncWriteExt as _;
        let mut child = self.program(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("beadsbox-server {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let binary = std::env::var("BEADSBOX_SERVER_BIN").unwrap_or_else(|_| "beadsbox-server".to_owned());
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .env(
                "DATABASE_URL",
                if arguments.first() == Some(&"serve") {
                    self.database.serve_url()
                } else {
                    self.database.owner_url()
                },
            )
            .kill_on_drop(true);
        command
    }
}
