//! On what it was measured.

use std::{fs, path::Path, process::Command};

use serde::{Deserialize, Serialize};

/// The machine and the programs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Name and value, in the order in which they are shown.
    pub facts: Vec<(String, String)>,
}

impl Machine {
    /// Looks around.
    pub fn here(postgres: &str) -> Self {
        let cores = std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |count| count.to_string());
        let facts = [
            ("processor", format!("{} × {}", cores, after(Path::new("/proc/cpuinfo"), "model name"))),
            ("memory", after(Path::new("/proc/meminfo"), "MemTotal")),
            ("kernel", first_line(Command::new("uname").arg("-sr"))),
            ("PostgreSQL", postgres.to_owned()),
            ("SQLite of ours", rusqlite::version().to_owned()),
            ("sqlite3", first_line(Command::new("sqlite3").arg("--version"))),
            ("Node", first_line(Command::new("node").arg("--version"))),
            ("commit", first_line(Command::new("git").args(["log", "-1", "--format=%h %cs"]))),
        ];
        Self { facts: facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
    }
}

/// What stands after that name and a colon.
fn after(path: &Path, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':')).map_or("?", |(_, value)| value.trim()).to_owned()
}

/// The first line that the program prints; a question mark where it does not run.
pub(crate) fn first_line(command: &mut Command) -> String {
    let printed = command.output().ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let text = printed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    text.lines().next().map_or("?", str::trim).to_owned()
}
