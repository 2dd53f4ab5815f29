//! The centre: a database, the servers on it, and the shop, staff and codes that tills need.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use beadsbox_testkit::TestDatabase;
use sqlx::PgPool;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    process::{Child, Command},
};

pub(super) const SHOP: &str = "Montmartre";
pub(super) const PERSON: &str = "Bruno";
pub(super) const PASSWORD: &str = "honey and amber 7";
/// So that a till whose answer does not come withdraws the dearer of the two templates, and honours the other.
const LIMITS: &str = r#"{"offline": {"highest_value_minor": 20000, "most_redemptions": 100000, "most_hours_since_sync": 72}}"#;
const START_LIMIT: Duration = Duration::from_mins(1);

/// The database, and how its servers are started.
pub(super) struct Centre {
    database: TestDatabase,
    program: PathBuf,
}

impl Centre {
    /// A new one, with a shop and somebody who works there.
    pub(super) async fn open(program: &Path) -> anyhow::Result<Self> {
        let centre = Self { database: TestDatabase::create().await, program: program.to_owned() };
        centre.command(&["shop", "add", SHOP], "").await?;
        centre.command(&["staff", "add", PERSON, "--role", "back_office", "--password-stdin"], PASSWORD).await?;
        let pool = centre.pool();
        sqlx::query("UPDATE settings SET policy = policy || $1::jsonb, row_version = row_version + 1")
            .bind(LIMITS)
            .execute(&pool)
            .await?;
        sqlx::query("INSERT INTO change_inbox (kind, entity_id) VALUES ('settings', '00000000-0000-0000-0000-000000000000')")
            .execute(&pool)
            .await?;
        Ok(centre)
    }

    /// Connections as the owner.
    pub(super) fn pool(&self) -> PgPool {
        self.database.pool()
    }

    /// A code for a new till.
    pub(super) async fn code(&self) -> anyhow::Result<String> {
        Ok(self.command(&["device", "code", "--shop", SHOP], "").await?.trim().to_owned())
    }

    async fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .env("DATABASE_URL", self.database.owner_url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| self.program.display().to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("beadsbox-server {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A server on an address of its own, not started yet.
    pub(super) fn server(&self, log: PathBuf) -> anyhow::Result<ServerProcess> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        Ok(ServerProcess { program: self.program.clone(), database_url: self.database.serve_url(), listen: format!("127.0.0.1:{port}"), log, child: None })
    }
}

/// A server process, always at the same address.
pub(super) struct ServerProcess {
    program: PathBuf,
    database_url: String,
    listen: String,
    pub(super) log: PathBuf,
    child: Option<Child>,
}

impl ServerProcess {
    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Starts it, and does not wait until it listens.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.program)
            .args(["serve", "--listen", &self.listen])
            .env("DATABASE_URL", &self.database_url)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| self.program.display().to_string())?;
        self.child = Some(child);
        Ok(())
    }

    /// Waits until it listens.
    pub(super) async fn listens(&self) -> anyhow::Result<()> {
        let listening = async {
            while TcpStream::connect(&self.listen).await.is_err() {
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        };
        tokio::time::timeout(START_LIMIT, listening).await.context("the server does not listen")
    }

    /// Waits until it ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> anyhow::Result<()> {
        match &mut self.child {
            Some(child) => {
                child.wait().await?;
            }
            None => std::future::pending().await,
        }
        self.child = None;
        Ok(())
    }

    /// Kills it.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Whether it runs, or should.
    pub(super) const fn is_started(&self) -> bool {
        self.child.is_some()
    }
}
