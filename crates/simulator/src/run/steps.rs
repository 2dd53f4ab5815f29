//! What each step does.

use std::sync::Arc;

use beadsbox_domain::DeviceId;
use beadsbox_protocol::Incarnation;

use super::{Asked, Simulation};
use crate::{
    device::{Machine, replica::lock},
    plan::{Loss, Step},
};

/// At most so many installations, copies among them.
const MOST_MACHINES: usize = 14;

impl Simulation {
    pub(super) fn take(&mut self, step: Step) {
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
                let recorded = self.machine(device).record_strange(how).is_some();
                self.tally.count_if("strange operations", recorded);
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
                    self.note_lost();
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
                self.note_lost();
                self.tally.count_if("old outboxes put back", back);
            }
            Step::Clone { device } if self.machines.len() < MOST_MACHINES => {
                let number = self.next_machine();
                let (size, network, breakage) = (self.size, Arc::clone(&self.network), self.breakage);
                let machine = self.machine(device);
                machine.is_copied = true;
                let (outbox, of) = (lock(&machine.files).outbox.clone(), machine.device_number);
                let mut copy = Machine::with_outbox(number, of, outbox, &size, &network, breakage);
                copy.is_copied = true;
                copy.set_time(self.now);
                copy.crash(Loss::Program);
                self.machines.push(copy);
                self.tally.count("devices cloned");
            }
            _ => self.administer(step),
        }
    }

    /// What people do at the server.
    fn administer(&mut self, step: Step) {
        match step {
            Step::Enrol if self.machines.len() < MOST_MACHINES => {
                let number = self.next_machine();
                self.server.enrol(number);
                let machine = Machine::enrolled(number, self.server.epoch(), &self.size, &self.network, self.breakage);
                self.machines.push(machine);
                self.tally.count("devices enrolled on the way");
            }
            Step::Decide { pick, accept } => {
                let undecided = self.server.tables.undecided();
                if let Some(life) = undecided.get(usize::from(pick) % undecided.len().max(1)) {
                    self.decide(*life, accept);
                }
            }
            Step::Expire => {
                let marked = self.server.expire_overdue(self.now);
                self.tally.add("vouchers expired", marked as u64);
            }
            _ => {}
        }
    }

    pub(crate) fn decide(&mut self, life: (DeviceId, Incarnation), accept: bool) {
        self.note(|| Asked::Decision(life, accept));
        let decided = self.server.decide(life, accept, self.now);
        let what = if accept {
            "operations accepted out of quarantine"
        } else {
            "operations refused out of quarantine"
        };
        self.tally.add(what, decided as u64);
    }

    fn next_machine(&self) -> u32 {
        u32::try_from(self.machines.len()).unwrap_or(u32::MAX)
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
}
