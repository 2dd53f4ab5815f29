//! A PostgreSQL cluster of a test's own, with an archive of its log, that can be put back to a moment.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

use crate::free_port;

/// A cluster in a folder of its own. It ends with the value.
pub struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    /// The folder of its data.
    data: PathBuf,
}

impl Cluster {
    /// A cluster that archives its log. None, with a line that says so, where PostgreSQL's own programs are missing.
    ///
    /// # Panics
    /// Where they are there and do not do as they are told.
    pub fn with_archive() -> Option<Self> {
        let Some(programs) = programs() else {
            say("skipped: no initdb on this machine");
            return None;
        };
        let folder = made(tempfile::tempdir());
        let data = folder.path().join("data");
        let archive = folder.path().join("archive");
        made(std::fs::create_dir(&archive));
        give_to_postgres(folder.path());
        give_to_postgres(&archive);
        let cluster = Self { folder, programs, port: made(free_port()), data };
        cluster.run(
            "initdb",
            &["--pgdata", &text(&cluster.data), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
        );
        cluster.configure(&format!("archive_mode = on\narchive_command = 'cp %p {}/%f'\n", text(&archive)));
        cluster.start();
        Some(cluster)
    }

    /// The database of that name, as its owner.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Connections to it.
    ///
    /// # Panics
    /// Where the address is none.
    pub fn pool(&self, database: &str) -> PgPool {
        made(PgPool::connect_lazy(&self.url(database)))
    }

    /// Makes a database.
    pub async fn create_database(&self, name: &str) {
        self.execute("postgres", format!("CREATE DATABASE {name}")).await;
    }

    /// Takes a base backup.
    pub fn back_up(&self) {
        let (port, target) = (self.port.to_string(), text(&self.backup()));
        self.run(
            "pg_basebackup",
            &["--host", "127.0.0.1", "--port", &port, "--username", "postgres", "--pgdata", &target, "--checkpoint", "fast", "--no-sync"],
        );
    }

    /// Names this moment in the log.
    pub async fn mark(&self, name: &str) {
        self.execute("postgres", format!("SELECT pg_create_restore_point('{name}')")).await;
        self.execute("postgres", "SELECT pg_switch_wal()".to_owned()).await;
    }

    /// Ends the cluster, and starts the base backup in its place, with the archived log up to that moment.
    ///
    /// # Panics
    /// Where that fails.
    pub fn restore_to(&mut self, name: &str) {
        self.stop();
        self.data = self.backup();
        let archive = text(&self.folder.path().join("archive"));
        self.configure(&format!(
            "restore_command = 'cp {archive}/%f %p'\nrecovery_target_name = '{name}'\nrecovery_target_action = 'promote'\n"
        ));
        made(std::fs::write(self.data.join("recovery.signal"), ""));
        self.start();
        // `pg_ctl` waits until it takes connections, which in recovery it does before it has come to the moment.
        while self.is_recovering() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    fn is_recovering(&self) -> bool {
        let asked = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "-tAc", "SELECT pg_is_in_recovery()"])
            .arg(self.url("postgres"))
            .output();
        made(asked).stdout.trim_ascii() != b"f"
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    fn configure(&self, lines: &str) {
        let file = self.data.join("postgresql.conf");
        let before = made(std::fs::read_to_string(&file));
        let own = format!("port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\n", self.port, text(self.folder.path()));
        made(std::fs::write(file, format!("{before}{own}{lines}")));
    }

    fn start(&self) {
        let log = text(&self.folder.path().join("log"));
        self.run("pg_ctl", &["start", "--wait", "--pgdata", &text(&self.data), "--log", &log]);
    }

    fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--mode", "fast", "--pgdata", &text(&self.data)]);
    }

    async fn execute(&self, database: &str, sql: String) {
        let mut conn = made(PgConnection::connect(&self.url(database)).await);
        made(sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await);
        made(conn.close().await);
    }

    /// Runs one of PostgreSQL's programs, which refuse to run as root.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        let output = made(command.args(arguments).current_dir(self.folder.path()).stdout(std::process::Stdio::null()).status());
        assert!(output.success(), "{} {arguments:?}", program.display());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() || self.data.join("postmaster.pid").exists() {
            self.stop();
        }
    }
}

/// Where `initdb` and its like are.
fn programs() -> Option<PathBuf> {
    let named = Command::new("pg_config").arg("--bindir").output().ok();
    let named = named.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    named.into_iter().chain(installed).find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn give_to_postgres(folder: &Path) {
    if is_root() {
        assert!(made(Command::new("chown").arg("postgres").arg(folder).status()).success());
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn say(line: &str) {
    eprintln!("{line}");
}

fn made<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("a cluster for a test: {error}"),
    }
}
