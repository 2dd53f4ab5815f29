//! Rules 1, 2, 3 and 10: what the server holds, against what people were told.

use std::collections::{BTreeMap, BTreeSet};

use beadsbox_domain::{OpId, Operation, Outcome, Redemption, RedemptionOutcome, Status, VoucherId};
use beadsbox_protocol::OperationBody;

use super::{Violation, broken, hold};
use crate::{
    device::{
        Machine,
        outbox::Outbox,
        replica::lock,
        till::{Told, Word},
    },
    names,
    run::Simulation,
    server::{Held, Server, Stored},
};

impl Simulation {
    pub(super) fn check_told(&self) -> Result<(), Violation> {
        // A revoked device has nothing left to send, whatever the server forgets since.
        let speaks = |machine: &&Machine| machine.counts() || (machine.handed_over() && !self.witness.rewound);
        for machine in self.machines.iter().filter(speaks) {
            for told in &machine.told {
                self.check_word(machine, told)?;
            }
        }
        Ok(())
    }

    fn check_word(&self, machine: &Machine, told: &Told) -> Result<(), Violation> {
        let held: Vec<_> = self.server.tables.taken(told.op).collect();
        let who = || format!("machine {}: {} was told {:?} and", machine.number, told.op, told.word);
        let [stored] = held.as_slice() else {
            let may_be_none = told.lost || self.is_not_accepted(told.op);
            return hold(1, held.is_empty() && may_be_none, || format!("{} is on the server {} times", who(), held.len()));
        };
        let Some(redemption) = self.server.tables.world.redemptions.get(&told.op) else {
            return hold(1, told.word == Word::Recorded, || format!("{} is no redemption on the server", who()));
        };
        if told.lost || self.is_not_accepted(told.by) || self.is_said_twice(machine, told) {
            return Ok(());
        }
        let rule = if self.witness.rewound { 10 } else { 1 };
        let holds = match told.word {
            Word::Recorded => true,
            // After a rewind what was told before it comes first, and what was accepted since may be a conflict's other side.
            Word::Confirmed => {
                let became = redemption.outcome;
                let since = self.witness.is_since_a_rewind(stored.commit_no);
                let counts = became == RedemptionOutcome::Accepted || (since && became == RedemptionOutcome::Conflict);
                stored.outcome == Some(Outcome::Applied) && counts
            }
            Word::AcceptedOffline => matches!(redemption.outcome, RedemptionOutcome::Accepted | RedemptionOutcome::Conflict),
            Word::Refused => matches!(redemption.outcome, RedemptionOutcome::Rejected | RedemptionOutcome::Withdrawn),
        };
        hold(rule, holds, || format!("{} is {:?} on the server, with {redemption:?}", who(), stored.outcome))
    }

    /// An admin refused it, as it came from one life of a device.
    fn is_not_accepted(&self, op: OpId) -> bool {
        self.server.tables.refused(op)
    }

    /// Two copies of the files had the same ask and each said its own word on it; or its answer went with a copy of the files, and
    /// the server that gave it went back as well.
    fn is_said_twice(&self, machine: &Machine, told: &Told) -> bool {
        let others = self.machines.iter().flat_map(|machine| &machine.told).filter(|other| other.op == told.op);
        let contested = others.filter(|other| other.by != told.by || other.word != told.word).count() > 0;
        machine.is_copied && (contested || self.witness.rewound)
    }

    /// What nobody has any more, because a copy of a device's files took their place or the server went back, is lost.
    pub(crate) fn note_lost(&mut self) {
        let kept: BTreeSet<OpId> = self
            .machines
            .iter()
            .flat_map(|machine| lock(&machine.files).outbox.rows.iter().map(|row| row.op).collect::<Vec<_>>())
            .collect();
        let tables = &self.server.tables;
        let decided = tables.operations.values().flatten().filter_map(|stored| stored.op_id);
        let waiting = tables.quarantine.values().flatten().filter_map(|kept| kept.fresh.arrived.op_id());
        let there: BTreeSet<OpId> = decided.chain(waiting).chain(kept).collect();
        for told in self.machines.iter_mut().flat_map(|machine| &mut machine.told) {
            told.lost |= !there.contains(&told.op) || !there.contains(&told.by);
        }
    }

    /// No ask stands of which nobody was told, and for which nobody waits: the goods are still there.
    pub(super) fn check_asks(&self) -> Result<(), Violation> {
        for machine in self.machines.iter().filter(|machine| machine.counts()) {
            let spoken: BTreeSet<OpId> = machine
                .told
                .iter()
                .map(|told| told.op)
                .chain(machine.asks.iter().map(|ask| ask.op))
                .chain(machine.left_open.iter().copied())
                .collect();
            let files = lock(&machine.files);
            let own = files.outbox.rows.iter().filter(|row| names::made_by(row.op) == machine.number && !spoken.contains(&row.op));
            for row in own.filter(|row| row.body.is_some() && !row.taken_back) {
                let made = self.server.tables.world.redemptions.get(&row.op);
                let stands = made.is_some_and(|made| made.outcome == RedemptionOutcome::Accepted && made.undone_by.is_none());
                hold(2, !stands, || format!("machine {}: {} stands, and nobody was told", machine.number, row.op))?;
            }
        }
        Ok(())
    }

    /// At most one redemption of a voucher stands, and every attempt that arrived became something.
    pub(super) fn check_redemptions(&self) -> Result<(), Violation> {
        let world = &self.server.tables.world;
        let mut standing: BTreeMap<VoucherId, Vec<OpId>> = BTreeMap::new();
        for made in world.redemptions.values().filter(|made| made.outcome == RedemptionOutcome::Accepted && made.undone_by.is_none()) {
            standing.entry(made.voucher).or_default().push(made.stamp.op);
        }
        for (voucher, ops) in &standing {
            hold(2, ops.len() == 1, || format!("{voucher} has {} redemptions that stand", ops.len()))?;
        }
        for voucher in world.vouchers.values() {
            let rests_on = (voucher.status == Status::Used).then_some(vec![voucher.since.op]);
            hold(2, standing.get(&voucher.id) == rests_on.as_ref(), || {
                format!("{} is {:?}, and what stands is {:?}", voucher.id, voucher.status, standing.get(&voucher.id))
            })?;
        }
        let mut attempted = 0;
        for stored in self.server.tables.operations.values().flatten().filter(|stored| is_attempt(stored)) {
            attempted += 1;
            let became = stored.op_id.and_then(|op| world.redemptions.get(&op));
            hold(2, became.is_some_and(|made| fits(stored, made, self.witness.is_since_a_rewind(stored.commit_no))), || {
                format!("{:?} {:?} became {became:?}", stored.op_id, stored.outcome)
            })?;
        }
        hold(2, attempted == world.redemptions.len(), || format!("{attempted} attempts, {} redemptions", world.redemptions.len()))
    }

    /// Both sides of every conflict that ever was are there, byte for byte as their devices wrote them.
    pub(super) fn check_conflicts_kept(&self) -> Result<(), Violation> {
        let tables = &self.server.tables;
        for stored in tables.operations.values().flatten() {
            if let Some(Outcome::Conflict { conflict, .. }) = &stored.outcome {
                let kept = tables.world.conflicts.iter().any(|placed| placed.conflict.id == *conflict);
                // After a rewind nothing may stand against it any more: then it was accepted, and the conflict never was.
                let redemption = tables.world.redemptions.get(&OpId(conflict.0));
                let accepted = redemption.is_some_and(|made| made.outcome == RedemptionOutcome::Accepted);
                hold(3, kept || (self.witness.rewound && accepted), || {
                    format!("{:?} collided, and the conflict {conflict} is not there", stored.op_id)
                })?;
            }
        }
        for made in tables.world.redemptions.values().filter(|made| made.outcome == RedemptionOutcome::Conflict) {
            let kept = tables.world.conflicts.iter().any(|placed| placed.conflict.other.op == made.stamp.op);
            hold(3, kept, || format!("{} collided, and there is no conflict of it", made.stamp.op))?;
        }
        for placed in &tables.world.conflicts {
            let conflict = &placed.conflict;
            let sides = conflict.accepted.iter().map(|stamp| stamp.op).chain([conflict.other.op]);
            for op in sides {
                self.check_bytes(op)?;
            }
        }
        if self.witness.rewound {
            return Ok(());
        }
        for (id, (voucher, other)) in &self.witness.conflicts {
            let kept = tables.world.conflicts.iter().find(|placed| placed.conflict.id == *id);
            let whole = kept.is_some_and(|placed| placed.conflict.voucher == *voucher && placed.conflict.other.op == *other);
            hold(3, whole, || format!("the conflict {id} of {other} is not there any more"))?;
        }
        Ok(())
    }

    fn check_bytes(&self, op: OpId) -> Result<(), Violation> {
        let on_server = self.server.tables.taken(op).next();
        let on_device = self.machines.iter().find_map(|machine| lock(&machine.files).outbox.find(op).map(|row| row.text.clone()));
        match (on_server, on_device) {
            (Some(stored), Some(text)) => hold(3, stored.body == text, || format!("{op} is not what its device wrote")),
            (Some(_), None) => Ok(()),
            (None, _) => broken(3, format!("{op} is a side of a conflict and not on the server")),
        }
    }

    /// After a rewind the server holds again what the devices hold, and says of it what they were told.
    pub(super) fn check_restored(&self) -> Result<(), Violation> {
        if !self.witness.rewound {
            return Ok(());
        }
        for machine in self.machines.iter().filter(|machine| machine.counts()) {
            let files = lock(&machine.files);
            let held: Vec<Held<'_>> = held_of(&self.server, &files.outbox).collect();
            for row in &files.outbox.rows {
                let stored = usize::try_from(row.dev_seq - 1).ok().and_then(|place| held.get(place));
                let Some(Held::Decided(stored)) = stored else {
                    return broken(10, format!("machine {}: {} was {:?} and is not there", machine.number, row.op, row.outcome));
                };
                // What both copies had and one brought back without its receipt is decided as if it came now.
                let said_otherwise = machine.is_copied || (self.is_not_accepted(row.op) && stored.outcome == row.contradicted_by);
                let restored = stored.hash == row.hash && (stored.outcome == row.outcome || said_otherwise);
                hold(10, restored, || format!("machine {}: {} was {:?} and is {stored:?}", machine.number, row.op, row.outcome))?;
            }
        }
        Ok(())
    }

    /// How the redemptions that arrived ended.
    pub(crate) fn count_redemptions(&mut self) {
        for made in self.server.tables.world.redemptions.values() {
            self.tally.count(match made.outcome {
                RedemptionOutcome::Accepted if made.undone_by.is_some() => "redemptions undone",
                RedemptionOutcome::Accepted => "redemptions accepted",
                RedemptionOutcome::Conflict => "redemptions in conflict",
                RedemptionOutcome::Rejected => "redemptions refused",
                RedemptionOutcome::Withdrawn => "redemptions withdrawn",
            });
        }
        let attempted = self.machines.iter().map(|machine| machine.attempted).sum();
        self.tally.add("redemptions attempted", attempted);
        let held = self.server.tables.operations.values().map(|held| held.len() as u64).sum();
        self.tally.add("operations on the server", held);
    }
}

/// What the server holds of that life of the device, from the enrolment on.
pub(super) fn held_of<'a>(server: &'a Server, outbox: &Outbox) -> impl Iterator<Item = Held<'a>> {
    server.tables.along(outbox.device, outbox.incarnation, 0)
}

fn is_attempt(stored: &Stored) -> bool {
    let operation = OperationBody::decode(&stored.body).ok().filter(|_| stored.taken).map(|body| body.operation);
    match operation {
        Some(Operation::Redeem { .. }) => true,
        Some(Operation::HonourExpired { .. }) => stored.outcome == Some(Outcome::Applied),
        _ => false,
    }
}

/// What became of an attempt can be what its operation was answered: a refused ask may have been honoured since, an accepted
/// one withdrawn, and one in conflict may have become the accepted one.
fn fits(stored: &Stored, made: &Redemption, since_a_rewind: bool) -> bool {
    match stored.outcome {
        Some(Outcome::Applied) if made.outcome == RedemptionOutcome::Conflict => since_a_rewind,
        Some(Outcome::Applied) => matches!(made.outcome, RedemptionOutcome::Accepted | RedemptionOutcome::Withdrawn),
        Some(Outcome::Conflict { .. }) => matches!(made.outcome, RedemptionOutcome::Conflict | RedemptionOutcome::Accepted),
        Some(Outcome::Rejected { .. }) => true,
        None => false,
    }
}
