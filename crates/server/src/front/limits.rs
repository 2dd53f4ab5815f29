//! The bounds of a front, each with the name that it has in the configuration.

use std::{ops::RangeInclusive, str::FromStr, time::Duration};

use super::Front;

/// What one front takes, at most. Whole numbers; times in seconds, sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections to the database.
    pub connections: u32,
    /// Requests at once, long polls aside.
    pub requests: u32,
    /// Long polls at once.
    pub polls: u32,
    /// Connections of clients at once; who comes beyond them waits to be let in.
    pub sockets: u32,
    /// How long a request may take; a long poll may wait on top of it.
    pub seconds: u32,
    /// How long a body may be, where the endpoint does not say otherwise.
    pub body_bytes: u32,
    /// How many headers a request may have.
    pub headers: u32,
    /// How long they may be together, with the request's line.
    pub header_bytes: u32,
    /// How long the head of a connection's first request may take.
    pub header_seconds: u32,
    /// How long a connection may be without a request, or at the head of a later one.
    pub idle_seconds: u32,
    /// How long nothing may come of a body.
    pub body_seconds: u32,
    /// How long a client may take nothing of its answer.
    pub write_seconds: u32,
    /// Requests a minute from one address that are known by no token.
    pub per_address: u32,
}

/// The names, in the order in which they are told.
const NAMES: &str = "connections, requests, polls, sockets, seconds, body-bytes, headers, header-bytes, header-seconds, idle-seconds, body-seconds, \
                     write-seconds, per-address";

/// Why a bound is not what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// It is not of the form `name=number`.
    #[error("{0:?} is not of the form name=number")]
    Form(String),
    /// There is none of that name.
    #[error("there is no bound {0:?}; there are {NAMES}")]
    Unknown(String),
    /// Its value makes no sense.
    #[error("{name} is {least} to {most}")]
    OutOfRange {
        /// Which.
        name: String,
        /// Its least value.
        least: u32,
        /// Its highest value.
        most: u32,
    },
}

impl Limits {
    /// The usual bounds of that front.
    pub const fn of(front: Front) -> Self {
        let usual = Self {
            connections: 20,
            requests: 256,
            polls: 4096,
            sockets: 8192,
            seconds: 30,
            body_bytes: 64 * 1024,
            headers: 64,
            header_bytes: 16 * 1024,
            header_seconds: 10,
            // Longer than load balancers keep a connection that they may use again: sixty seconds are usual.
            idle_seconds: 75,
            body_seconds: 15,
            write_seconds: 30,
            per_address: 600,
        };
        match front {
            Front::All | Front::Api => usual,
            Front::Admin => Self { connections: 8, requests: 64, polls: 1, sockets: 1024, seconds: 60, per_address: 300, ..usual },
            Front::Shop => Self { connections: 8, requests: 64, polls: 1, sockets: 2048, seconds: 15, body_bytes: 16 * 1024, per_address: 240, ..usual },
        }
    }

    /// The bound of that name, and what it may be.
    fn named(&mut self, name: &str) -> Option<(&mut u32, RangeInclusive<u32>)> {
        Some(match name {
            "connections" => (&mut self.connections, 1..=500),
            "requests" => (&mut self.requests, 1..=100_000),
            "polls" => (&mut self.polls, 1..=1_000_000),
            "sockets" => (&mut self.sockets, 1..=1_000_000),
            "seconds" => (&mut self.seconds, 1..=600),
            "body-bytes" => (&mut self.body_bytes, 1024..=8 * 1024 * 1024),
            "headers" => (&mut self.headers, 16..=256),
            "header-bytes" => (&mut self.header_bytes, 4096..=64 * 1024),
            "header-seconds" => (&mut self.header_seconds, 1..=600),
            "idle-seconds" => (&mut self.idle_seconds, 1..=3600),
            "body-seconds" => (&mut self.body_seconds, 1..=600),
            "write-seconds" => (&mut self.write_seconds, 1..=600),
            "per-address" => (&mut self.per_address, 1..=10_000_000),
            _ => return None,
        })
    }

    /// With these in the place of the usual ones; of two with one name the later holds.
    #[must_use]
    pub fn with(mut self, changes: &[LimitChange]) -> Self {
        for change in changes {
            if let Some((bound, _)) = self.named(&change.name) {
                *bound = change.value;
            }
        }
        self
    }

    /// How long a request may take.
    pub(crate) fn time_limit(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds))
    }
}

/// A bound that somebody set: `requests=64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitChange {
    name: String,
    value: u32,
}

impl FromStr for LimitChange {
    type Err = LimitError;
    fn from_str(text: &str) -> Result<Self, LimitError> {
        let (name, value) = text.split_once('=').ok_or_else(|| LimitError::Form(text.to_owned()))?;
        let (name, value) = (name.trim().to_owned(), value.trim());
        let mut any = Limits::of(Front::All);
        let (_, range) = any.named(&name).ok_or_else(|| LimitError::Unknown(name.clone()))?;
        match value.parse::<u32>() {
            Ok(value) if range.contains(&value) => Ok(Self { name, value }),
            _ => Err(LimitError::OutOfRange { name, least: *range.start(), most: *range.end() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_has_a_name_and_the_usual_ones_are_in_range() {
        for front in [Front::All, Front::Api, Front::Admin, Front::Shop] {
            for name in NAMES.split(", ") {
                let mut limits = Limits::of(front);
                let (bound, range) = limits.named(name.trim()).unwrap();
                assert!(range.contains(bound), "{name} of {front:?}");
                *bound += 1;
                assert_ne!(limits, Limits::of(front), "{name} is a bound of its own");
            }
        }
        // As many names as fields: each is a number of four bytes.
        assert_eq!(NAMES.split(", ").count() * size_of::<u32>(), size_of::<Limits>());
    }

    #[test]
    fn what_somebody_sets_holds_and_the_rest_stays() {
        let changes: Vec<LimitChange> = ["requests=7", " seconds = 5", "requests=8"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(Limits::of(Front::Shop).with(&changes), Limits { requests: 8, seconds: 5, ..Limits::of(Front::Shop) });
    }

    #[test]
    fn what_makes_no_sense_is_said_and_not_taken() {
        for (text, words) in [
            ("requests", "is not of the form"),
            ("", "is not of the form"),
            ("request=5", "there is no bound \"request\""),
            ("requests=0", "requests is 1 to 100000"),
            ("requests=-1", "requests is 1 to 100000"),
            ("seconds=601", "seconds is 1 to 600"),
            ("body-bytes=64k", "body-bytes is 1024 to 8388608"),
            ("connections=99999999999", "connections is 1 to 500"),
        ] {
            let error = text.parse::<LimitChange>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
