//! The real server program on a test's database: its commands, and processes that serve, each always at the same address.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use crate::{TestDatabase, fixtures::random, missing::missing};

/// How long a server may take until it listens.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How long it may take until it has ended in order: longer than it gives itself.
const STOP_LIMIT: Duration = Duration::from_mins(2);

/// The first of the ports that are given out, and how many there are: below those that systems give to whoever connects. From among these somebody might
/// take a server's port while it is down for a moment, and then it does not come back.
const PORTS: (u16, u16) = (10_000, 22_000);

/// A port that nobody listens on at this moment; whoever asked takes it in the next, and keeps it over restarts.
pub fn free_port() -> io::Result<u16> {
    let (first, count) = PORTS;
    free_port_from(first + u16::from_le_bytes(random()) % count)
}

/// That port, or the first one behind it that nobody listens on at this moment.
pub fn free_port_from(wished: u16) -> io::Result<u16> {
    let free = (wished..=u16::MAX).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.ok_or_else(|| io::Error::new(io::ErrorKind::AddrInUse, format!("no port from {wished} on is free")))
}

/// Where a server's log goes.
#[derive(Debug, Clone)]
pub enum ServerLog {
    /// Warnings and errors go where the test's own words go, which are shown when it fails.
    WithTheTest,
    /// Everything, at the end of this file.
    File(PathBuf),
}

/// The program, and the database that it works on.
#[derive(Debug, Clone)]
pub struct ServerProgram {
    path: PathBuf,
    owner_url: String,
    serve_url: String,
}

impl ServerProgram {
    /// The program at that path.
    pub fn new(path: impl Into<PathBuf>, database: &TestDatabase) -> Self {
        Self::on(path, database.owner_url(), database.serve_url())
    }

    /// The program at that path, on the database of these addresses: its owner's, and that of the role which serves.
    pub fn on(path: impl Into<PathBuf>, owner_url: impl Into<String>, serve_url: impl Into<String>) -> Self {
        Self { path: path.into(), owner_url: owner_url.into(), serve_url: serve_url.into() }
    }

    /// Runs one of its commands as the database's owner, with that on its standard input; what it printed. What it complained of is
    /// the error.
    pub async fn run(&self, arguments: &[&str], input: &str) -> io::Result<String> {
        let mut command = self.command(arguments, &self.owner_url);
        let mut child = self.spawned(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            return Err(io::Error::other(format!("{} {arguments:?}: {}", self.path.display(), String::from_utf8_lossy(&output.stderr))));
        }
        String::from_utf8(output.stdout).map_err(io::Error::other)
    }

    /// A code with which a device enrols in that shop.
    pub async fn enrolment_code(&self, shop: &str) -> io::Result<String> {
        Ok(self.run(&["device", "code", "--shop", shop], "").await?.trim().to_owned())
    }

    /// A process that serves at an address of its own, not started yet.
    pub fn server(&self, log: ServerLog) -> io::Result<ServerProcess> {
        self.serving(&["serve", "--listen"], log)
    }

    /// The same of one of its fronts, named as its flag is: `api`, `admin` or `shop`.
    pub fn front(&self, front: &str, log: ServerLog) -> io::Result<ServerProcess> {
        self.serving(&["serve", &format!("--{front}"), &format!("--{front}-listen")], log)
    }

    /// A process that works at jobs, and listens for whoever asks how it is.
    pub fn worker(&self, log: ServerLog) -> io::Result<ServerProcess> {
        self.serving(&["worker", "--metrics-listen"], log)
    }

    /// A process with these arguments, the last of which says where it listens.
    fn serving(&self, arguments: &[&str], log: ServerLog) -> io::Result<ServerProcess> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Ok(ServerProcess { program: self.clone(), arguments, listen, log, variables: Vec::new(), child: None })
    }

    fn command(&self, arguments: &[&str], database_url: &str) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).env("DATABASE_URL", database_url).kill_on_drop(true);
        command
    }

    /// An error that says which program is not there.
    fn spawned(&self, command: &mut Command) -> io::Result<Child> {
        command.spawn().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display())))
    }
}

/// A process that serves, with no more rights than serving needs. It is killed with the value.
#[derive(Debug)]
pub struct ServerProcess {
    program: ServerProgram,
    arguments: Vec<String>,
    listen: String,
    log: ServerLog,
    variables: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl ServerProcess {
    /// The program that it runs.
    pub const fn program(&self) -> &ServerProgram {
        &self.program
    }

    /// Where it listens, the same after every start.
    pub fn address(&self) -> &str {
        &self.listen
    }

    /// Its root, `http://…` without a slash at the end; the same after every start.
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// With that variable in its environment from the next start on.
    pub fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.variables.push((variable, value.into()));
    }

    /// Starts it, and waits until it listens.
    pub async fn up(&mut self) -> io::Result<()> {
        self.start()?;
        self.listens().await
    }

    /// Starts it, and does not wait.
    pub fn start(&mut self) -> io::Result<()> {
        let arguments: Vec<&str> = self.arguments.iter().chain([&self.listen]).map(String::as_str).collect();
        let mut command = self.program.command(&arguments, &self.program.serve_url);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        match &self.log {
            ServerLog::WithTheTest => command.env("RUST_LOG", "warn").stdout(io::stderr()),
            ServerLog::File(path) => {
                let file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
                command.stdout(file.try_clone()?).stderr(file)
            }
        };
        self.child = Some(self.program.spawned(command.stdin(Stdio::null()))?);
        Ok(())
    }

    /// Waits until it listens. An error where it ends before, or takes too long.
    pub async fn listens(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(&self.listen).await.is_err() {
            if let Some(status) = self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                self.child = None;
                return Err(io::Error::other(format!("the server ended before it listened: {status}")));
            }
            if begun.elapsed() > START_LIMIT {
                return Err(io::Error::new(io::ErrorKind::TimedOut, format!("the server does not listen after {START_LIMIT:?}")));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until it ends by itself; for ever, where it does not run.
    pub async fn ended(&mut self) -> io::Result<()> {
        match &mut self.child {
            Some(child) => child.wait().await.map(drop)?,
            None => std::future::pending().await,
        }
        self.child = None;
        Ok(())
    }

    /// Kills it, as a power cut would.
    pub async fn kill(&mut self) -> io::Result<()> {
        match self.child.take() {
            Some(mut child) => child.kill().await,
            None => Ok(()),
        }
    }

    /// Has it end in order, and waits for it.
    pub async fn stop(&mut self) -> io::Result<ExitStatus> {
        let Some(mut child) = self.child.take() else { return Err(io::Error::other("the server does not run")) };
        if let Some(process) = child.id() {
            Command::new("kill").args(["-TERM", &process.to_string()]).status().await?;
        }
        timeout(STOP_LIMIT, child.wait()).await?
    }

    /// Whether it was started and neither killed nor seen to end.
    pub const fn is_started(&self) -> bool {
        self.child.is_some()
    }

    /// The file that its log goes to.
    pub fn log(&self) -> Option<&Path> {
        match &self.log {
            ServerLog::WithTheTest => None,
            ServerLog::File(path) => Some(path),
        }
    }

    /// The system's number of the process, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }
}

/// Where the program of that name is. None, with a line that says so for a test that is skipped, where it is not there.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    // Programs that serve are not in everybody's path.
    let found = std::env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        missing(name);
    }
    found
}
