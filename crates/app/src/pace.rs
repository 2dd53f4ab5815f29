//! How long what is being moved will still take, from how quickly it went so far.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use beadsbox_sync::{Phase, Progress};

/// Before that much time nothing is foretold.
const LEAST: Duration = Duration::from_secs(2);

/// Where the present phase began.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Option<Start>>);

#[derive(Debug, Clone, Copy)]
struct Start {
    phase: Phase,
    at: Duration,
    done: u64,
}

impl Pace {
    /// Seconds left, with `now` as time that runs evenly; none before that can be told.
    pub(crate) fn seconds_left(&self, progress: Option<Progress>, now: Duration) -> Option<u64> {
        let mut start = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(progress) = progress else {
            *start = None;
            return None;
        };
        let same = start.filter(|start| start.phase == progress.phase && start.done <= progress.done);
        let begun = *start.insert(same.unwrap_or(Start { phase: progress.phase, at: now, done: progress.done }));
        let (gone, moved) = (now.saturating_sub(begun.at), progress.done - begun.done);
        let left = u128::from(progress.total.saturating_sub(progress.done));
        if gone < LEAST || moved == 0 || left == 0 {
            return None;
        }
        u64::try_from((gone.as_millis() * left).div_ceil(u128::from(moved) * 1000)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loading(done: u64) -> Progress {
        Progress { phase: Phase::Loading, done, total: 1000, bytes: None }
    }

    #[test]
    fn what_is_left_takes_as_long_as_what_went_before() {
        let pace = Pace::default();
        let at = Duration::from_secs;
        assert_eq!(pace.seconds_left(Some(loading(100)), at(50)), None, "nothing is known yet");
        assert_eq!(pace.seconds_left(Some(loading(200)), at(51)), None, "too early to tell");
        assert_eq!(pace.seconds_left(Some(loading(300)), at(54)), Some(14), "200 in 4 s, 700 to go");
        assert_eq!(pace.seconds_left(Some(loading(1000)), at(58)), None, "nothing is left of this phase, and the next one is not known");
        // Another phase begins its own count, and so does a load that begins anew.
        assert_eq!(pace.seconds_left(Some(Progress { phase: Phase::Finishing, done: 1, total: 10, bytes: None }), at(60)), None);
        assert_eq!(pace.seconds_left(None, at(61)), None);
        assert_eq!(pace.seconds_left(Some(loading(500)), at(90)), None);
    }
}
