//! A primary, a standby that each commit waits for, and a replica that reports read.
//!
//! As Ansible sets them up, commits wait for the standby, and for the replica in its place while it is away.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use beadsbox_testkit::Cluster;
use sqlx::PgPool;
use tokio::task::block_in_place;

const NAME: &str = "beadsbox";
/// What serves: a member of the role that may no more than serving needs.
const WEB: &str = "beadsbox_web";
/// Somebody of the operations people.
const OPERATIONS: &str = "beadsbox_anna";

/// One of the three, with the name by which it follows.
struct Member {
    name: &'static str,
    cluster: Cluster,
}

/// The three clusters. They end with the value.
pub struct Database {
    primary: Member,
    standby: Member,
    replica: Member,
    /// Where reports look for a copy.
    read_port: u16,
}

/// A take-over, as it went.
#[derive(Debug, Clone, Copy)]
pub struct TakenOver {
    /// When the primary was killed.
    pub lost: Instant,
    /// When the standby took writes.
    pub promoted: Instant,
}

impl Database {
    /// Makes all three. There is a database in it, and nothing in that.
    ///
    /// # Errors
    /// Where PostgreSQL's programs are missing.
    pub async fn start() -> anyhow::Result<Self> {
        let cluster = block_in_place(Cluster::plain).context("PostgreSQL is missing: install postgresql")?;
        cluster.create_database(NAME).await;
        let (standby, replica) = block_in_place(|| (cluster.standby("two", true), cluster.standby("three", false)));
        let read_port = replica.port();
        let member = |name, cluster| Member { name, cluster };
        let database = Self { primary: member("one", cluster), standby: member("two", standby), replica: member("three", replica), read_port };
        database.wait_for_both().await;
        Ok(database)
    }

    /// Commits wait for the standby, and while it is away for the replica.
    async fn wait_for_both(&self) {
        let names = format!("ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (\"{}\", \"{}\")'", self.standby.name, self.replica.name);
        self.primary.cluster.execute("postgres", names).await;
        self.primary.cluster.execute("postgres", "SELECT pg_reload_conf()".to_owned()).await;
    }

    /// Lets in who serves, and one of the operations people. Their groups come with the migrations.
    pub(super) async fn admit(&self) {
        for sql in [
            format!("CREATE ROLE {WEB} LOGIN IN ROLE beadsbox_serve"),
            format!("CREATE ROLE {OPERATIONS} LOGIN IN ROLE beadsbox_ops"),
            format!("ALTER ROLE {OPERATIONS} SET default_transaction_read_only = on"),
        ] {
            self.primary.cluster.execute(NAME, sql).await;
        }
    }

    fn of_all(&self, role: &str) -> String {
        let hosts = [&self.primary, &self.standby, &self.replica].map(|member| format!("127.0.0.1:{}", member.cluster.port()));
        format!("postgres://{role}@{}/{NAME}", hosts.join(","))
    }

    /// The database for whoever serves, whichever of the three holds it.
    pub fn serve_url(&self) -> String {
        self.of_all(WEB)
    }

    /// The database for its owner, whichever of the three holds it.
    pub fn owner_url(&self) -> String {
        self.of_all("postgres")
    }

    /// The copy for reports.
    pub fn read_url(&self) -> String {
        format!("postgres://{WEB}@127.0.0.1:{}/{NAME}", self.read_port)
    }

    /// The copy for operations people.
    pub fn operations_url(&self) -> String {
        format!("postgres://{OPERATIONS}@127.0.0.1:{}/{NAME}", self.replica.cluster.port())
    }

    /// Addresses of primary, standby and replica, as their owner.
    pub fn urls(&self) -> [String; 3] {
        [&self.primary, &self.standby, &self.replica].map(|member| member.cluster.url(NAME))
    }

    /// Connections to the primary, as the owner.
    pub fn pool(&self) -> PgPool {
        self.primary.cluster.pool(NAME)
    }

    /// Kills the primary and says when; its clock's word for the moment as well, as whoever watches it writes that down.
    pub async fn lose_primary(&self) -> anyhow::Result<(Instant, String)> {
        let pool = self.primary.cluster.pool("postgres");
        let moment = sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&pool).await?;
        pool.close().await;
        block_in_place(|| self.primary.cluster.lose());
        Ok((Instant::now(), moment))
    }

    /// Has the one of the two that received more take over, by the program that is handed out.
    ///
    /// # Errors
    /// Where it does not, or is not sure that it has everything.
    pub async fn take_over(&mut self, lost: Instant, moment: &str) -> anyhow::Result<TakenOver> {
        if received(&self.replica.cluster).await? > received(&self.standby.cluster).await? {
            std::mem::swap(&mut self.standby, &mut self.replica);
        }
        let (standby, old, other) = (&self.standby.cluster, &self.primary.cluster, self.replica.cluster.connection());
        let output = block_in_place(|| standby.take_over(old, &["--lost-at", moment, "--other", &other]));
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success() && said.contains("the epoch goes on"), "the standby does not take over: {said}{complained}");
        let promoted = Instant::now();
        std::mem::swap(&mut self.primary, &mut self.standby);
        Ok(TakenOver { lost, promoted })
    }

    /// Makes a standby and a replica of the one that took over, where the others were.
    pub async fn build_anew(&mut self) {
        block_in_place(|| {
            let primary = &self.primary.cluster;
            let anew = |member: &Member, waited_for| primary.standby_at(member.name, waited_for, Some(member.cluster.port()));
            // The one that was lost has ended; the other still follows it, at the port that its successor needs.
            self.replica.cluster.end();
            let (standby, replica) = (anew(&self.standby, true), anew(&self.replica, false));
            self.standby.cluster = standby;
            self.replica.cluster = replica;
        });
        self.wait_for_both().await;
    }

    /// Ends all three, at the same time: what they keep is thrown away.
    pub(super) fn end(self) {
        std::thread::scope(|ending| {
            for member in [self.primary, self.standby, self.replica] {
                ending.spawn(move || drop(member));
            }
        });
    }

    /// Kills the standby.
    pub fn lose_standby(&self) -> Instant {
        lose(&self.standby)
    }

    /// Starts it again.
    pub fn bring_standby_back(&self) {
        block_in_place(|| self.standby.cluster.begin_again());
    }

    /// Kills the replica.
    pub fn lose_replica(&self) -> Instant {
        lose(&self.replica)
    }

    /// Starts it again.
    pub fn bring_replica_back(&self) {
        block_in_place(|| self.replica.cluster.begin_again());
    }
}

fn lose(member: &Member) -> Instant {
    block_in_place(|| member.cluster.lose());
    Instant::now()
}

/// How much of the primary's log has arrived there, in bytes.
async fn received(cluster: &Cluster) -> anyhow::Result<i64> {
    let pool = cluster.pool("postgres");
    let received = sqlx::query_scalar("SELECT (pg_last_wal_receive_lsn() - '0/0')::bigint").fetch_one(&pool).await?;
    pool.close().await;
    Ok(received)
}
