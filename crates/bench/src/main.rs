//! `beadsbox-bench`: measures, and writes the table. `./dev bench` starts it with what it needs.

use std::path::PathBuf;

use anyhow::Context as _;
use beadsbox_bench::{
    centre::Centre,
    ledger::Ledger,
    machine::Machine,
    peer::Peers,
    report,
    rows::{Bench, Row, Scale, Windows},
    till,
};
use beadsbox_domain::StaffId;
use clap::{Args, Parser, Subcommand};

/// Measures store and sync of My Beads Box side by side with other programs.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures rows of the table and writes it
    Run(Run),
    /// A device in a process of its own: one side of a comparison
    #[command(subcommand)]
    Till(Device),
}

#[derive(Args)]
struct Run {
    /// The rows; all of them if none is named
    rows: Vec<Row>,
    /// Small sizes only
    #[arg(long)]
    quick: bool,
    /// Goes on where the last run stood, instead of measuring its rows anew
    #[arg(long)]
    resume: bool,
    /// The server's program
    #[arg(long)]
    server: PathBuf,
    /// The program with its windows, for the row that opens it: needs a screen, and tauri-driver
    #[arg(long, requires = "empty_window")]
    desktop: Option<PathBuf>,
    /// The empty window that its start is measured beside
    #[arg(long, requires = "desktop")]
    empty_window: Option<PathBuf>,
    /// Where the peers are installed
    #[arg(long)]
    peers: PathBuf,
    /// What was measured so far
    #[arg(long)]
    ledger: PathBuf,
    /// Where the table goes, and its numbers beside it as JSON
    #[arg(long)]
    table: PathBuf,
    /// Where the files of devices and peers go while it runs: on a real disk
    #[arg(long)]
    work: PathBuf,
}

#[derive(Subcommand)]
enum Device {
    /// Takes all that is new
    Take(Place),
    /// Records sales, then sends them
    Send {
        #[command(flatten)]
        place: Place,
        /// Who sells
        #[arg(long)]
        staff: uuid::Uuid,
        /// How many
        #[arg(long)]
        sales: u64,
    },
}

#[derive(Args)]
struct Place {
    /// Where the device's files are
    #[arg(long)]
    folder: PathBuf,
    /// The server's address
    #[arg(long)]
    url: String,
    /// A code to enrol with where it is new
    #[arg(long)]
    code: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Run(arguments) => run(arguments).await,
        Command::Till(Device::Take(Place { folder, url, code })) => print(&till::take(&folder, &url, &code).await?),
        Command::Till(Device::Send { place: Place { folder, url, code }, staff, sales }) => {
            print(&till::send(&folder, &url, &code, StaffId(staff), sales).await?)
        }
    }
}

async fn run(arguments: Run) -> anyhow::Result<()> {
    let Run { rows, quick, resume, server, desktop, empty_window, peers, ledger, table, work } = arguments;
    let rows = if rows.is_empty() { Row::ALL.to_vec() } else { rows };
    let mut ledger = Ledger::open(ledger)?;
    if !resume {
        rows.iter().try_for_each(|row| ledger.forget(row.name()))?;
    }
    let work = tempfile::Builder::new().prefix("bench-").tempdir_in(&work).with_context(|| work.display().to_string())?;
    let bench = Bench {
        postgres: Centre::open(&server).await?.postgres_version().await?,
        server,
        own: std::env::current_exe()?,
        peers: Peers::new(peers),
        windows: desktop.zip(empty_window).map(|(program, empty)| Windows { program, empty }),
        work: work.path().to_owned(),
        scale: if quick { Scale::quick() } else { Scale::full() },
    };
    let measured = bench.run(&rows, &mut ledger).await;
    // What was measured before it failed is worth keeping.
    report::write(&table, &Machine::here(&bench.postgres), ledger.entries())?;
    measured
}

#[expect(clippy::print_stdout, reason = "the result, for the process that measures")]
fn print(finished: &till::Finished) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(finished)?);
    Ok(())
}
