//! `./dev simulate`: runs seeds, and shows the shrunk steps of one that breaks a rule.

#![expect(clippy::print_stdout, reason = "the program's output is what it is for")]

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use beadsbox_simulator::{Breakage, Plan, Violation, run, shrink::shrink, tally::Tally};
use clap::Parser;

/// At most so many violations are shrunk and shown; the others are counted.
const MOST_SHOWN: u64 = 3;

/// Runs the sync's real code over modelled files, network and server, and checks what must always hold.
#[derive(Parser)]
#[command(name = "simulate", version)]
struct Arguments {
    /// How many seeds to run
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Run this one alone
    #[arg(long)]
    seed: Option<u64>,
    /// How many steps in each run; by default the seed says
    #[arg(long)]
    steps: Option<usize>,
    /// Leave out the check of that name, to see the rules notice
    #[arg(long = "break", value_name = "NAME")]
    breakage: Option<String>,
}

/// What all runs came to.
#[derive(Default)]
struct Total {
    runs: u64,
    steps: u64,
    violations: u64,
    tally: Tally,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let breakage = arguments.breakage.as_deref().map(breakage_named).transpose()?;
    let (first, last) = match arguments.seed {
        Some(seed) => (seed, seed),
        None => (arguments.from, arguments.from.saturating_add(arguments.seeds.saturating_sub(1))),
    };
    let started = Instant::now();
    let (next, total) = (AtomicU64::new(first), Mutex::new(Total::default()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| run_seeds(&next, last, arguments.steps, breakage, &total));
        }
        if first != last {
            scope.spawn(|| show_progress(&next, (first, last), &total));
        }
    });
    let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    print_total(&total, started.elapsed());
    Ok(if total.violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn breakage_named(name: &str) -> anyhow::Result<Breakage> {
    if !cfg!(feature = "breakages") {
        bail!("--break needs the program built with its feature `breakages`");
    }
    let names: Vec<&str> = Breakage::ALL.into_iter().map(Breakage::name).collect();
    Breakage::from_name(name).with_context(|| format!("no such breakage; there are {}", names.join(", ")))
}

fn run_seeds(next: &AtomicU64, last: u64, steps: Option<usize>, breakage: Option<Breakage>, total: &Mutex<Total>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed > last {
            return;
        }
        let plan = Plan::of_seed(seed, steps);
        let outcome = run(&plan, &plan.steps, breakage);
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        total.runs += 1;
        total.steps += plan.steps.len() as u64;
        total.tally.join(&outcome.tally);
        let Some(violation) = outcome.violation else { continue };
        total.violations += 1;
        let is_shown = total.violations <= MOST_SHOWN;
        drop(total);
        if is_shown {
            show(&plan, &violation, breakage);
        }
    }
}

fn show(plan: &Plan, violation: &Violation, breakage: Option<Breakage>) {
    println!("seed {}: {violation}\n  shrinking its {} steps", plan.seed, plan.steps.len());
    let same = |outcome: Option<Violation>| outcome.is_some_and(|found| found.rule == violation.rule);
    let steps = shrink(&plan.steps, |steps| same(run(plan, steps, breakage).violation));
    let shrunk = run(plan, &steps, breakage).violation;
    let mut lines = Vec::new();
    if let Some(shrunk) = shrunk {
        lines.push(format!("seed {}: {} of {} steps break the same rule: {}", plan.seed, steps.len(), plan.steps.len(), shrunk.what));
    }
    lines.push(format!("  {:?}", plan.size));
    lines.extend(steps.iter().map(|step| format!("  {step:?}")));
    let with = breakage.map(|breakage| format!(" --break {}", breakage.name())).unwrap_or_default();
    lines.push(format!("  again: ./dev simulate --seed {}{with}", plan.seed));
    // In one piece, because the other thread prints as well.
    println!("{}", lines.join("\n"));
}

fn show_progress(next: &AtomicU64, (first, last): (u64, u64), total: &Mutex<Total>) {
    let every = ((last - first + 1) / 10).max(1);
    let mut shown = 0;
    while next.load(Ordering::Relaxed) <= last {
        thread::sleep(Duration::from_millis(100));
        let total = total.lock().unwrap_or_else(PoisonError::into_inner);
        if total.runs / every > shown {
            shown = total.runs / every;
            println!("{} of {} seeds, {} violations", total.runs, last - first + 1, total.violations);
        }
    }
}

fn print_total(total: &Total, took: Duration) {
    println!("{} seeds, {} steps, {:.1} s", total.runs, total.steps, took.as_secs_f64());
    for (what, times) in total.tally.iter() {
        println!("  {what:<36}{times:>12}");
    }
    println!("{} violations", total.violations);
}
