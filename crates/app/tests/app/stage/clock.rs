//! The system's clock, turned by hand.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use beadsbox_app::host::{Clock, SystemClock};
use beadsbox_domain::Timestamp;
use jiff::SignedDuration;

#[derive(Default)]
pub struct TurnedClock {
    system: SystemClock,
    turned_seconds: AtomicI64,
    run_on_seconds: AtomicU64,
}

impl TurnedClock {
    pub fn turn(&self, by: SignedDuration) {
        self.turned_seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }
}

impl TurnedClock {
    /// As if so much time had gone by without anything happening.
    pub fn run_on(&self, by: Duration) {
        self.run_on_seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        self.system.now() + SignedDuration::from_secs(self.turned_seconds.load(Ordering::SeqCst))
    }

    fn running(&self) -> Duration {
        self.system.running() + Duration::from_secs(self.run_on_seconds.load(Ordering::SeqCst))
    }
}
