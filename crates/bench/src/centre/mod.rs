//! The server's side: a database of its own on the cluster that `./dev bench` started, and the real server process over it.

mod stock;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail};
use beadsbox_domain::{ShopId, StaffId, VoucherCode, VoucherId};
use beadsbox_testkit::{ServerLog, ServerProcess, ServerProgram, TestDatabase, TestDevice};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

pub use stock::{change, stock};

use crate::{machine::first_line, process};

const SHOP: &str = "Bench";
/// Its one staff member, by name.
pub const ADMIN: &str = "Ada";
/// Their password.
pub const PASSWORD: &str = "honey and amber 7";

/// Which vouchers, by their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// From the first code on.
    First,
    /// From the last code back.
    Last,
}

/// Database and server.
pub struct Centre {
    database: TestDatabase,
    server: ServerProcess,
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
        let beadsbox = ServerProgram::new(program, &database);
        let shop = beadsbox.run(&["shop", "add", SHOP], "").await?;
        let staff = beadsbox.run(&["staff", "add", ADMIN, "--role", "admin", "--password-stdin"], PASSWORD).await?;
        let second = beadsbox.run(&["shop", "add", "Second"], "").await?;
        stock::templates(&database.pool()).await?;
        let mut server = beadsbox.server(ServerLog::WithTheTest)?;
        server.up().await?;
        let (shop, second_shop, staff) = (ShopId(first_id(&shop)?), ShopId(first_id(&second)?), StaffId(first_id(&staff)?));
        let centre = Self { database, server, shop, second_shop, staff };
        centre.settle().await?;
        Ok(centre)
    }

    /// The same organisation once more, in a database of its own. This one must be stopped.
    pub async fn copy(&self, program: &Path) -> anyhow::Result<Self> {
        let database = self.database.copy().await;
        let mut server = ServerProgram::new(program, &database).server(ServerLog::WithTheTest)?;
        server.up().await?;
        Ok(Self { database, server, shop: self.shop, second_shop: self.second_shop, staff: self.staff })
    }

    /// Ends the server in order.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let status = self.server.stop().await?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url()
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
        Ok(self.server.program().enrolment_code(SHOP).await?)
    }

    /// One more person, who works at the counter.
    pub async fn add_seller(&self, name: &str) -> anyhow::Result<()> {
        self.server.program().run(&["staff", "add", name, "--role", "counter", "--password-stdin"], PASSWORD).await?;
        self.settle().await
    }

    /// One more person, who works in the back office.
    pub async fn add_office_worker(&self, name: &str) -> anyhow::Result<()> {
        self.server.program().run(&["staff", "add", name, "--role", "back_office", "--password-stdin"], PASSWORD).await?;
        self.settle().await
    }

    /// A new device that speaks plain HTTP.
    pub async fn device(&self, name: &str) -> anyhow::Result<TestDevice> {
        let code = self.enrolment_code().await?;
        TestDevice::enrol(&self.url(), &code, name).await.map_err(|problem| anyhow::anyhow!("{problem:?}"))
    }

    /// The server's process.
    pub fn process_id(&self) -> anyhow::Result<u32> {
        self.server.process_id().context("the server does not run")
    }

    /// The database's first process, whose children the others are.
    pub async fn postmaster(&self) -> anyhow::Result<u32> {
        let child: i32 = sqlx::query_scalar("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
            .fetch_one(&self.pool())
            .await?;
        process::parent(u32::try_from(child)?)
    }

    /// The most memory that the server process ever had in use, in KiB.
    pub fn peak_kib(&self) -> anyhow::Result<u64> {
        peak_kib(&self.process_id()?.to_string())
    }

    /// Vouchers that can be redeemed.
    pub async fn redeemable(&self, count: usize, from: End) -> anyhow::Result<Vec<(VoucherId, VoucherCode)>> {
        let order = match from {
            End::First => "ASC",
            End::Last => "DESC",
        };
        let query = format!("SELECT id, code FROM voucher WHERE status = 'purchased' ORDER BY code {order} LIMIT $1");
        let rows: Vec<(Uuid, String)> = sqlx::query_as(AssertSqlSafe(query)).bind(i64::try_from(count)?).fetch_all(&self.pool()).await?;
        if rows.len() < count {
            bail!("only {} vouchers can be redeemed", rows.len());
        }
        rows.into_iter().map(|(id, code)| Ok((VoucherId(id), VoucherCode::parse(&code)?))).collect()
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
