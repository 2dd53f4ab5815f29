//! A PostgreSQL cluster of a test's own, that can be put back to a moment, or followed by a standby and lost.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicBool, Ordering},
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

use crate::{free_port, missing::missing};

/// A cluster in a folder of its own. It ends with the value.
pub struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    /// The folder of its data.
    data: PathBuf,
    /// Nobody has to end it any more.
    is_ended: AtomicBool,
}

/// The programs that make a standby and have it take over, as they are handed out.
const STANDBY_PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/standby");

impl Cluster {
    /// A cluster that archives its log. None, with a line that says so, where PostgreSQL's own programs are missing.
    ///
    /// # Panics
    /// Where they are there and do not do as they are told.
    pub fn with_archive() -> Option<Self> {
        let cluster = Self::initialised()?;
        let archive = cluster.folder.path().join("archive");
        made(std::fs::create_dir(&archive));
        give_to_postgres(&archive);
        cluster.configure(&format!("archive_mode = on\narchive_command = 'cp %p {}/%f'\n", text(&archive)));
        cluster.start();
        Some(cluster)
    }

    /// A cluster that keeps nothing but its data. None, with a line that says so, where PostgreSQL's own programs are missing.
    ///
    /// # Panics
    /// Where they are there and do not do as they are told.
    pub fn plain() -> Option<Self> {
        let cluster = Self::initialised()?;
        cluster.configure("max_connections = 200\n");
        cluster.start();
        Some(cluster)
    }

    /// Made, and not started.
    fn initialised() -> Option<Self> {
        let cluster = Self::placed(None)?;
        cluster.run(
            "initdb",
            &["--pgdata", &text(&cluster.data), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
        );
        Some(cluster)
    }

    /// A folder for one, and a port if it has none yet.
    fn placed(port: Option<u16>) -> Option<Self> {
        let Some(programs) = programs() else {
            missing("initdb");
            return None;
        };
        let folder = made(tempfile::tempdir());
        let data = folder.path().join("data");
        give_to_postgres(folder.path());
        let port = port.unwrap_or_else(|| made(free_port()));
        Some(Self { folder, programs, port, data, is_ended: AtomicBool::new(true) })
    }

    /// A standby of this one that has that name, made by the program that is handed out. Where `waited_for`, each commit waits for it.
    ///
    /// # Panics
    /// Where it cannot be made.
    #[must_use]
    pub fn standby(&self, name: &str, waited_for: bool) -> Self {
        self.standby_at(name, waited_for, None)
    }

    /// The same at that port, where somebody looks for it.
    ///
    /// # Panics
    /// Where it cannot be made.
    #[must_use]
    pub fn standby_at(&self, name: &str, waited_for: bool, port: Option<u16>) -> Self {
        let Some(standby) = Self::placed(port) else { panic!("a cluster that runs has its programs") };
        let (primary, data, port) = (self.connection(), text(&standby.data), standby.port.to_string());
        let mut arguments: Vec<&str> = vec!["--primary", &primary, "--data", &data, "--port", &port, "--name", name];
        if waited_for {
            arguments.extend(["--admin", &primary]);
        }
        let output = standby.run_program("build", &arguments);
        // What it started has to be ended, also where it went wrong later.
        standby.is_ended.store(!standby.data.join("postmaster.pid").exists(), Ordering::Relaxed);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        standby
    }

    /// Has this standby take over from that one, by the program that is handed out; what it says.
    pub fn take_over(&self, old: &Self, arguments: &[&str]) -> Output {
        let (data, own, old) = (text(&self.data), format!("{} dbname=beadsbox", self.connection()), old.connection());
        let places: [&str; 6] = ["--data", &data, "--standby", &own, "--old", &old];
        self.run_program("take-over", &[&places[..], arguments].concat())
    }

    /// How PostgreSQL's own programs are told where it is.
    pub fn connection(&self) -> String {
        format!("host=127.0.0.1 port={} user=postgres", self.port)
    }

    /// Its port of 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as the loss of its machine would.
    ///
    /// # Panics
    /// Where it does not run.
    pub fn lose(&self) {
        let process = self.process();
        // All of it at once: what a lost postmaster leaves behind still answers for a moment, and what it loses it starts anew.
        for (program, arguments) in [("kill", ["-STOP", &process].as_slice()), ("pkill", &["-KILL", "-P", &process]), ("kill", &["-KILL", &process])] {
            assert!(made(Command::new(program).args(arguments).status()).success(), "{program} {arguments:?}");
        }
        self.is_ended.store(true, Ordering::Relaxed);
    }

    /// Has it say nothing any more, as a machine behind a cut cable, for as long as the value is kept.
    ///
    /// # Panics
    /// Where it does not run.
    pub fn silence(&self) -> Silence {
        let silence = Silence { process: self.process() };
        assert!(silence.tell("-STOP"), "no process {}", silence.process);
        silence
    }

    /// The number of its first process.
    fn process(&self) -> String {
        let file = made(std::fs::read_to_string(self.data.join("postmaster.pid")));
        file.lines().next().unwrap_or_default().to_owned()
    }

    /// Ends it in order, as a standby that is away.
    pub fn end(&self) {
        self.stop();
        self.is_ended.store(true, Ordering::Relaxed);
    }

    /// Starts it again after that.
    pub fn begin_again(&self) {
        self.start();
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
        // No socket: a standby gets this file with the data, and would look for this folder long after it is gone.
        let own = format!("port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n", self.port);
        made(std::fs::write(file, format!("{before}{own}{lines}")));
    }

    fn start(&self) {
        // Also where it does not come up in time it has to be ended.
        self.is_ended.store(false, Ordering::Relaxed);
        let log = text(&self.log());
        let mut command = self.as_postgres(&self.programs.join("pg_ctl"));
        let started = made(
            command
                .args(["start", "--wait", "--pgdata", &text(&self.data), "--log", &log])
                .stdout(std::process::Stdio::null())
                .status(),
        );
        assert!(started.success(), "{} does not start: {}", self.data.display(), std::fs::read_to_string(&log).unwrap_or_default());
    }

    /// Where it writes what it has to say.
    pub fn log(&self) -> PathBuf {
        // What the program that makes a standby starts says it there.
        let of_standby = self.data.join("standby.log");
        if of_standby.exists() { of_standby } else { self.folder.path().join("log") }
    }

    fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--mode", "fast", "--pgdata", &text(&self.data)]);
    }

    /// Runs a statement there, as its owner.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn execute(&self, database: &str, sql: String) {
        let mut conn = made(PgConnection::connect(&self.url(database)).await);
        made(sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await);
        made(conn.close().await);
    }

    /// Runs one of PostgreSQL's programs, which refuse to run as root.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let status = made(self.as_postgres(&program).args(arguments).stdout(std::process::Stdio::null()).status());
        assert!(status.success(), "{} {arguments:?}", program.display());
    }

    /// Runs one of the programs that are handed out, from a copy that PostgreSQL's user can read.
    fn run_program(&self, program: &str, arguments: &[&str]) -> Output {
        let folder = self.folder.path().join("programs");
        made(std::fs::create_dir_all(&folder));
        for entry in made(std::fs::read_dir(STANDBY_PROGRAMS)).flatten() {
            made(std::fs::copy(entry.path(), folder.join(entry.file_name())));
        }
        give_to_postgres(&folder);
        let mut command = self.as_postgres(&folder.join(program));
        made(command.args(arguments).env("BEADSBOX_POSTGRES_BIN", &self.programs).output())
    }

    /// The program, as the user that may run PostgreSQL.
    fn as_postgres(&self, program: &Path) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.is_ended.load(Ordering::Relaxed) || !self.data.join("postmaster.pid").exists() {
            return;
        }
        let data = text(&self.data);
        let mut command = self.as_postgres(&self.programs.join("pg_ctl"));
        // What it keeps is thrown away in the next moment.
        let stopped = command.args(["stop", "--wait", "--mode", "immediate", "--pgdata", &data]).stdout(std::process::Stdio::null()).status();
        assert!(std::thread::panicking() || stopped.is_ok_and(|status| status.success()), "{data} does not end");
    }
}

/// A cluster that says nothing.
pub struct Silence {
    process: String,
}

impl Silence {
    /// Tells its first process and all that that has started.
    fn tell(&self, signal: &str) -> bool {
        let told = |program: &str, of: &[&str]| Command::new(program).arg(signal).args(of).status().is_ok_and(|status| status.success());
        told("kill", &[&self.process]) && told("pkill", &["-P", &self.process])
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.tell("-CONT");
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

fn made<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("a cluster for a test: {error}"),
    }
}
