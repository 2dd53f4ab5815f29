//! A PIN: the digits with which somebody who stands at a till says who they are, and that they mean it.

use std::fmt;

/// The fewest and the most digits.
pub const LENGTHS: std::ops::RangeInclusive<usize> = 6..=10;

/// A PIN that may be set.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why digits are no PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Too few digits, or too many.
    #[error("a PIN has 6 to 10 digits")]
    Length,
    /// Something else than the digits 0 to 9.
    #[error("a PIN has digits alone")]
    NotDigits,
    /// Among the first that anybody would try.
    #[error("too easily guessed")]
    Trivial,
}

impl Pin {
    /// Takes digits as typed; spaces around them do not count.
    pub fn new(text: &str) -> Result<Self, PinError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PinError::NotDigits);
        }
        if !LENGTHS.contains(&text.len()) {
            return Err(PinError::Length);
        }
        if is_trivial(text.as_bytes()) { Err(PinError::Trivial) } else { Ok(Self(text.to_owned())) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Nobody reads a PIN in a log.
impl fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pin(…)")
    }
}

/// 000000, 123456, 987654, 135791; 121212, 123123, 12341234; 112211 and all others of two digits.
fn is_trivial(digits: &[u8]) -> bool {
    let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
    let steady = digits.windows(2).map(step).collect::<std::collections::BTreeSet<_>>().len() == 1;
    let repeats = (1..=digits.len() / 2).any(|block| digits.iter().zip(&digits[block..]).all(|(one, next)| one == next));
    let few = digits.iter().collect::<std::collections::BTreeSet<_>>().len() < 3;
    steady || repeats || few
}
