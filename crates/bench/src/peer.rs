//! The other programs: Node programs in `bench/peers`, installed beside the results.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use crate::{machine::first_line, till::Finished};

/// Where the peers are installed.
#[derive(Debug, Clone)]
pub struct Peers {
    folder: PathBuf,
}

/// A peer's server.
pub struct PeerServer {
    url: String,
    _process: Child,
}

/// A peer that measures when it is asked to.
pub struct Respondent {
    lines: Lines<BufReader<ChildStdout>>,
    input: ChildStdin,
    process: Child,
}

impl Peers {
    /// The peers that are installed in that folder.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The version of a package, as it was installed.
    pub fn version(&self, package: &str) -> String {
        first_line(
            std::process::Command::new("node")
                .args(["-p", "require(process.argv[1]).version"])
                .arg(self.folder.join("node_modules").join(package).join("package.json")),
        )
    }

    /// Starts a server, and waits until it holds what it was given.
    pub async fn serve(&self, program: &str, arguments: &[(&str, &str)]) -> anyhow::Result<PeerServer> {
        const PATIENCE: Duration = Duration::from_mins(5);
        let mut peer = self.ask(program, arguments)?;
        let line = timeout(PATIENCE, peer.line()).await.with_context(|| format!("{program} does not get ready"))??;
        let url = line.get("ready").and_then(serde_json::Value::as_str).with_context(|| format!("{program} said {line}"))?;
        Ok(PeerServer { url: url.to_owned(), _process: peer.process })
    }

    /// Runs a program to its end. It stops itself at its limit; a minute later it is ended.
    pub async fn run(&self, program: &str, limit: Duration, arguments: &[(&str, &str)]) -> anyhow::Result<Finished> {
        let seconds = limit.as_secs().to_string();
        let arguments = [arguments, &[("limit", seconds.as_str())]].concat();
        finish(self.command(program, &arguments), limit + PREPARATION).await
    }

    /// Starts a program that tells when it is ready, and then answers each line with a measurement.
    pub fn ask(&self, program: &str, arguments: &[(&str, &str)]) -> anyhow::Result<Respondent> {
        let mut command = self.command(program, arguments);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| format!("node {program}"))?;
        let (input, stdout) = (process.stdin.take().context("no input")?, process.stdout.take().context("no output")?);
        Ok(Respondent { lines: BufReader::new(stdout).lines(), input, process })
    }

    fn command(&self, program: &str, arguments: &[(&str, &str)]) -> Command {
        let mut command = Command::new("node");
        command.arg(self.folder.join("src").join(program)).args(arguments.iter().map(|(name, value)| format!("{name}={value}")));
        command.kill_on_drop(true);
        command
    }
}

/// What a program may take besides what is measured: starting, and writing what it sends.
const PREPARATION: Duration = Duration::from_mins(2);

impl PeerServer {
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Respondent {
    /// Has it measure once; what it says.
    pub async fn measure(&mut self) -> anyhow::Result<serde_json::Value> {
        self.input.write_all(b"\n").await?;
        self.line().await
    }

    /// The next line that it says.
    pub async fn line(&mut self) -> anyhow::Result<serde_json::Value> {
        let line = self.lines.next_line().await?.context("a peer ended before its time")?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// Runs a program to its end; the last line that it prints is its result.
pub async fn finish(mut command: Command, patience: Duration) -> anyhow::Result<Finished> {
    #[derive(Deserialize)]
    struct Trouble {
        error: String,
    }
    let child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().context("a program to measure")?;
    let output = timeout(patience, child.wait_with_output()).await.context("it did not end in time")??;
    let text = String::from_utf8(output.stdout)?;
    if let Some(trouble) = text.lines().find_map(|line| serde_json::from_str::<Trouble>(line).ok()) {
        bail!("a program to measure failed: {}", trouble.error);
    }
    let last = text.lines().last().with_context(|| format!("it printed nothing ({})", output.status))?;
    serde_json::from_str(last).with_context(|| format!("it printed {last:?} ({})", output.status))
}

/// A folder of peers, as a text for arguments.
pub(crate) fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("a path that is no text")
}
