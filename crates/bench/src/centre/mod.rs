//! The server's side: a database of its own on the cluster that `./dev bench` started, and the real server process over it.

mod stock;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use beadsbox_domain::{ShopId, StaffId, VoucherCode};
use beadsbox_testkit::TestDatabase;
use sqlx::PgPool;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
};
use uuid::Uuid;

pub use stock::{change, stock};

use crate::machine::first_line;

const START_LIMIT: Duration = Duration::from_secs(30);

/// Database and server.
pub struct Centre {
    database: TestDatabase,
    program: PathBuf,
    port: u16,
    process: Option<Child>,
    /// Where devices enrol.
    pub shop: ShopId,
    /// The other one.
    pub second_shop: ShopId,
    /// Its one staff member.
    pub staff: StaffId,
}

impl Centre {
    /// An organisation without vouchers, served by that program.
    pub async fn open(program: &Path) -> anyhow::Result<Self> {
        let database = TestDatabase::create().await;
        let nobody = Uuid::nil();
        let mut centre = Self {
            database,
            program: program.to_owned(),
            port: free_port()?,
            process: None,
            shop: ShopId(nobody),
            second_shop: ShopId(nobody),
            staff: StaffId(nobody),
        };
        let shop = centre.command(&["shop", "add", "Bench"], "").await?;
        let staff = centre.command(&["staff", "add", "Ada", "--role", "admin", "--password-stdin"], "honey and amber 7").await?;
        let second = centre.command(&["shop", "add", "Second"], "").await?;
        centre.second_shop = ShopId(first_id(&second)?);
        (centre.shop, centre.staff) = (ShopId(first_id(&shop)?), StaffId(first_id(&staff)?));
        stock::templates(&centre.pool()).await?;
        centre.start().await?;
        centre.settle().await?;
        Ok(centre)
    }

    /// The same organisation once more, in a database of its own. This one must be stopped.
    pub async fn copy(&self) -> anyhow::Result<Self> {
        let database = self.database.copy().await;
        let mut copy =
            Self { database, program: self.program.clone(), port: self.port, process: None, shop: self.shop, second_shop: self.second_shop, staff: self.staff };
        copy.start().await?;
        Ok(copy)
    }

    /// Starts the server.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let listen = format!("127.0.0.1:{}", self.port);
        let mut server = self.server(&["serve", "--listen", &listen], &self.database.serve_url());
        self.process = Some(server.env("RUST_LOG", "warn").stdout(Stdio::null()).spawn().context("beadsbox-server serve")?);
        let started = Instant::now();
        while tokio::net::TcpStream::connect(&listen).await.is_err() {
            if started.elapsed() > START_LIMIT {
                bail!("the server does not listen after {START_LIMIT:?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Ends the server. What it confirmed is in the database.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill().await?;
        }
        Ok(())
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The database's address, as its owner.
    pub fn database_url(&self) -> String {
        self.database.owner_url()
    }

    /// Connections to the database, as its owner.
    pub fn pool(&self) -> PgPool {
        self.database.pool()
    }

    /// A code to enrol with.
    pub async fn enrolment_code(&self) -> anyhow::Result<String> {
        Ok(self.command(&["device", "code", "--shop", "Bench"], "").await?.trim().to_owned())
    }

    /// The most memory that the server process ever had in use, in KiB.
    pub fn peak_kib(&self) -> anyhow::Result<u64> {
        let process = self.process.as_ref().and_then(Child::id).context("the server does not run")?;
        peak_kib(&process.to_string())
    }

    /// Codes of vouchers that can be redeemed.
    pub async fn redeemable(&self, count: usize) -> anyhow::Result<Vec<VoucherCode>> {
        let codes: Vec<String> = sqlx::query_scalar("SELECT code FROM voucher WHERE status = 'purchased' ORDER BY code LIMIT $1")
            .bind(i64::try_from(count)?)
            .fetch_all(&self.pool())
            .await?;
        if codes.len() < count {
            bail!("only {} vouchers can be redeemed", codes.len());
        }
        codes.iter().map(|code| Ok(VoucherCode::parse(code)?)).collect()
    }

    /// Waits until the sequencer has moved everything into the feed.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let pool = self.pool();
        while !sqlx::query_scalar::<_, bool>("SELECT NOT EXISTS (SELECT FROM change_inbox)").fetch_one(&pool).await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// PostgreSQL's version.
    pub async fn postgres_version(&self) -> anyhow::Result<String> {
        Ok(sqlx::query_scalar("SHOW server_version").fetch_one(&self.pool()).await?)
    }

    /// The server program's version.
    pub fn version(program: &Path) -> String {
        first_line(std::process::Command::new(program).arg("--version"))
    }

    async fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let mut command = self.server(arguments, &self.database.owner_url());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("beadsbox-server")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("beadsbox-server {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn server(&self, arguments: &[&str], database: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).env("DATABASE_URL", database).kill_on_drop(true);
        command
    }
}

/// The most memory that a process (`self` or its number) ever had in use, in KiB.
pub fn peak_kib(process: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn first_id(printed: &str) -> anyhow::Result<Uuid> {
    let id = printed.split_whitespace().next().context("nothing was printed")?;
    Ok(id.parse()?)
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
