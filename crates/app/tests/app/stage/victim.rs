//! A process that works on a till's files until it is killed: only so do the files look as a killed program leaves them.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use beadsbox_app::{Program, Seat, view::SignInForm};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use super::{PASSWORD, Till, clock::TurnedClock, program};

const FOLDER: &str = "BEADSBOX_VICTIM_FOLDER";
const TOLD: &str = "told of ";

/// The process that is to be killed, from its inside.
pub struct Victim {
    pub folder: PathBuf,
    program: Program,
}

impl Victim {
    /// Begins on the files that it is given. None where the test runs by itself and there is nothing to do.
    pub async fn begin(person: &str) -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os(FOLDER)?);
        let program = program(&folder, &Arc::new(TurnedClock::default()));
        program.start().await;
        program.sign_in(SignInForm::new(person, PASSWORD)).await.unwrap();
        Some(Self { folder, program })
    }

    pub fn seat(&self) -> Seat {
        self.program.seat().unwrap()
    }

    /// Tells whoever kills it, as a screen tells a person, until it is dead.
    #[expect(clippy::print_stdout, reason = "that is how it is heard")]
    pub async fn tell(&self, done: impl Fn(&Seat) -> u64) -> ! {
        let seat = self.seat();
        loop {
            println!("{TOLD}{}", done(&seat));
            tokio::task::yield_now().await;
        }
    }
}

impl Till {
    /// Has that ignored test work on this till's files, kills it once it has told of `enough`, and starts this till anew on
    /// what it left. Returns of how many it had told.
    pub async fn outlive(&mut self, victim: &str, enough: u64) -> u64 {
        self.program.close();
        let told = kill_after(victim, self.folder.path(), enough).await;
        self.restart().await;
        told
    }
}

async fn kill_after(victim: &str, folder: &Path, enough: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", victim, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = 0;
    while told < enough {
        let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("it ended before it was killed"));
        told = told_in(&line).unwrap_or(told);
    }
    child.kill().await.unwrap();
    // What it told with its last breath counts.
    while let Some(line) = lines.next_line().await.unwrap() {
        told = told_in(&line).unwrap_or(told);
    }
    told
}

fn told_in(line: &str) -> Option<u64> {
    line.strip_prefix(TOLD)?.parse().ok()
}
