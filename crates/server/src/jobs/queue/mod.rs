//! Work that is done later: written in the transaction that causes it, taken by whoever is free, tried again with growing delays, and given
//! up at last for an admin to look at.
//!
//! A job is the row: whoever works has leased it there. A broker (`jobs/broker`) only tells workers which jobs there are; where there is none, or
//! it is away, they look for themselves.

mod lane;
mod note;
mod poll;
mod worker;

use beadsbox_domain::Timestamp;
use jiff::SignedDuration;
use tokio::sync::Notify;

pub(crate) use lane::Lane;
pub(crate) use poll::poll;
pub(crate) use worker::{Attempt, Which, do_job, lanes};

/// Rung whenever there may be something to do: by another process, through the database, or by a worker that found more than it can do.
#[derive(Default)]
pub(crate) struct Bell {
    pub workers: Notify,
    pub relay: Notify,
}

impl Bell {
    /// Wakes one worker, and whoever tells the broker.
    pub fn ring(&self) {
        self.workers.notify_one();
        self.relay.notify_one();
    }
}

/// How long it is tried to note what came of a job, while the database is away.
const NOTED_WITHIN: std::time::Duration = std::time::Duration::from_mins(20);
/// A lease is renewed so often before it would end: one renewal that is late, or lost, costs no worker its job.
const RENEWALS: u32 = 4;
/// How long a worker may be at one job: longer than a conversation with a mail server (`mail/conversation.rs`), which ends by itself and knows how
/// far it came.
const LONGEST: std::time::Duration = std::time::Duration::from_mins(16);
/// How often a job is tried. With the delays between them that takes more than a day: a mail server may be away for a night and a morning.
pub(crate) const MOST_ATTEMPTS: i32 = 14;
/// The delay after the first attempt; each is twice the one before.
const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// The longest delay.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_hours(6);

/// When a job may be tried again after so many attempts, as `random` says a fifth earlier or later, so that what failed together does not
/// come back together. None: it was tried often enough.
fn next_attempt(attempts: i32, random: u8, now: Timestamp) -> Option<Timestamp> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let doubled = u32::try_from(attempts).unwrap_or(1).saturating_sub(1).min(20);
    let seconds = FIRST_DELAY.as_secs().saturating_mul(1 << doubled).min(LONGEST_DELAY.as_secs());
    // From 80 to 120 hundredths of it.
    let hundredths = 80 + i64::from(random) * 40 / 255;
    Some(now + SignedDuration::from_millis(seconds.saturating_mul(hundredths).saturating_mul(10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(attempts: i32, random: u8) -> Option<i64> {
        let now = Timestamp::UNIX_EPOCH;
        Some(next_attempt(attempts, random, now)?.duration_since(now).as_secs())
    }

    #[test]
    fn delays_grow_up_to_a_bound_and_end() {
        // 128 of 255 stands for the whole delay.
        let middle: Vec<Option<i64>> = (1..=MOST_ATTEMPTS).map(|attempts| delay(attempts, 128)).collect();
        assert_eq!(middle[..4], [Some(30), Some(60), Some(120), Some(240)]);
        assert_eq!((middle[12], middle[13]), (Some(6 * 3600), None));
        let all: i64 = middle.iter().flatten().sum();
        assert!((24 * 3600..36 * 3600).contains(&all), "{all}");
    }

    #[test]
    fn what_failed_together_does_not_come_back_together() {
        assert_eq!((delay(5, 0), delay(5, 255)), (Some(384), Some(576)));
    }
}
