//! A clock that stands still until a test turns it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A settable clock. Clones share the time.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    /// A clock that shows that time.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns it.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Turns it on, or back.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now() + by);
    }

    /// A function that reads it, for whoever wants a clock.
    pub fn reader(&self) -> impl Fn() -> Timestamp + Send + Sync + use<> {
        let clock = self.clone();
        move || clock.now()
    }
}

impl Default for TestClock {
    /// The system's time, to the millisecond, stopped.
    fn default() -> Self {
        let now = Timestamp::now();
        Self::at(Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now))
    }
}
