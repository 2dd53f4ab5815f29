//! How often one address may ask that is known by no token.
//!
//! Counted by the minute, or by what else a rate says, by each process for itself, and where there is a Redis by all of them together. Both
//! counts hold: without Redis each process still refuses what is too much for it.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;
use beadsbox_protocol::ErrorCode;

use crate::{error::Failure, front::Front, state::App};

/// The most addresses that a process tells apart at one rate and time; those that come then are counted together.
const MOST_ADDRESSES: usize = 50_000;
/// A network of one site: whoever has an IPv6 address has all of these.
const SITE: u128 = u128::MAX << 64;

/// So often within so many seconds, counted from a full minute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Each name is counted for itself.
    pub name: &'static str,
    pub most: u32,
    pub seconds: u32,
}

impl Rate {
    /// What the front of that app takes in a minute, whatever is asked.
    pub fn of_front(app: &App) -> Self {
        Self { name: app.front.name(), most: app.limits.per_address, seconds: 60 }
    }

    /// How many tokens that nobody has this process takes from an address in a minute.
    pub fn of_unknown_tokens(app: &App) -> Self {
        let name = match app.front {
            Front::All => "unknown-tokens-all",
            Front::Api => "unknown-tokens-api",
            Front::Admin => "unknown-tokens-admin",
            Front::Shop => "unknown-tokens-shop",
        };
        Self { name, ..Self::of_front(app) }
    }

    /// The span of time that it is now, and how many seconds are left of it.
    fn span(self, app: &App) -> (i64, i64) {
        let (second, length) = (app.clock.now().as_second(), i64::from(self.seconds));
        (second.div_euclid(length), length - second.rem_euclid(length))
    }
}

/// Counts one request of that address; the error says how long to wait, where it is one too many.
pub(crate) async fn take(app: &App, rate: Rate, address: IpAddr) -> Result<(), Failure> {
    let Rate { name, most, seconds } = rate;
    let (span, left) = rate.span(app);
    let site = site(address);
    if app.memory.counts.add(name, site, span) > most {
        return Err(too_many(left));
    }
    // Good for longer than it is asked for.
    let kept = Duration::from_secs(u64::from(seconds)) * 2;
    let counted = app.memory.count(&format!("rate:{name}:{site}:{span}"), kept).await;
    if counted.is_some_and(|counted| counted > u64::from(most)) { Err(too_many(left)) } else { Ok(()) }
}

/// Whether that address may go on, by what this process alone counted; the error says how long to wait.
pub(crate) fn look(app: &App, rate: Rate, address: IpAddr) -> Result<(), Failure> {
    let (span, left) = rate.span(app);
    if app.memory.counts.count(rate.name, site(address), span) >= rate.most {
        Err(too_many(left))
    } else {
        Ok(())
    }
}

/// Counts one more for it.
pub(crate) fn note(app: &App, rate: Rate, address: IpAddr) {
    app.memory.counts.add(rate.name, site(address), rate.span(app).0);
}

fn too_many(seconds: i64) -> Failure {
    Failure::told(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, "too many requests from this address: wait")
        .with(|problem| problem.retry_after = u64::try_from(seconds).ok())
}

/// Whom an address stands for.
fn site(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & SITE).into(),
    }
}

/// What this process counted at each rate, in the span of time that it is now.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<&'static str, Span>>);

#[derive(Default)]
struct Span {
    number: i64,
    counts: HashMap<IpAddr, u32>,
}

impl Counts {
    /// How many there are.
    fn count(&self, name: &'static str, site: IpAddr, number: i64) -> u32 {
        let rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = rates.get(name).filter(|span| span.number == number).map(|span| &span.counts);
        counts.and_then(|counts| counts.get(&site)).copied().unwrap_or_default()
    }

    /// How many there are, with this one. A new span begins with none.
    fn add(&self, name: &'static str, site: IpAddr, number: i64) -> u32 {
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let span = rates.entry(name).or_default();
        if span.number != number {
            *span = Span { number, counts: HashMap::new() };
        }
        let is_known = span.counts.contains_key(&site);
        let site = if is_known || span.counts.len() < MOST_ADDRESSES { site } else { Ipv6Addr::UNSPECIFIED.into() };
        let count = span.counts.entry(site).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_span_rate_and_site_counts_for_itself() {
        let (counts, one, other) = (Counts::default(), IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!([1, 2, 3].map(|_| counts.add("shop", one, 7)), [1, 2, 3]);
        assert_eq!((counts.add("shop", other, 7), counts.add("api", one, 7)), (1, 1));
        assert_eq!(counts.add("shop", one, 8), 1);
    }

    #[test]
    fn one_network_of_ipv6_is_one_site() {
        let site_of = |text: &str| site(text.parse().unwrap()).to_string();
        assert_eq!(site_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(site_of("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_the_memory() {
        let counts = Counts::default();
        let before = (0..u32::try_from(MOST_ADDRESSES).unwrap())
            .map(|number| counts.add("shop", Ipv4Addr::from_bits(number).into(), 7))
            .max();
        assert_eq!(before, Some(1));
        let late: Vec<u32> = (1..=3).map(|number| counts.add("shop", IpAddr::from([203, 0, 113, number]), 7)).collect();
        assert_eq!(late, [1, 2, 3], "they are counted together");
        assert_eq!(counts.add("shop", Ipv4Addr::from_bits(5).into(), 7), 2, "those that were there go on");
    }
}
