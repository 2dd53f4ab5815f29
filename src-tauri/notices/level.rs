//! When a number that went up is worth a word.

use std::time::{Duration, Instant};

/// Between two words about the same.
const LEAST: Duration = Duration::from_mins(10);

/// A number that is watched.
#[derive(Debug, Default)]
pub struct Level {
    /// What somebody has been told, or has seen.
    known: Option<u64>,
    told_at: Option<Instant>,
}

impl Level {
    /// Whether to tell that it is more now. `looks`: somebody looks at it. What rises too soon after a word is told with the next
    /// change after its time; what was there when the program began is on the screens.
    pub fn rises(&mut self, count: u64, looks: bool, now: Instant) -> bool {
        let more = self.known.is_some_and(|known| count > known);
        if more && !looks {
            if self.told_at.is_some_and(|told| now.saturating_duration_since(told) < LEAST) {
                return false;
            }
            self.told_at = Some(now);
        }
        self.known = Some(count);
        more && !looks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_is_told_once_and_what_was_there_is_not() {
        let (mut level, begun) = (Level::default(), Instant::now());
        assert!(!level.rises(3, false, begun), "it was there");
        assert!(level.rises(4, false, begun));
        assert!(!level.rises(4, false, begun));
        assert!(!level.rises(1, false, begun), "settled");
    }

    #[test]
    fn whoever_looks_is_not_told() {
        let (mut level, begun) = (Level::default(), Instant::now());
        level.rises(0, false, begun);
        assert!(!level.rises(2, true, begun));
        assert!(!level.rises(2, false, begun), "they have seen it");
        assert!(level.rises(3, false, begun));
    }

    #[test]
    fn many_in_a_short_time_are_one_word_and_the_rest_is_told_later() {
        let (mut level, begun) = (Level::default(), Instant::now());
        level.rises(0, false, begun);
        assert!(level.rises(1, false, begun));
        for minute in 1..10 {
            assert!(!level.rises(1 + minute, false, begun + Duration::from_mins(minute)));
        }
        assert!(level.rises(10, false, begun + Duration::from_mins(10)), "nothing is forgotten");
        assert!(!level.rises(10, false, begun + Duration::from_mins(30)));
    }
}
