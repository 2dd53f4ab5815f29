//! A till as a process: started, listened to, killed.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::watch,
    task::JoinHandle,
};

use super::{
    journal::Journal,
    moment::{Moment, wait},
};
use crate::{till::Fault, told::Told};

/// Whoever is told nothing for so long after the moment's line should have come stops waiting for it.
const LINE_LIMIT: Duration = Duration::from_secs(15);

/// What a till is started with, each time.
#[derive(Debug, Clone)]
pub(super) struct TillSetup {
    pub(super) program: PathBuf,
    pub(super) number: usize,
    /// Where its files lie.
    pub(super) folder: PathBuf,
    /// What it says to the people who keep it.
    pub(super) log: PathBuf,
    pub(super) server: String,
    pub(super) code: String,
    pub(super) person: &'static str,
    pub(super) password: &'static str,
    pub(super) fault: Option<Fault>,
    /// The network namespace that it runs in, if not in everybody's.
    pub(super) namespace: Option<String>,
}

/// What a till is started for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Task {
    /// To work until it dies.
    Work { seed: u64 },
    /// To work until it dies, as one till among many.
    Shift { seed: u64 },
    /// To serve so many customers and close its day.
    Day { seed: u64, deeds: u32 },
    /// To settle, and to show its books.
    Settle,
}

impl TillSetup {
    fn command(&self) -> Command {
        let Some(namespace) = &self.namespace else { return Command::new(&self.program) };
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace]).arg(&self.program);
        command
    }

    /// What people call it.
    pub(super) fn name(&self) -> String {
        format!("Till {}", self.number)
    }
}

/// The process, and who listens to it.
pub(super) struct TillProcess {
    child: Child,
    orders: ChildStdin,
    listener: JoinHandle<anyhow::Result<()>>,
    lines: watch::Receiver<u64>,
    last: watch::Receiver<Option<Told>>,
}

impl TillProcess {
    /// Starts it.
    pub(super) fn start(setup: &TillSetup, task: Task, journal: &Journal) -> anyhow::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(&setup.log)?;
        let mut command = setup.command();
        command.arg("--folder").arg(&setup.folder);
        command.args(["--server", &setup.server, "--code", &setup.code, "--name", &setup.name()]);
        command.args(["--person", setup.person, "--password", setup.password]);
        match task {
            Task::Work { seed } => command.args(["--seed", &seed.to_string()]),
            Task::Shift { seed } => command.args(["--seed", &seed.to_string(), "--shift"]),
            Task::Day { seed, deeds } => command.args(["--seed", &seed.to_string(), "--deeds", &deeds.to_string()]),
            Task::Settle => command.args(["--seed", "0", "--idle"]),
        };
        if let Some(Fault::AnswersEarly) = setup.fault {
            command.args(["--fault", "answers-early"]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| setup.program.display().to_string())?;
        let (Some(orders), Some(output)) = (child.stdin.take(), child.stdout.take()) else { bail!("a till without pipes") };
        let (count, lines) = watch::channel(0);
        let (newest, last) = watch::channel(None);
        let listener = tokio::spawn(listen(output, setup.number, journal.clone(), count, newest));
        Ok(Self { child, orders, listener, lines, last })
    }

    /// Waits for the moment. False if the process ended by itself before.
    pub(super) async fn live_until(&mut self, moment: Moment) -> anyhow::Result<bool> {
        let mut lines = self.lines.clone();
        let coming = async {
            match moment {
                Moment::AfterStart(time) => wait(time).await,
                Moment::AfterLine { line, then } => {
                    // The channel closes when the process dies, which the other branch sees.
                    let seen = async {
                        if lines.wait_for(|count| *count >= line).await.is_err() {
                            std::future::pending::<()>().await;
                        }
                    };
                    if tokio::time::timeout(LINE_LIMIT, seen).await.is_ok() {
                        wait(then).await;
                    }
                }
            }
        };
        tokio::select! {
            biased;
            () = coming => Ok(true),
            ended = self.child.wait() => {
                ended?;
                Ok(false)
            }
        }
    }

    /// Kills it, and reads what it had told by then.
    pub(super) async fn kill(mut self) -> anyhow::Result<()> {
        // One that ended by itself cannot be killed any more.
        if self.child.try_wait()?.is_none() {
            self.child.kill().await?;
        }
        self.listener.await?
    }

    /// Waits for a certain line.
    pub(super) async fn hear(&mut self, limit: Duration, wanted: impl Fn(&Told) -> bool) -> anyhow::Result<()> {
        let heard = self.last.wait_for(|told| told.as_ref().is_some_and(&wanted));
        match tokio::time::timeout(limit, heard).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => bail!("the till ended before it said what was waited for"),
            Err(_) => bail!("the till did not say what was waited for in {limit:?}"),
        }
    }

    /// Gives it the next order.
    pub(super) async fn order(&mut self) -> anyhow::Result<()> {
        Ok(self.orders.write_all(b"next\n").await?)
    }

    /// Has it show its books and end.
    pub(super) async fn close(mut self, limit: Duration) -> anyhow::Result<()> {
        self.orders.write_all(b"close\n").await?;
        let ended = tokio::time::timeout(limit, self.child.wait()).await.context("the till does not close")??;
        self.listener.await??;
        if ended.success() { Ok(()) } else { bail!("the till ended with {ended}") }
    }
}

/// Writes down each line that comes whole.
async fn listen(output: ChildStdout, till: usize, journal: Journal, count: watch::Sender<u64>, newest: watch::Sender<Option<Told>>) -> anyhow::Result<()> {
    let mut output = BufReader::new(output);
    let mut line = String::new();
    while output.read_line(&mut line).await? > 0 {
        // Cut by the kill: nobody has seen it.
        let Some(whole) = line.strip_suffix('\n') else { break };
        let told = Told::read(whole).with_context(|| format!("till {till} said {whole:?}"))?;
        journal.write(till, whole, told.clone())?;
        newest.send_replace(Some(told));
        count.send_modify(|count| *count += 1);
        line.clear();
    }
    Ok(())
}

/// The last lines of a log, for whoever asks what happened.
pub(super) fn end_of_log(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
