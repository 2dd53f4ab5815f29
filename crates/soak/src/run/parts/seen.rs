//! What users saw: each thing that they waited for, how long, and what came.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What somebody waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// A page of the shop.
    Page,
    /// An order at the shop, from the form to its page.
    Order,
    /// A payment by card, from the provider's page to the voucher on the order's.
    Payment,
    /// A report in the office.
    Report,
    /// A till's program asks what is new.
    Pull,
    /// A redemption at a till.
    Redemption,
    /// A mail, from the sale at the till or the payment by card to the buyer's mail server.
    Mail,
}

impl Wait {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [Self::Page, Self::Order, Self::Payment, Self::Report, Self::Pull, Self::Redemption, Self::Mail];

    /// What many of them are called.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Order => "orders",
            Self::Payment => "payments",
            Self::Report => "reports",
            Self::Pull => "pulls",
            Self::Redemption => "redemptions",
            Self::Mail => "mails",
        }
    }

    /// Up to here nobody calls it slow, however quick it was before.
    pub const fn never_slow(self) -> Duration {
        match self {
            Self::Mail => Duration::from_secs(5),
            _ => Duration::from_secs(1),
        }
    }
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Saw {
    /// What was asked for.
    Answer,
    /// The till's own word, because the server's did not come in time.
    OwnWord,
    /// An error: its status, or that there was no answer.
    Error(String),
    /// Nothing: a mail that was being handed over when its worker was lost. An admin is told that it may have arrived.
    InDoubt,
    /// A mail, and later the same one again.
    Twice,
}

/// Somebody waited for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// For what.
    pub wait: Wait,
    /// Since when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// And then.
    pub saw: Saw,
}

impl Observation {
    /// How long it took.
    pub fn took(&self) -> Duration {
        self.until.saturating_duration_since(self.from)
    }
}

/// All of it; shared by those who look.
#[derive(Debug, Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Observation>>>);

impl Seen {
    /// Writes down what came just now.
    pub fn note(&self, wait: Wait, from: Instant, saw: Saw) {
        self.add(Observation { wait, from, until: Instant::now(), saw });
    }

    /// Writes it down.
    pub fn add(&self, observation: Observation) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(observation);
    }

    /// Everything up to now.
    pub fn all(&self) -> Vec<Observation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// From when on each is called slow: twice the slowest while nothing was wrong.
#[derive(Debug, Clone, Default)]
pub struct Usual(BTreeMap<Wait, Duration>);

impl Usual {
    /// Of what was seen before anything was done.
    pub fn of(seen: &[Observation], before: Instant) -> Self {
        let mut slow = BTreeMap::new();
        for observation in seen.iter().filter(|observation| observation.until < before) {
            let slowest = slow.entry(observation.wait).or_insert_with(|| observation.wait.never_slow());
            *slowest = (*slowest).max(observation.took() * 2);
        }
        Self(slow)
    }

    /// From there on it is slow.
    pub fn slow(&self, wait: Wait) -> Duration {
        self.0.get(&wait).copied().unwrap_or_else(|| wait.never_slow())
    }

    /// Whether it was as it always is.
    pub fn is_usual(&self, observation: &Observation) -> bool {
        matches!(observation.saw, Saw::Answer | Saw::Twice) && observation.took() <= self.slow(observation.wait)
    }

    /// To which of the blows it belongs, by their moments in order: to the one that it was under way at, or else to the last one before it.
    pub fn blow(&self, observation: &Observation, blows: &[Instant]) -> Option<usize> {
        let struck = |blow: &Instant| {
            let under_way = (observation.from < *blow && *blow <= observation.until).then(|| *blow - observation.from);
            // What should long have come by then is late because of an earlier one.
            under_way.is_some_and(|time| time <= self.slow(observation.wait))
        };
        blows.iter().position(struck).or_else(|| blows.iter().rposition(|blow| *blow <= observation.from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(start: Instant, from: u64, until: u64, saw: Saw) -> Observation {
        Observation { wait: Wait::Page, from: start + Duration::from_secs(from), until: start + Duration::from_secs(until), saw }
    }

    #[test]
    fn what_is_late_belongs_to_the_blow_that_made_it_late() {
        let start = Instant::now();
        let blows = [10, 40].map(|second| start + Duration::from_secs(second));
        let usual = Usual::of(&[observed(start, 1, 2, Saw::Answer)], blows[0]);
        assert_eq!(usual.slow(Wait::Page), Duration::from_secs(2));
        let blow = |from, until| usual.blow(&observed(start, from, until, Saw::Answer), &blows);
        assert_eq!(blow(3, 5), None);
        assert_eq!(blow(9, 20), Some(0), "under way at the first");
        assert_eq!(blow(20, 21), Some(0));
        assert_eq!(blow(20, 60), Some(0), "late long before the second");
        assert_eq!(blow(39, 41), Some(1));
        assert_eq!(blow(50, 51), Some(1));
    }

    #[test]
    fn an_error_is_never_usual() {
        let start = Instant::now();
        let usual = Usual::default();
        assert!(usual.is_usual(&observed(start, 0, 1, Saw::Answer)));
        assert!(!usual.is_usual(&observed(start, 0, 2, Saw::Answer)), "slow");
        assert!(!usual.is_usual(&observed(start, 0, 0, Saw::Error("503".to_owned()))));
        assert!(!usual.is_usual(&observed(start, 0, 0, Saw::OwnWord)));
    }
}
