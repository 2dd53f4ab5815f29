//! What is still to be done to the programs, shared by those who do it.

use std::sync::{Mutex, PoisonError};

/// Something that happens to a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    /// Its process is killed; what it had written stays with the system.
    Kill,
    /// Its process is killed, and what it had not synced is gone.
    PowerCut,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Tills killed.
    pub tills: u32,
    /// Servers killed.
    pub servers: u32,
    /// Tills without power.
    pub power_cuts: u32,
    /// Times that PostgreSQL was stopped without a chance to tidy up.
    pub databases: u32,
}

impl Done {
    /// Processes killed.
    pub const fn kills(&self) -> u32 {
        self.tills + self.servers
    }
}

#[derive(Clone, Copy)]
struct State {
    kills: u32,
    power_cuts: u32,
    done: Done,
}

/// What is left to do.
pub(super) struct Faults(Mutex<State>);

impl Faults {
    pub(super) const fn new(kills: u32, power_cuts: u32) -> Self {
        let done = Done { tills: 0, servers: 0, power_cuts: 0, databases: 0 };
        Self(Mutex::new(State { kills, power_cuts, done }))
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What happens to a till next; none when all is done.
    pub(super) fn for_a_till(&self, random: &mut fastrand::Rng) -> Option<Blow> {
        self.with(|state| {
            let left = state.kills + state.power_cuts;
            if left == 0 {
                return None;
            }
            if random.u32(0..left) < state.power_cuts {
                state.power_cuts -= 1;
                state.done.power_cuts += 1;
                Some(Blow::PowerCut)
            } else {
                state.kills -= 1;
                state.done.tills += 1;
                Some(Blow::Kill)
            }
        })
    }

    /// Whether a server is to be killed now.
    pub(super) fn for_a_server(&self) -> bool {
        self.with(|state| {
            // Three tills for each server, however busy the machine is: it is the tills' word that counts.
            let due = state.kills > 0 && state.done.servers <= state.done.tills / 3;
            if due {
                state.kills -= 1;
                state.done.servers += 1;
            }
            due
        })
    }

    /// Whether anything is left, so that the database may be stopped as well.
    pub(super) fn for_the_database(&self) -> bool {
        self.with(|state| {
            let due = state.kills + state.power_cuts > 0;
            state.done.databases += u32::from(due);
            due
        })
    }

    /// Nothing more is to be done.
    pub(super) fn end(&self) {
        self.with(|state| (state.kills, state.power_cuts) = (0, 0));
    }

    /// What was done so far.
    pub(super) fn done(&self) -> Done {
        self.with(|state| state.done)
    }

    /// Whether nothing is left.
    pub(super) fn are_over(&self) -> bool {
        self.with(|state| state.kills + state.power_cuts == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ordered_is_done_and_no_more() {
        let faults = Faults::new(7, 3);
        let mut random = fastrand::Rng::with_seed(1);
        assert!(faults.for_a_server());
        while faults.for_a_till(&mut random).is_some() {}
        assert!(!faults.for_a_server() && !faults.for_the_database() && faults.are_over());
        assert_eq!(faults.done(), Done { tills: 6, servers: 1, power_cuts: 3, databases: 0 });
        assert_eq!(faults.done().kills(), 7);
    }
}
