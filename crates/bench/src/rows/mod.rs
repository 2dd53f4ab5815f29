//! The rows of the table, each a file.

mod catch_up;
mod changes;
mod disk;
mod documents;
mod first_sync;
mod grid;
mod listing;
mod live;
mod page;
mod polls;
mod push;
mod redeem;
mod scan;
mod search;
mod shelf;
mod start;
mod status;

use std::{
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::process::Command;

use crate::{
    centre::Centre,
    figure::{Figure, Unit},
    ledger::{Entry, Ledger, Side},
    peer::{Peers, finish},
    progress,
    till::Finished,
};
use shelf::Shelves;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Row {
    /// A redemption on the device, against a bare commit
    Redeem,
    /// From a scan to its answer, against a bare commit; and while the server hangs
    Scan,
    /// A page of the list, every sort and filter that an index serves
    Page,
    /// Search as one types
    Search,
    /// The first sync, against psql | sqlite3, and the memory that it takes
    Bootstrap,
    /// Taking many changes, against PouchDB and RxDB
    Pull,
    /// Sending many operations, against PouchDB, RxDB and plain inserts
    Push,
    /// A redemption in one shop seen in another, against PouchDB's live replication; and the bare wake-up of a long poll
    Live,
    /// Taking a hundred changes beside many vouchers and beside few
    Changes,
    /// Papers as PDFs
    Documents,
    /// The program's start beside that of an empty window; needs a screen
    Start,
    /// The grid in the window: frames, pages, searches, memory; needs a screen
    Grid,
    /// The server's own list page by page, against that of the original
    Listing,
    /// Changes of status one by one and in batches, against the original and pgbench
    Status,
    /// A thousand devices that wait for news at one server process
    Polls,
    /// What an operation leaves on the database's disk and in its log
    Disk,
}

impl Row {
    /// All of them, those that need the same vouchers beside each other.
    pub const ALL: [Self; 16] = [
        Self::Bootstrap,
        Self::Redeem,
        Self::Scan,
        Self::Page,
        Self::Search,
        Self::Changes,
        Self::Pull,
        Self::Push,
        Self::Live,
        Self::Listing,
        Self::Status,
        Self::Polls,
        Self::Disk,
        Self::Documents,
        Self::Start,
        Self::Grid,
    ];

    /// As the command line and the ledger name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Redeem => "redeem",
            Self::Scan => "scan",
            Self::Page => "page",
            Self::Search => "search",
            Self::Bootstrap => "bootstrap",
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Live => "live",
            Self::Changes => "changes",
            Self::Documents => "documents",
            Self::Start => "start",
            Self::Grid => "grid",
            Self::Listing => "listing",
            Self::Status => "status",
            Self::Polls => "polls",
            Self::Disk => "disk",
        }
    }
}

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Scale {
    /// How many vouchers, the fewest first: the first is what the last is compared with.
    pub vouchers: Vec<u64>,
    /// How many changes are taken, and by how many devices in turn.
    pub pulled: (u64, usize),
    /// How many operations are sent, and how often.
    pub pushed: (u64, usize),
    /// How often a short thing is measured.
    pub rounds: usize,
    /// How many pages a batch has as one PDF.
    pub pages: u64,
    /// How many vouchers the server has that lists them and changes their status.
    pub listed: u64,
    /// How many devices wait for news at once.
    pub polls: usize,
    /// How long a peer may take for one measurement.
    pub patience: Duration,
}

impl Scale {
    /// What the goals are about.
    pub fn full() -> Self {
        Self {
            vouchers: vec![10_000, 100_000, 1_000_000],
            pulled: (100_000, 2),
            pushed: (10_000, 3),
            rounds: 300,
            pages: 10_000,
            listed: 100_000,
            polls: 1_000,
            patience: Duration::from_secs(150),
        }
    }

    /// A few minutes' worth.
    pub fn quick() -> Self {
        Self {
            vouchers: vec![1_000, 10_000],
            pulled: (10_000, 2),
            pushed: (2_000, 2),
            rounds: 60,
            pages: 1_000,
            listed: 10_000,
            polls: 100,
            patience: Duration::from_mins(1),
        }
    }
}

/// The programs whose start is measured.
pub struct Windows {
    /// Ours.
    pub program: PathBuf,
    /// The empty one.
    pub empty: PathBuf,
}

/// What a run needs.
pub struct Bench {
    /// The server's program.
    pub server: PathBuf,
    /// This program, for devices in processes of their own.
    pub own: PathBuf,
    /// The peers.
    pub peers: Peers,
    /// The programs with windows, where there is a screen for them.
    pub windows: Option<Windows>,
    /// Where devices' files go.
    pub work: PathBuf,
    /// How much is measured.
    pub scale: Scale,
    /// PostgreSQL's version.
    pub postgres: String,
}

impl Bench {
    /// Measures the rows that the ledger does not have yet. One that fails is told and does not keep the others from theirs.
    pub async fn run(&self, rows: &[Row], ledger: &mut Ledger) -> anyhow::Result<()> {
        let mut shelves = Shelves::new(self);
        let mut failed = Vec::new();
        for row in Row::ALL.into_iter().filter(|row| rows.contains(row)) {
            if ledger.has(row.name()) {
                progress(&format!("{}: measured already", row.name()));
                continue;
            }
            let begun = Instant::now();
            progress(&format!("{} …", row.name()));
            match self.measure(row, &mut shelves).await {
                Ok(entries) => ledger.add(entries)?,
                Err(error) => {
                    progress(&format!("  {} failed: {error:#}", row.name()));
                    failed.push(row.name());
                }
            }
            progress(&format!("{}: {:.0} s", row.name(), begun.elapsed().as_secs_f64()));
        }
        anyhow::ensure!(failed.is_empty(), "not measured: {}; `--resume` tries them again", failed.join(", "));
        Ok(())
    }

    async fn measure(&self, row: Row, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
        match row {
            Row::Redeem => redeem::measure(self, shelves).await,
            Row::Scan => scan::measure(self, shelves).await,
            Row::Page => page::measure(self, shelves).await,
            Row::Search => search::measure(self, shelves).await,
            Row::Bootstrap => first_sync::measure(self, shelves).await,
            Row::Pull => catch_up::measure(self).await,
            Row::Push => push::measure(self).await,
            Row::Live => live::measure(self).await,
            Row::Changes => changes::measure(self, shelves).await,
            Row::Documents => documents::measure(self),
            Row::Start => start::measure(self).await,
            Row::Grid => grid::measure(self, shelves).await,
            Row::Listing => listing::measure(self).await,
            Row::Status => status::measure(self).await,
            Row::Polls => polls::measure(self).await,
            Row::Disk => disk::measure(self).await,
        }
    }

    /// Ours, with those measurements.
    fn ours(&self, measured: Vec<f64>, unit: Unit, note: &str) -> anyhow::Result<Side> {
        side("My Beads Box", &Centre::version(&self.server), measured, unit, note)
    }

    /// A fresh folder for a device or a peer.
    fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.work.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Runs a device in a process of its own, to its end.
    async fn device(&self, arguments: &[&str]) -> anyhow::Result<Finished> {
        const PATIENCE: Duration = Duration::from_mins(15);
        let mut command = Command::new(&self.own);
        command.arg("till").args(arguments).stdin(Stdio::null());
        finish(command, PATIENCE).await
    }
}

/// A program with its measurements.
fn side(name: &str, version: &str, measured: Vec<f64>, unit: Unit, note: &str) -> anyhow::Result<Side> {
    let figure = Figure::of(measured, unit).context("nothing was measured")?;
    Ok(Side { figure, name: name.to_owned(), version: version.to_owned(), note: note.to_owned() })
}

/// Rows a second, and whether one of them was stopped before its end.
#[derive(Default)]
struct Rates {
    rates: Vec<f64>,
    stopped_after: Option<f64>,
}

impl Rates {
    fn add(&mut self, finished: &Finished) {
        #[expect(clippy::cast_precision_loss, reason = "fewer rows than a float counts exactly")]
        self.rates.push(finished.rows as f64 / finished.seconds);
        if finished.stopped {
            self.stopped_after = Some(finished.seconds);
        }
    }

    fn side(self, name: &str, version: &str, note: &str) -> anyhow::Result<Side> {
        let stopped = self.stopped_after.map(|seconds| format!("; stopped after {seconds:.0} s, the rate is that until then"));
        side(name, version, self.rates, Unit::RowsASecond, &format!("{note}{}", stopped.unwrap_or_default()))
    }
}

/// How long it took, in milliseconds.
fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}
