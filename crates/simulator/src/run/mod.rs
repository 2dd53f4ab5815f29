//! Goes through the steps of a plan, one after the other, on one thread.

mod serve;
mod steps;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    Incarnation, Problem, Profile,
    fork::{ForkRequest, ForkResponse, OwnOperations, OwnOperationsQuery},
    push::{PushRequest, PushResponse},
    rows::Row,
};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    breakage::Breakage,
    device::{Machine, files::Written, replica::lock},
    names,
    network::Network,
    plan::{Loss, Plan, Size, Step},
    rules::{Violation, Witness},
    server::Server,
    tally::Tally,
    trace::Trace,
};

/// What a run came to.
pub struct Outcome {
    /// The first rule that did not hold.
    pub violation: Option<Violation>,
    /// Two runs with the same went the same way.
    pub trace: u64,
    /// What happened.
    pub tally: Tally,
}

/// A run under way.
pub struct Simulation {
    pub(crate) size: Size,
    /// The server.
    pub server: Server,
    /// Every installation.
    pub machines: Vec<Machine>,
    pub(crate) network: Arc<Mutex<Network>>,
    pub(crate) now: Timestamp,
    pub(crate) trace: Trace,
    pub(crate) tally: Tally,
    pub(crate) witness: Witness,
    breakage: Option<Breakage>,
    /// What the server did, in order, where somebody wants to do it again on a real one.
    pub heard: Option<Vec<Heard>>,
}

/// Something that the server did, and when.
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Asked,
}

/// What was asked of the server, and what it answered.
pub enum Asked {
    /// Operations came.
    Push(PushRequest, Answer<PushResponse>),
    /// A copy asked for a life of its own.
    Fork(ForkRequest, Answer<ForkResponse>),
    /// A device took operations back.
    Own(DeviceId, OwnOperationsQuery, Answer<OwnOperations>),
    /// An admin decided on what waited of a life: whether it was accepted.
    Decision((DeviceId, Incarnation), bool),
}

type Answer<T> = Result<T, Box<Problem>>;

/// Runs those steps, then lets everything end well, and checks the rules.
pub fn run(plan: &Plan, steps: &[Step], breakage: Option<Breakage>) -> Outcome {
    let mut simulation = Simulation::new(plan.size, breakage);
    // A panic of the real code is a finding like any other: it is to be shrunk and shown.
    let violation = match catch_unwind(AssertUnwindSafe(|| simulation.play(steps))) {
        Ok(played) => played.err(),
        Err(_) => Some(Violation::PANIC),
    };
    simulation.finish(violation)
}

impl Simulation {
    /// An organisation whose devices have just been enrolled.
    pub fn new(size: Size, breakage: Option<Breakage>) -> Self {
        let server = Server::new(&size, breakage);
        let network = Arc::new(Mutex::new(Network::default()));
        let machines = (0..size.devices).map(|number| Machine::enrolled(number, server.epoch(), &size, &network, breakage)).collect();
        Self {
            size,
            server,
            machines,
            network,
            now: names::beginning(),
            trace: Trace::default(),
            tally: Tally::default(),
            witness: Witness::default(),
            breakage,
            heard: None,
        }
    }

    /// Takes every step, ends the faults, and checks.
    pub fn play(&mut self, steps: &[Step]) -> Result<(), Violation> {
        for step in steps {
            self.take(*step);
            self.advance()?;
        }
        self.settle()?;
        self.check_all()
    }

    fn finish(mut self, violation: Option<Violation>) -> Outcome {
        self.count_redemptions();
        for machine in &self.machines {
            let files = lock(&machine.files);
            self.trace.bytes(&files.outbox.rows.last().map_or([0; 32], |row| row.hash.0));
            self.trace.number(files.cache.cursor.seq);
        }
        Outcome { violation, trace: self.trace.hash(), tally: self.tally }
    }

    pub(crate) fn wires(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn machine(&mut self, pick: u8) -> &mut Machine {
        let count = self.machines.len();
        &mut self.machines[usize::from(pick) % count]
    }

    /// Lets every sync go on, ends what crashed, and looks at what the screens show.
    pub(crate) fn advance(&mut self) -> Result<(), Violation> {
        self.pass_time(1);
        for place in 0..self.machines.len() {
            let machine = &mut self.machines[place];
            if machine.is_syncing() && machine.go_on() {
                self.tally.count("syncs ended");
            }
            let crashed = lock(&machine.files).crashed;
            if let Some((point, loss)) = crashed {
                self.tally.count(point_name(point));
                self.crash(place, loss);
            }
            self.machines[place].look_at_asks();
            self.check_screen(place)?;
        }
        Ok(())
    }

    pub(crate) fn pass_time(&mut self, seconds: u32) {
        self.now = self.now.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(self.now);
        for machine in &mut self.machines {
            machine.set_time(self.now);
        }
    }

    fn crash(&mut self, place: usize, loss: Loss) {
        self.tally.count(if loss == Loss::Program { "programs killed" } else { "power cuts" });
        let commits = self.machines[place].crash(loss);
        self.tally.add("commits lost in power cuts", commits as u64);
        if commits > 0 {
            self.witness.cache_went_back(self.machines[place].number);
        }
    }

    /// The rows that every run of this size begins with.
    pub fn founding_rows(&self) -> Vec<Row> {
        rows_of_the_office(&Server::new(&self.size, None))
    }

    /// The server's rows, as the office sees them.
    pub fn rows_of_the_office(&self) -> Vec<Row> {
        rows_of_the_office(&self.server)
    }

    /// What became of each attempt to redeem, and what undid it.
    pub fn redemptions(&self) -> BTreeMap<Uuid, (String, Option<Uuid>)> {
        let made = self.server.tables.world.redemptions.values();
        made.map(|made| (made.stamp.op.0, (made.outcome.name().to_owned(), made.undone_by.map(|op| op.0)))).collect()
    }

    /// An installation's outbox.
    pub fn outbox(&self, machine: usize) -> crate::device::outbox::Outbox {
        lock(&self.machines[machine].files).outbox.clone()
    }

    /// What each file went through, for one that does it again on real files.
    pub fn written(&self, machine: usize) -> Vec<Written> {
        lock(&self.machines[machine].files).written.clone()
    }
}

fn rows_of_the_office(server: &Server) -> Vec<Row> {
    let tables = &server.tables;
    tables.keys().into_iter().filter_map(|name| tables.row(name, Profile::Office)).collect()
}

/// The counter of crashes at that point.
fn point_name(point: &'static str) -> &'static str {
    match point {
        "before the results" => "crashed before the results",
        "after the results" => "crashed after the results",
        "before the page" => "crashed before the page",
        "after the page" => "crashed after the page",
        "before the cache goes" => "crashed before the cache went",
        "after the cache went" => "crashed after the cache went",
        "before the epoch" => "crashed before the epoch",
        "after the epoch" => "crashed after the epoch",
        "before a load" | "after a load" => "crashed while a snapshot was taken",
        "before it is behind" | "after it is behind" => "crashed about being behind",
        _ => "crashed about another life",
    }
}
