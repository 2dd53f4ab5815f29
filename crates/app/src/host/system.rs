//! The system's clocks and randomness.

use std::time::Duration;

use beadsbox_domain::Timestamp;

use super::{Clock, Random};

/// The system's clocks.
pub struct SystemClock {
    started: Duration,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: since_boot() }
    }
}

/// A clock that nobody turns, and that goes on while the computer sleeps: an hour with the lid closed is an hour in which nobody was there.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    // Apple's goes on in sleep, unlike Linux's of that name and unlike `Instant`.
    #[cfg(target_os = "macos")]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    rustix::time::clock_gettime(CLOCK).try_into().unwrap_or_default()
}

/// Windows' own does.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn since_boot() -> Duration {
    static FIRST: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    FIRST.elapsed()
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // To the millisecond, as operations keep it: what is read back equals what was written.
        Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn running(&self) -> Duration {
        since_boot().saturating_sub(self.started)
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
