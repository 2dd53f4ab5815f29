//! How long somebody waits who typed a password or a PIN wrong.

use jiff::SignedDuration;

/// Wrong ones that cost nothing: people mistype.
const FREE: u32 = 3;
/// Nobody waits longer.
pub(crate) const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);

/// What so many wrong ones in a row cost: nothing for the first, then 2, 4, 8, … seconds up to a quarter of an hour.
pub fn delay_after(failed: u32) -> SignedDuration {
    let over = failed.saturating_sub(FREE);
    let seconds = if over == 0 { 0 } else { 2_i64.saturating_pow(over) };
    SignedDuration::from_secs(seconds).min(LONGEST_DELAY)
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
}
