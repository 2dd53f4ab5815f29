//! How long somebody waits who typed a password or a PIN wrong.

use beadsbox_domain::Timestamp;
use jiff::SignedDuration;

/// Wrong ones that cost nothing: people mistype.
const FREE: u32 = 3;
/// Nobody waits longer.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);

/// What so many wrong ones in a row cost: nothing for the first, then 2, 4, 8, … seconds up to a quarter of an hour.
pub(crate) fn delay_after(failed: u32) -> SignedDuration {
    let over = failed.saturating_sub(FREE);
    let seconds = if over == 0 { 0 } else { 2_i64.saturating_pow(over) };
    SignedDuration::from_secs(seconds).min(LONGEST_DELAY)
}

/// Until when somebody still waits who was told to wait until then. A clock that stood years ahead meanwhile must not block for years.
pub(crate) fn waits_until(blocked_until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let longest = now.saturating_add(LONGEST_DELAY).unwrap_or(now);
    blocked_until.map(|until| until.min(longest)).filter(|until| *until > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_after_the_free_attempts() {
        let seconds: Vec<i64> = (1..=6).map(|failed| delay_after(failed).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 2, 4, 8]);
        assert_eq!(delay_after(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn nobody_waits_longer_than_the_longest_delay_whatever_the_clock_said() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let at = |seconds: i64| Some(Timestamp::from_second(1_000_000 + seconds).unwrap());
        assert_eq!((waits_until(None, now), waits_until(at(0), now), waits_until(at(-5), now)), (None, None, None));
        assert_eq!(waits_until(at(8), now), at(8));
        assert_eq!(waits_until(at(365 * 86_400), now), at(LONGEST_DELAY.as_secs()));
    }
}
