//! How often one address may ask for something. Kept in this process alone; who is forgotten at a restart has waited long enough.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// So often within so long, in one go or spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    pub name: &'static str,
    pub most: u32,
    pub within: Duration,
}

/// Pages: a person who looks around, and the people behind one address.
pub(super) const LOOKS: Limit = Limit { name: "looks", most: 300, within: Duration::from_mins(1) };
/// Forms that are sent.
pub(super) const FORMS: Limit = Limit { name: "forms", most: 30, within: Duration::from_mins(10) };
/// Papers, each of which keeps a thread busy.
pub(super) const PAPERS: Limit = Limit { name: "papers", most: 30, within: Duration::from_mins(5) };

/// The most addresses that are remembered. Beyond them nobody new is let in: a flood must not open the door.
const MOST_ADDRESSES: usize = 100_000;

type Key = (&'static str, IpAddr);

/// Until when each address has used up what it may, by the generic cell rate algorithm: one moment for each, however often it came.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<HashMap<Key, Instant>>);

impl Limits {
    /// Lets it pass, or says how long to wait.
    pub fn allow(&self, address: IpAddr, limit: Limit) -> Result<(), Duration> {
        self.allow_at(address, limit, Instant::now())
    }

    fn allow_at(&self, address: IpAddr, limit: Limit, now: Instant) -> Result<(), Duration> {
        let key = (limit.name, network(address));
        // Nothing in here panics with the lock.
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !used.contains_key(&key) && used.len() >= MOST_ADDRESSES {
            used.retain(|_, until| *until > now);
            if used.len() >= MOST_ADDRESSES {
                return Err(limit.within);
            }
        }
        let each = limit.within / limit.most.max(1);
        let until = used.get(&key).copied().unwrap_or(now).max(now) + each;
        let ahead = until.duration_since(now);
        if ahead > limit.within {
            return Err(ahead.saturating_sub(limit.within));
        }
        used.insert(key, until);
        Ok(())
    }
}

/// Whoever has an address of IPv6 has a whole network of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Limit = Limit { name: "three", most: 3, within: Duration::from_secs(30) };

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn so_many_pass_and_more_pass_with_time() {
        let (limits, now) = (Limits::default(), Instant::now());
        for _ in 0..3 {
            assert_eq!(limits.allow_at(ip("192.0.2.1"), THREE, now), Ok(()));
        }
        assert_eq!(limits.allow_at(ip("192.0.2.1"), THREE, now), Err(Duration::from_secs(10)));
        assert_eq!(limits.allow_at(ip("192.0.2.2"), THREE, now), Ok(()), "others are others");
        let later = now + Duration::from_secs(10);
        assert_eq!(limits.allow_at(ip("192.0.2.1"), THREE, later), Ok(()));
        assert!(limits.allow_at(ip("192.0.2.1"), THREE, later).is_err(), "one for each ten seconds");
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let (limits, now) = (Limits::default(), Instant::now());
        for last in 1..=3 {
            assert_eq!(limits.allow_at(ip(&format!("2001:db8:1:2::{last}")), THREE, now), Ok(()));
        }
        assert!(limits.allow_at(ip("2001:db8:1:2:ffff::1"), THREE, now).is_err());
        assert_eq!(limits.allow_at(ip("2001:db8:1:3::1"), THREE, now), Ok(()));
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }

    #[test]
    fn a_flood_of_addresses_opens_no_door() {
        let (limits, now) = (Limits::default(), Instant::now());
        for number in 0..u32::try_from(MOST_ADDRESSES).unwrap() {
            let address = IpAddr::V4((0x0a00_0000 + number).into());
            assert_eq!(limits.allow_at(address, THREE, now), Ok(()));
        }
        assert!(limits.allow_at(ip("192.0.2.9"), THREE, now).is_err());
        assert_eq!(limits.allow_at(ip("192.0.2.9"), THREE, now + Duration::from_secs(31)), Ok(()), "those before are forgotten");
    }
}
