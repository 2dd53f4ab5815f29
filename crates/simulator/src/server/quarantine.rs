//! What waits for an admin, and what they decide.

use beadsbox_authority::{Arrived, Fresh, Judged};
use beadsbox_domain::{DeviceId, Refusal, Timestamp, text::Reason};
use beadsbox_protocol::{Incarnation, digest::RowKind, person::SaltedPerson, push::OpResult};

use super::{Server, Tables, answer::open_result, tables::Kept};
use crate::names::key;

/// Why an admin refuses what waits.
pub const REFUSED_BECAUSE: &str = "not ours";

impl Tables {
    /// Keeps operations as they came, with the buyers that they name.
    pub(super) fn keep(&mut self, life: (DeviceId, Incarnation), fresh: &[Fresh], persons: &[SaltedPerson], clock_right: bool) -> Vec<OpResult> {
        let Some(last) = fresh.last() else { return Vec::new() };
        let kept = fresh.iter().map(|fresh| Kept { fresh: fresh.clone(), clock_right });
        self.quarantine.entry(life).or_default().extend(kept);
        self.keep_persons(persons);
        self.advance(life.0, life.1, last.arrived.dev_seq, last.hash);
        fresh.iter().map(open_result).collect()
    }

    /// The lives of which something waits.
    pub fn undecided(&self) -> Vec<(DeviceId, Incarnation)> {
        let waiting = self.quarantine.iter().filter(|(_, kept)| !kept.is_empty()).map(|(life, _)| *life);
        waiting.collect()
    }
}

impl Server {
    /// An admin decides on everything that waits of one life: each operation as if it came now, or all of them rejected. How many.
    pub fn decide(&mut self, life: (DeviceId, Incarnation), accept: bool, now: Timestamp) -> usize {
        let waiting = self.tables.quarantine.remove(&life).unwrap_or_default();
        let clock_right = waiting.iter().all(|kept| kept.clock_right);
        let again = |kept: Kept| Fresh { arrived: Arrived::new(kept.fresh.arrived.dev_seq, kept.fresh.arrived.body, now), ..kept.fresh };
        let fresh: Vec<Fresh> = waiting.into_iter().map(again).collect();
        if accept {
            self.take(life, &fresh, clock_right);
            if let Some(record) = self.tables.lives.get_mut(&life) {
                record.life.quarantined = false;
            }
        } else if let Ok(reason) = Reason::new(REFUSED_BECAUSE) {
            let refusal = Refusal::NotAccepted { reason };
            self.store_all(life, &fresh, clock_right, |scope, _, fresh, number| Judged::refused(scope, fresh, number, refusal.clone()));
        }
        // Wakes the device: a refusal changes no row that would.
        self.tables.note(key(RowKind::Device, life.0.0));
        self.settle();
        fresh.len()
    }
}
