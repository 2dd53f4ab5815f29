//! Goes through the steps of a plan, one after the other, on one thread.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{Profile, rows::Row};
use beadsbox_sync::TransportError;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    breakage::Breakage,
    device::{Machine, files::Written, replica::lock},
    names,
    network::{Ask, Network, Reply, Request},
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
    /// What the server took, in order, where somebody wants to do it again on a real one.
    pub pushes: Option<Vec<Pushed>>,
}

/// A push as it came to the server, and what came of it.
pub struct Pushed {
    /// When.
    pub at: Timestamp,
    /// The request.
    pub request: beadsbox_protocol::push::PushRequest,
    /// The reply.
    pub reply: Result<beadsbox_protocol::push::PushResponse, Box<beadsbox_protocol::Problem>>,
}

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
            pushes: None,
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

    fn take(&mut self, step: Step) {
        match step {
            Step::Do { device, deed, pick } => {
                let op = self.machine(device).act(deed, pick);
                self.tally.count_if("operations", op.is_some());
            }
            Step::AskTimesOut { device } => {
                let word = self.machine(device).decide_alone();
                self.tally.count_if("asks not answered in time", word.is_some());
            }
            Step::Sync { device } => _ = self.machine(device).begin_sync(),
            Step::Deliver { pick } => self.deliver(pick),
            Step::Answer { pick } => self.answer(pick),
            Step::LoseRequest { pick } => {
                let lost = self.wires().lose_request(pick);
                self.tally.count_if("requests lost", lost);
            }
            Step::LoseReply { pick } => {
                let lost = self.wires().lose_reply(pick, false);
                self.tally.count_if("replies lost after the commit", lost);
            }
            Step::CutReply { pick } => {
                let cut = self.wires().lose_reply(pick, true);
                self.tally.count_if("replies cut", cut);
            }
            Step::Repeat { pick } => self.repeat(pick),
            Step::Link { device, up } => self.set_link(device, up),
            Step::Time { seconds } => self.pass_time(seconds),
            other => self.trouble(other),
        }
    }

    /// Faults of devices, files and the server.
    fn trouble(&mut self, step: Step) {
        match step {
            Step::Crash { device, loss } => {
                let place = usize::from(device) % self.machines.len();
                self.crash(place, loss);
            }
            Step::CrashAt { device, points, loss } => lock(&self.machine(device).files).crash_at = Some((points, loss)),
            Step::DeleteCache { device } => {
                let machine = self.machine(device);
                lock(&machine.files).delete_cache();
                machine.crash(Loss::Program);
                let number = machine.number;
                self.witness.cache_went_back(number);
                self.tally.count("caches deleted");
            }
            Step::NoteContained { device } => {
                let noted = lock(&self.machine(device).files).note_contained();
                self.tally.add("operations noted as contained", noted as u64);
            }
            Step::Clock { device, seconds } => {
                self.machine(device).clock_offset += i64::from(seconds);
                self.tally.count("clock jumps");
            }
            Step::Strange { device, how } => {
                self.machine(device).record_strange(how);
                self.tally.count("strange operations");
            }
            Step::Sequencer { stopped } => {
                self.tally.count_if("sequencer stopped", stopped && !self.server.sequencer_stopped);
                self.server.sequencer_stopped = stopped;
                self.server.settle();
            }
            Step::Bar { staff } => {
                self.server.bar(u32::from(staff), self.now);
                self.tally.count("staff barred or let in");
            }
            Step::Revoke { device } => {
                let device = self.machine(device).device;
                self.server.revoke(device);
                self.tally.count("devices revoked");
            }
            Step::Backup => self.server.back_up(),
            Step::Rewind => {
                let rewound = self.server.rewind(self.now);
                self.tally.count_if("server rewound", rewound);
                if rewound {
                    self.witness.server_rewound(self.server.last_commit());
                }
            }
            _ => self.copy(step),
        }
    }

    fn copy(&mut self, step: Step) {
        match step {
            Step::KeepOutbox { device } => {
                let machine = self.machine(device);
                let outbox = lock(&machine.files).outbox.clone();
                machine.kept = Some(outbox);
            }
            Step::PutBackOutbox { device } => {
                let machine = self.machine(device);
                let (back, number) = (machine.put_back_outbox(), machine.number);
                self.witness.cache_went_back(number);
                self.tally.count_if("old outboxes put back", back);
            }
            Step::Clone { device } => {
                let number = u32::try_from(self.machines.len()).unwrap_or(u32::MAX);
                let (size, network, breakage) = (self.size, Arc::clone(&self.network), self.breakage);
                let machine = self.machine(device);
                machine.is_copied = true;
                let (outbox, of) = (lock(&machine.files).outbox.clone(), machine.device_number);
                let mut copy = Machine::with_outbox(number, of, outbox, &size, &network, breakage);
                copy.is_copied = true;
                self.machines.push(copy);
                self.tally.count("devices cloned");
            }
            _ => {}
        }
    }

    fn set_link(&mut self, device: u8, up: bool) {
        let machine = self.machine(device);
        machine.set_link(up);
        let number = machine.number;
        if !up {
            self.wires().cut_link(number);
            self.tally.count("links cut");
        }
    }

    pub(crate) fn deliver(&mut self, pick: u8) {
        let Some(request) = self.wires().take_request(pick) else { return };
        self.tally.count_if("messages reordered", pick > 0);
        self.serve(request);
    }

    fn repeat(&mut self, pick: u8) {
        let Some(request) = self.wires().take_request(pick) else { return };
        self.tally.count("requests repeated");
        self.wires().keep_copy(&request);
        self.serve(request);
    }

    fn serve(&mut self, request: Request) {
        let now = self.now;
        self.trace.number(u64::from(request.machine));
        let answer = match &request.ask {
            Ask::Push(push) => {
                let reply = self.server.push(push, now);
                if let Ok(reply) = &reply {
                    self.trace.number(reply.last_seq);
                    self.witness.server_answered(&self.server, push.device_id, &reply.results);
                }
                if let Some(pushes) = &mut self.pushes {
                    pushes.push(Pushed { at: now, request: push.clone(), reply: reply.clone() });
                }
                reply.map(Reply::Push)
            }
            Ask::Changes(query) => {
                let page = self.server.changes(request.device, query, now);
                if let Ok(page) = &page {
                    self.trace.number(page.to.seq);
                    self.witness.server_answered(&self.server, request.device, &page.own_results);
                }
                page.map(Reply::Changes)
            }
            Ask::Snapshot => self.server.snapshot(request.device).map(Reply::Snapshot),
        };
        self.tally.count("requests served");
        self.tally.count_if("requests refused", answer.is_err());
        self.wires().reply(request, answer.map_err(TransportError::Refused));
    }

    pub(crate) fn answer(&mut self, pick: u8) {
        if Breakage::ConfirmedBeforeCommit.is_left_out(self.breakage) {
            let confirmed = self.wires().results_of(pick);
            for (machine, op) in confirmed {
                if let Some(machine) = self.machines.iter_mut().find(|known| known.number == machine) {
                    machine.confirm_at_once(op);
                }
            }
        }
        let answered = self.wires().answer(pick);
        self.trace.number(answered.map_or(u64::MAX, u64::from));
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
        _ => "crashed after the epoch",
    }
}
