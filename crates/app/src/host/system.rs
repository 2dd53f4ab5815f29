//! The system's clocks and randomness.

use std::time::{Duration, Instant};

use beadsbox_domain::Timestamp;

use super::{Clock, Random};

/// The system's clocks.
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // To the millisecond, as operations keep it: what is read back equals what was written.
        Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn running(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The system's cryptographic generator.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Without it nothing here is safe to do: codes could be guessed. Every supported system has one.
        #[expect(clippy::expect_used, reason = "there is no way to go on without randomness")]
        getrandom::fill(bytes).expect("the system's random generator");
    }
}
