//! The model against the real thing: histories that a run made go once more through PostgreSQL and through SQLite files, and must
//! come to the same outcomes, rows and screens.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod postgres;
mod sqlite;

use beadsbox_simulator::{Plan, plan::Step, run::Simulation};

/// So many histories, on each side.
const HISTORIES: u64 = 12;

/// A run without what needs another server, or what the server does of itself under ids of its own: those have tests of their own.
fn history(seed: u64) -> Simulation {
    let mut plan = Plan::of_seed(seed, Some(500));
    plan.size.devices = plan.size.devices.min(4);
    let elsewhere = |step: &Step| matches!(step, Step::Rewind | Step::Bar { .. } | Step::Revoke { .. } | Step::Enrol | Step::Expire | Step::DeleteCache { .. });
    plan.steps.retain(|step| !elsewhere(step));
    let mut simulation = Simulation::new(plan.size, None);
    simulation.heard = Some(Vec::new());
    if let Err(violation) = simulation.play(&plan.steps) {
        panic!("seed {seed}: {violation}");
    }
    simulation
}

/// The same without operations that no store records, and without power cuts, which real files have elsewhere.
fn history_of_files(seed: u64) -> Simulation {
    let mut plan = Plan::of_seed(seed, Some(500));
    plan.size.devices = plan.size.devices.min(4);
    let by_store = |step: &Step| {
        matches!(step, Step::Do { .. } | Step::AskTimesOut { .. } | Step::Sync { .. } | Step::Deliver { .. } | Step::Answer { .. })
            || matches!(step, Step::LoseRequest { .. } | Step::LoseReply { .. } | Step::CutReply { .. } | Step::Repeat { .. })
            || matches!(step, Step::Link { .. } | Step::Sequencer { .. } | Step::Time { .. } | Step::Bar { .. } | Step::Backup | Step::Rewind)
            || matches!(step, Step::Clone { .. } | Step::Decide { .. } | Step::Expire)
    };
    // A snapshot is bytes of another form there.
    plan.size.snapshot_from = usize::MAX;
    plan.steps.retain(by_store);
    let mut simulation = Simulation::new(plan.size, None);
    if let Err(violation) = simulation.play(&plan.steps) {
        panic!("seed {seed}: {violation}");
    }
    simulation
}
