//! The ten rules of `docs/sync.md`, as questions to a run.

mod ends;
mod facts;
mod screen;

use std::collections::BTreeMap;

use beadsbox_domain::{ConflictId, DeviceId, OpId, Outcome, VoucherId};
use beadsbox_protocol::{Incarnation, push::OpResult};
use uuid::Uuid;

use crate::server::{Held, Server};

/// A rule that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule}: {what}")]
pub struct Violation {
    /// Which one, 1 to 10; 0 is a panic.
    pub rule: u8,
    /// What was found.
    pub what: String,
}

impl Violation {
    /// Something panicked, which nothing may.
    pub const PANIC: Self = Self { rule: 0, what: String::new() };
}

fn broken<T>(rule: u8, what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { rule, what: what.into() })
}

fn hold(rule: u8, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { broken(rule, what()) }
}

/// What was seen during a run, and must not be otherwise later.
#[derive(Default)]
pub struct Witness {
    /// The server went back to a backup.
    pub(crate) rewound: bool,
    /// The last number that the server gave before it first went back, and the last before its epoch.
    pub(crate) last_numbers: Option<(i64, i64)>,
    /// What was answered to the operation of that hash, in that epoch and that life of its device.
    answered: BTreeMap<(Uuid, Incarnation, [u8; 32]), Outcome>,
    /// The highest version that an installation showed of a voucher while nothing waited, by cache.
    versions: BTreeMap<(u32, Uuid, Uuid, VoucherId), u64>,
    /// Conflicts, and what came second.
    conflicts: BTreeMap<ConflictId, (VoucherId, OpId)>,
    /// What was seen and cannot be.
    seen: Option<Violation>,
}

impl Witness {
    /// The server goes on in a new epoch, whose numbers are beyond that one.
    pub(crate) fn server_rewound(&mut self, last_number: i64) {
        self.rewound = true;
        let first = self.last_numbers.map_or(last_number, |(first, _)| first);
        self.last_numbers = Some((first, last_number));
    }

    /// Whether the operation of that number was decided when the server did not know of all that had been before.
    pub(crate) fn is_since_a_rewind(&self, commit_no: i64) -> bool {
        self.last_numbers.is_some_and(|(first, _)| commit_no > first)
    }

    /// Whether the server decided the operation of that number in the epoch that it is in.
    pub(crate) fn is_of_this_epoch(&self, commit_no: i64) -> bool {
        self.last_numbers.is_none_or(|(_, last)| commit_no > last)
    }

    /// A power cut or a person set that installation's cache back: what it showed then may come again.
    pub(crate) fn cache_went_back(&mut self, machine: u32) {
        self.versions.retain(|(of, ..), _| *of != machine);
    }

    /// The server answered these to that life of a device.
    pub(crate) fn server_answered(&mut self, server: &Server, (device, incarnation): (DeviceId, Incarnation), results: &[OpResult]) {
        for placed in &server.tables.world.conflicts {
            let conflict = &placed.conflict;
            self.conflicts.insert(conflict.id, (conflict.voucher, conflict.other.op));
        }
        let Some(first) = results.first() else { return };
        let mut held = server.tables.along(device, incarnation, first.dev_seq - 1);
        for result in results {
            let Some(Held::Decided(stored)) = held.find(|held| held.dev_seq() == result.dev_seq) else { continue };
            let Some(outcome) = result.result.as_ref() else { continue };
            let before = self.answered.entry((server.epoch(), incarnation, stored.hash.0)).or_insert_with(|| outcome.clone());
            let same = before == outcome;
            if !same && self.seen.is_none() {
                let what = format!("{device} {} was answered {before:?}, then {outcome:?}", result.dev_seq);
                self.seen = Some(Violation { rule: 7, what });
            }
        }
    }
}
