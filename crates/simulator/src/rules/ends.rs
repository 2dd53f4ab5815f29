//! The end of a run: the faults end, everything syncs within a bounded number of rounds (rule 9), and then rules 4, 5 and 8.

use beadsbox_domain::Outcome;
use beadsbox_protocol::{
    digest::Digester,
    flat::{FlatTexts, FlatVoucher},
    rows::{DeviceState, Row},
};
use beadsbox_sync::Halt;
use sha2::{Digest as _, Sha256};

use super::{Violation, facts::held_of, hold};
use crate::{
    device::{Machine, outbox::State, replica::lock},
    names::Key,
    run::Simulation,
};

/// In how many rounds, in each of which every device syncs once, everything has to be where it belongs.
const MOST_ROUNDS: usize = 6;
/// In how many passes over the messages a round has to end.
const MOST_PASSES: usize = 5000;

impl Machine {
    /// Whether the rules hold for what this installation did: not for one that waits for a person.
    pub(crate) fn counts(&self) -> bool {
        self.halted.is_none()
    }

    /// Whether it has handed over all that it told people: also where it was revoked, unless its files are a copy, which could not.
    pub(crate) fn handed_over(&self) -> bool {
        self.counts() || (self.halted == Some(Halt::Revoked) && !self.is_copied)
    }
}

impl Simulation {
    /// Ends the faults and lets every device sync.
    pub(crate) fn settle(&mut self) -> Result<(), Violation> {
        self.server.sequencer_stopped = false;
        self.server.settle();
        for machine in &mut self.machines {
            machine.set_link(true);
            machine.clock_offset = 0;
            lock(&machine.files).crash_at = None;
        }
        for round in 0..MOST_ROUNDS {
            for machine in &mut self.machines {
                machine.begin_sync();
            }
            self.pass_all_messages()?;
            if round + 1 < MOST_ROUNDS {
                self.server.tables.undecided().into_iter().for_each(|life| self.decide(life, true));
            }
        }
        for machine in &self.machines {
            // A revoked copy that is not the first is refused a life of its own.
            let may_not_fork = machine.is_copied && self.is_revoked(machine);
            let is_well = may_not_fork || matches!(machine.halted, None | Some(Halt::Revoked | Halt::TooManyForks));
            hold(9, is_well, || format!("machine {}: {:?}", machine.number, machine.halted))?;
            self.tally.count_if("devices with too many lives", machine.halted == Some(Halt::TooManyForks));
        }
        for machine in self.machines.iter().filter(|machine| machine.counts()) {
            let files = lock(&machine.files);
            let waits = files.outbox.rows.iter().find(|row| row.state == State::Waiting);
            hold(9, waits.is_none(), || format!("machine {}: {:?} still waits", machine.number, waits.map(|row| row.dev_seq)))?;
            let (stands, head) = (&files.cache.cursor, self.server.tables.head());
            hold(9, *stands == head, || {
                format!("machine {}: the cache stands at {} and the head is {}", machine.number, stands.seq, head.seq)
            })?;
        }
        Ok(())
    }

    fn is_revoked(&self, machine: &Machine) -> bool {
        self.server.tables.devices.get(&machine.device).is_some_and(|device| device.row.state == DeviceState::Revoked)
    }

    fn pass_all_messages(&mut self) -> Result<(), Violation> {
        for _ in 0..MOST_PASSES {
            self.advance()?;
            let asked = self.wires().requests.len();
            let answered = self.wires().replies.len();
            let at_work = self.machines.iter().any(Machine::is_syncing);
            if !at_work && asked + answered == 0 {
                return Ok(());
            }
            (0..asked).for_each(|_| self.deliver(0));
            let answered = self.wires().replies.len();
            (0..answered).for_each(|_| self.answer(0));
        }
        let asked: Vec<_> = self.wires().requests.iter().map(|request| (request.machine, request.ask.clone())).collect();
        hold(9, false, || format!("a round of syncs does not end: {asked:?}"))
    }

    /// All rules that are asked at the end.
    pub(crate) fn check_all(&self) -> Result<(), Violation> {
        self.check_told()?;
        self.check_asks()?;
        self.check_redemptions()?;
        self.check_conflicts_kept()?;
        self.check_restored()?;
        for machine in &self.machines {
            self.check_chain(machine)?;
            self.check_rows(machine)?;
            Self::check_bad_ones_passed(machine)?;
            self.check_revoked(machine)?;
        }
        Ok(())
    }

    fn check_chain(&self, machine: &Machine) -> Result<(), Violation> {
        let files = lock(&machine.files);
        hold(4, files.outbox.chain_holds(), || format!("machine {}: the chain is broken", machine.number))?;
        let mut hash = files.outbox.origin();
        for (place, held) in (1..).zip(held_of(&self.server, &files.outbox)) {
            hash = hash.then(held.body());
            hold(4, held.dev_seq() == place && held.hash() == hash, || {
                format!("{}: {place} does not follow on the server", machine.device)
            })?;
        }
        Ok(())
    }

    /// The cache holds the server's rows and no others; and the digests say so as well.
    fn check_rows(&self, machine: &Machine) -> Result<(), Violation> {
        if !machine.counts() {
            return Ok(());
        }
        let files = lock(&machine.files);
        let Some(profile) = self.server.tables.devices.get(&machine.device).map(|device| device.profile) else { return Ok(()) };
        let keys = self.server.tables.keys();
        let cached: Vec<Key> = files.cache.rows.keys().copied().collect();
        hold(5, keys == cached, || format!("machine {}: {} rows, and the server has {}", machine.number, cached.len(), keys.len()))?;
        let (mut ours, mut theirs) = (Digests::default(), Digests::default());
        for name in keys {
            let there = self.server.tables.row(name, profile);
            let here = files.cache.rows.get(&name).map(AsRef::as_ref);
            hold(5, here == there.as_ref(), || format!("machine {}: {here:?}, and the server has {there:?}", machine.number))?;
            if let Some(row) = here {
                ours.add(row);
            }
            if let Some(row) = &there {
                theirs.add(row);
            }
        }
        hold(9, ours.finish() == theirs.finish(), || format!("machine {}: the digests differ", machine.number))
    }

    /// Bad operations were refused or held, and whatever came behind them was answered.
    fn check_bad_ones_passed(machine: &Machine) -> Result<(), Violation> {
        if !machine.counts() {
            return Ok(());
        }
        let files = lock(&machine.files);
        for row in &files.outbox.rows {
            let passed = match (&row.body, row.state) {
                (Some(_), state) => state == State::Acknowledged,
                (None, State::Held) => true,
                (None, _) => matches!(row.outcome, Some(Outcome::Rejected { .. })),
            };
            hold(8, passed, || format!("machine {}: {} is {:?} with {:?}", machine.number, row.dev_seq, row.state, row.outcome))?;
        }
        Ok(())
    }

    /// A revoked device has emptied its cache; its outbox stays.
    fn check_revoked(&self, machine: &Machine) -> Result<(), Violation> {
        if !self.is_revoked(machine) || machine.is_copied {
            return Ok(());
        }
        let empty = lock(&machine.files).cache.rows.is_empty();
        hold(5, machine.halted == Some(Halt::Revoked) && empty, || {
            format!("machine {}: revoked, and still {:?}", machine.number, machine.halted)
        })
    }
}

/// The digests of all kinds of rows, as device and server compute them for each other.
#[derive(Default)]
struct Digests {
    vouchers: Digester,
    others: Digester,
}

impl Digests {
    fn add(&mut self, row: &Row) {
        if let Row::Voucher(row) = row {
            let content = serde_json::to_vec(&row.voucher.snapshot).map(|bytes| Sha256::digest(bytes).into()).unwrap_or_default();
            let added = FlatTexts::of(&row.voucher)
                .is_ok_and(|texts| self.vouchers.voucher(&FlatVoucher::new(&row.voucher, &texts, content, row.person.as_ref())).is_ok());
            if added {
                return;
            }
        }
        self.others.row(&serde_json::to_vec(row).unwrap_or_default());
    }

    fn finish(self) -> [(u64, String); 2] {
        [self.vouchers.finish(), self.others.finish()]
    }
}
