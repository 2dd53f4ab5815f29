//! A PostgreSQL database for one test, copied from a migrated template.

use std::{path::Path, process::Command, str::FromStr as _};

use reqwest::Url;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

/// Names the throwaway cluster, as its superuser.
const VARIABLE: &str = "BEADSBOX_TEST_DATABASE_URL";
/// What names of databases begin with; the number of the process that made it follows.
const PREFIX: &str = "beadsbox_test_";
/// The role that tests serve with: only what serving may do.
const SERVE_ROLE: &str = "beadsbox_test";

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/server");

/// A database of its own. It stays behind, because dropping it would wait for connections that the ending test still holds; tests
/// that come later [sweep it out](drop_left_behind).
#[derive(Debug, Clone)]
pub struct TestDatabase {
    cluster: Url,
    name: String,
}

impl TestDatabase {
    /// A fresh, migrated database.
    ///
    /// # Panics
    /// Where no cluster is named, or it does not do as it is told.
    pub async fn create() -> Self {
        let Ok(cluster) = std::env::var(VARIABLE) else {
            panic!("no PostgreSQL for the tests: run them with `./dev test`, which starts one and sets {VARIABLE}");
        };
        match Self::try_create(&cluster).await {
            Ok(database) => database,
            Err(error) => panic!("a test database on the cluster of {VARIABLE}: {error}"),
        }
    }

    async fn try_create(cluster: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let cluster = Url::parse(cluster)?;
        let mut conn = PgConnection::connect(cluster.as_str()).await?;
        let template = migrated_template(&mut conn, &cluster).await?;
        drop_left_behind(&mut conn).await?;
        let name = new_name();
        execute(&mut conn, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        conn.close().await?;
        Ok(Self { cluster, name })
    }

    /// Writes a backup of it.
    ///
    /// # Panics
    /// Where `pg_dump` fails.
    pub fn dump(&self, file: &Path) {
        run(Command::new("pg_dump").args(["--format=custom", "--file"]).arg(file).arg("--dbname").arg(self.owner_url()));
    }

    /// Another database from such a backup.
    ///
    /// # Panics
    /// Where `pg_restore` fails.
    pub async fn restored(&self, file: &Path) -> Self {
        let restored = self.beside("").await;
        run(Command::new("pg_restore").arg("--dbname").arg(restored.owner_url()).arg(file));
        restored
    }

    /// The same database once more. Nobody may be connected to this one.
    ///
    /// # Panics
    /// Where the cluster does not do as it is told.
    pub async fn copy(&self) -> Self {
        self.beside(&format!("TEMPLATE {}", self.name)).await
    }

    /// Another database in the same cluster.
    async fn beside(&self, options: &str) -> Self {
        let name = new_name();
        let made = async {
            let mut conn = PgConnection::connect(self.cluster.as_str()).await?;
            execute(&mut conn, format!("CREATE DATABASE {name} {options}")).await?;
            conn.close().await
        };
        if let Err(error) = made.await {
            panic!("another test database: {error}");
        }
        Self { cluster: self.cluster.clone(), name }
    }

    /// The database, for whoever serves: a role with no more rights than serving needs.
    pub fn serve_url(&self) -> String {
        let mut url = self.cluster.clone();
        url.set_path(&self.name);
        // The cluster's URL names a host, so these cannot fail.
        let _ = url.set_username(SERVE_ROLE);
        let _ = url.set_password(Some(SERVE_ROLE));
        url.into()
    }

    /// The database, as its owner.
    pub fn owner_url(&self) -> String {
        let mut url = self.cluster.clone();
        url.set_path(&self.name);
        url.into()
    }

    /// Connections as the owner, to look and to break things.
    ///
    /// # Panics
    /// Where the database is gone.
    pub fn pool(&self) -> PgPool {
        match PgConnectOptions::from_str(&self.owner_url()) {
            Ok(options) => PgPoolOptions::new().max_connections(4).connect_lazy_with(options),
            Err(error) => panic!("the test database's address: {error}"),
        }
    }
}

/// Says whose it is, so that it can go when its process has gone.
fn new_name() -> String {
    format!("{PREFIX}{}_{}", std::process::id(), Uuid::now_v7().simple())
}

/// Drops the databases of processes that are gone: a whole run would otherwise fill 10 GB. Some at a time, because each drop makes
/// a checkpoint, and only the first of a row has anything to write.
async fn drop_left_behind(conn: &mut PgConnection) -> sqlx::Result<()> {
    const AT_ONCE: usize = 24;
    const LOCK: i64 = 0x6265_6164_7377_6570;
    // Elsewhere than on Linux nobody can be asked who is still there.
    if !Path::new("/proc/self").exists() {
        return Ok(());
    }
    let names: Vec<String> = sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE starts_with(datname::text, $1)")
        .bind(PREFIX)
        .fetch_all(&mut *conn)
        .await?;
    let gone: Vec<String> = names.into_iter().filter(|name| !owner_lives(name)).collect();
    if gone.len() < AT_ONCE || !sqlx::query_scalar::<_, bool>("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *conn).await? {
        return Ok(());
    }
    for name in gone {
        execute(conn, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut *conn).await?;
    Ok(())
}

fn owner_lives(name: &str) -> bool {
    let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
    owner.is_some_and(|id| Path::new("/proc").join(id).exists())
}

async fn execute(conn: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// The name of the template database of these migrations; made by whichever test comes first.
async fn migrated_template(conn: &mut PgConnection, cluster: &Url) -> Result<String, Box<dyn std::error::Error>> {
    // Any number: it keeps two processes from making the template at once.
    const LOCK: i64 = 0x6265_6164_7465_7374;
    let name = template_name();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut *conn).await?;
    let made = make_template(conn, cluster, &name).await;
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut *conn).await?;
    made?;
    Ok(name)
}

async fn make_template(conn: &mut PgConnection, cluster: &Url, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let ready: Option<bool> = sqlx::query_scalar("SELECT datistemplate FROM pg_database WHERE datname = $1")
        .bind(name)
        .fetch_optional(&mut *conn)
        .await?;
    if ready == Some(true) {
        return Ok(());
    }
    // One that is there but not marked was left half made.
    execute(conn, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    execute(conn, format!("CREATE DATABASE {name}")).await?;
    let mut url = cluster.clone();
    url.set_path(name);
    let pool = PgPoolOptions::new().max_connections(1).connect(url.as_str()).await?;
    MIGRATIONS.run(&pool).await?;
    pool.close().await;
    execute(
        conn,
        format!(
            "DO $$ BEGIN
                 IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SERVE_ROLE}') THEN
                     CREATE ROLE {SERVE_ROLE} LOGIN PASSWORD '{SERVE_ROLE}' IN ROLE beadsbox_serve;
                 END IF;
             END $$"
        ),
    )
    .await?;
    execute(conn, format!("ALTER DATABASE {name} IS_TEMPLATE true")).await?;
    Ok(())
}

fn run(command: &mut Command) {
    match command.status() {
        Ok(status) if status.success() => {}
        other => panic!("{command:?}: {other:?}"),
    }
}

/// Changes with every migration, so that an old template is never taken for a new one.
fn template_name() -> String {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for migration in MIGRATIONS.iter() {
        for byte in migration.checksum.iter() {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("beadsbox_template_{sum:016x}")
}
