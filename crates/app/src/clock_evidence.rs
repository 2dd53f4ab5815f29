//! Whether this device's clock can be believed.
//!
//! It counts as right if it was within five minutes of the server's at the last contact, and the clock that only runs agrees
//! with it since. A restart while offline ends that: nobody knows what happened in between.

use std::time::Duration;

use beadsbox_domain::Timestamp;
use jiff::SignedDuration;

/// How far a clock may be off.
pub(crate) const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What the last contact showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClockEvidence {
    /// By how much the device's clock was ahead of the server's.
    skew: SignedDuration,
    wall: Timestamp,
    running: Duration,
}

impl ClockEvidence {
    pub(crate) fn at_contact(server_time: Timestamp, wall: Timestamp, running: Duration) -> Self {
        Self { skew: wall.duration_since(server_time), wall, running }
    }

    /// By how many seconds the clock is ahead of the server's, as far as can be told now.
    pub(crate) fn skew_now(&self, wall: Timestamp, running: Duration) -> SignedDuration {
        let passed = SignedDuration::try_from(running.saturating_sub(self.running)).unwrap_or(SignedDuration::MAX);
        let turned = wall.duration_since(self.wall).saturating_sub(passed);
        self.skew.saturating_add(turned)
    }

    /// Whether the clock is right.
    pub(crate) fn is_right(&self, wall: Timestamp, running: Duration) -> bool {
        self.skew_now(wall, running).abs() <= TOLERANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_right_clock_stays_right_while_it_runs_evenly() {
        let evidence = ClockEvidence::at_contact(at(0), at(3), Duration::from_secs(10));
        assert!(evidence.is_right(at(3603), Duration::from_secs(3610)));
    }

    #[test]
    fn a_clock_turned_by_a_day_is_not_right() {
        let evidence = ClockEvidence::at_contact(at(0), at(0), Duration::from_secs(10));
        assert!(!evidence.is_right(at(86_400), Duration::from_secs(11)));
        assert!(!evidence.is_right(at(-86_400), Duration::from_secs(11)));
        assert_eq!(evidence.skew_now(at(86_401), Duration::from_secs(11)), SignedDuration::from_secs(86_400));
    }

    #[test]
    fn a_clock_that_was_wrong_at_contact_is_wrong() {
        let evidence = ClockEvidence::at_contact(at(0), at(301), Duration::ZERO);
        assert!(!evidence.is_right(at(301), Duration::ZERO));
    }
}
