//! How often one address may ask that is known by no token.
//!
//! Counted by the minute, by each process for itself, and where there is a Redis by all of them together. Both counts hold: without Redis
//! each process still refuses what is too much for it.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use axum::http::StatusCode;
use beadsbox_protocol::ErrorCode;

use crate::{error::Failure, front::Front, state::App};

/// The most addresses that a process tells apart in a minute; those that come then are counted together.
const MOST_ADDRESSES: usize = 50_000;
/// A network of one site: whoever has an IPv6 address has all of these.
const SITE: u128 = u128::MAX << 64;

/// Counts one request of that address; the error says how long to wait, where it is one too many.
pub(super) async fn take(app: &App, address: IpAddr) -> Result<(), Failure> {
    let second = app.clock.now().as_second();
    let (minute, left) = (second.div_euclid(60), 60 - second.rem_euclid(60));
    let most = app.limits.per_address;
    let site = site(address);
    if app.memory.minute.add(app.front, site, minute) > most {
        return Err(too_many(left));
    }
    let counted = app.memory.count(&format!("rate:{}:{site}:{minute}", app.front.name())).await;
    if counted.is_some_and(|counted| counted > u64::from(most)) { Err(too_many(left)) } else { Ok(()) }
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

/// What this process counted in one minute.
#[derive(Default)]
pub(crate) struct Minute(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    minute: i64,
    counts: HashMap<(Front, IpAddr), u32>,
}

impl Minute {
    /// How many there are, with this one. A new minute begins with none.
    fn add(&self, front: Front, site: IpAddr, minute: i64) -> u32 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.minute != minute {
            *kept = Counts { minute, counts: HashMap::new() };
        }
        let is_known = kept.counts.contains_key(&(front, site));
        let site = if is_known || kept.counts.len() < MOST_ADDRESSES { site } else { Ipv6Addr::UNSPECIFIED.into() };
        let count = kept.counts.entry((front, site)).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_minute_front_and_site_counts_for_itself() {
        let (minute, one, other) = (Minute::default(), IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!([1, 2, 3].map(|_| minute.add(Front::Shop, one, 7)), [1, 2, 3]);
        assert_eq!((minute.add(Front::Shop, other, 7), minute.add(Front::Api, one, 7)), (1, 1));
        assert_eq!(minute.add(Front::Shop, one, 8), 1);
    }

    #[test]
    fn one_network_of_ipv6_is_one_site() {
        let site_of = |text: &str| site(text.parse().unwrap()).to_string();
        assert_eq!(site_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(site_of("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_the_memory() {
        let minute = Minute::default();
        let before = (0..u32::try_from(MOST_ADDRESSES).unwrap())
            .map(|number| minute.add(Front::Shop, Ipv4Addr::from_bits(number).into(), 7))
            .max();
        assert_eq!(before, Some(1));
        let late: Vec<u32> = (1..=3).map(|number| minute.add(Front::Shop, IpAddr::from([203, 0, 113, number]), 7)).collect();
        assert_eq!(late, [1, 2, 3], "they are counted together");
        assert_eq!(minute.add(Front::Shop, Ipv4Addr::from_bits(5).into(), 7), 2, "those that were there go on");
    }
}
