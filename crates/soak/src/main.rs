//! `./dev soak`

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use beadsbox_soak::run::{
    DayPlan, PATIENCE, Plan, Programs, day, namespaces_are_possible,
    parts::{Part, PartsPlan, parts},
    soak,
};
use clap::Parser;

/// Kills tills and servers at random moments, and accounts for every word that a screen gave.
#[derive(Parser)]
#[command(name = "beadsbox-soak")]
struct Arguments {
    /// How many processes to kill
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// How often to cut a till's power as well, which loses what was not synced to its disk
    #[arg(long, default_value_t = 0)]
    power_cuts: u32,
    /// How many tills
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=16))]
    tills: u16,
    /// How many servers on the one database
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=4))]
    servers: u16,
    /// What the random choices begin with; a new one each time if none is named
    #[arg(long)]
    seed: Option<u64>,
    /// A command that stops PostgreSQL without a chance to tidy up, and starts it again
    #[arg(long)]
    crash_database: Option<String>,
    /// Instead: a day of so many sales and redemptions at two tills, each in a network namespace of its own, whose links are cut at random
    #[arg(long, value_name = "DEEDS")]
    day: Option<u32>,
    /// Instead: everything of the central system, each part of it killed in turn under load
    #[arg(long, conflicts_with_all = ["day", "crash_database"])]
    parts: bool,
    /// Where the tills' files, the logs and the journal stay; otherwise they are removed after a run without a fault
    #[arg(long)]
    keep: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info,fuser=error,sqlx=warn".into()))
        .init();
    let arguments = Arguments::parse();
    let (folder, kept) = if let Some(folder) = &arguments.keep {
        (folder.clone(), None)
    } else {
        let folder = tempfile::Builder::new().prefix("beadsbox-soak.").tempdir()?;
        (folder.path().to_owned(), Some(folder))
    };
    std::fs::create_dir_all(&folder)?;
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut output = std::io::stdout();
    writeln!(output, "seed        {seed}")?;
    let is_good = run(&arguments, folder, seed, &mut output).await?;
    if is_good {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(folder) = kept {
        writeln!(output, "kept        {}", folder.keep().display())?;
    }
    Ok(ExitCode::FAILURE)
}

/// Does it, and writes what came of it. Whether that is as it must be.
async fn run(arguments: &Arguments, folder: PathBuf, seed: u64, output: &mut impl std::io::Write) -> anyhow::Result<bool> {
    if arguments.parts {
        let report = parts(&parts_plan(arguments, &folder, seed)?).await?;
        write!(output, "{report}")?;
        return Ok(report.is_good());
    }
    let plan = plan(arguments, folder, seed)?;
    if let Some(deeds) = arguments.day {
        let report = day(&day_plan(plan, deeds)?).await?;
        write!(output, "{report}")?;
        return Ok(report.is_good());
    }
    let report = soak(&plan).await?;
    write!(output, "{report}")?;
    Ok(report.is_good())
}

/// The programs that lie beside this one.
fn programs() -> anyhow::Result<Programs> {
    let beside = std::env::current_exe()?.parent().context("this program lies in no folder")?.to_owned();
    Ok(Programs { till: beside.join("beadsbox-till"), server: beside.join("beadsbox-server") })
}

fn parts_plan(arguments: &Arguments, folder: &Path, seed: u64) -> anyhow::Result<PartsPlan> {
    Ok(PartsPlan {
        programs: programs()?,
        folder: folder.to_owned(),
        parts: Part::ALL.into(),
        tills: arguments.tills.into(),
        quiet: Duration::from_secs(30),
        away: Duration::from_secs(15),
        after: Duration::from_secs(30),
        seed,
        patience: PATIENCE,
    })
}

fn plan(arguments: &Arguments, folder: PathBuf, seed: u64) -> anyhow::Result<Plan> {
    anyhow::ensure!(
        std::env::var_os("BEADSBOX_TEST_DATABASE_URL").is_some(),
        "no PostgreSQL is named: run this with ./dev soak, which starts one"
    );
    Ok(Plan {
        programs: programs()?,
        folder,
        tills: arguments.tills.into(),
        servers: arguments.servers.into(),
        kills: arguments.kills,
        power_cuts: power_cuts(arguments.power_cuts)?,
        seed,
        crash_database: arguments.crash_database.clone(),
        fault: None,
        lying_disk: false,
        patience: PATIENCE,
    })
}

fn day_plan(plan: Plan, deeds: u32) -> anyhow::Result<DayPlan> {
    anyhow::ensure!(namespaces_are_possible(), "network namespaces need Linux, iproute2 and root");
    let relay = plan.programs.till.with_file_name("beadsbox-relay");
    Ok(DayPlan { programs: plan.programs, relay, folder: plan.folder, deeds, seed: plan.seed, patience: plan.patience })
}

/// As many as are possible here.
fn power_cuts(wanted: u32) -> std::io::Result<u32> {
    if wanted > 0 && !beadsbox_soak::power::is_possible() {
        writeln!(std::io::stdout(), "power cuts  skipped: they need Linux, and /dev/fuse to be open for this user")?;
        return Ok(0);
    }
    Ok(wanted)
}
