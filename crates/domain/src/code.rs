//! A voucher's code: 13 symbols of Crockford's base32 (<https://www.crockford.com/base32.html>), 12 of them random (60
//! bits), the last a check symbol.
//!
//! The check is Damm's scheme over GF(32): the interim value starts at 0 and becomes `α · (interim + symbol)` with each
//! symbol, where `α` is a root of the primitive polynomial `x⁵ + x² + 1`; the check symbol brings it back to 0. Every single
//! wrong symbol and every swap of neighbours ends elsewhere, because `α` is neither 0 nor 1. The tests prove both for all.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The symbols, by value. No `I`, `L`, `O`, `U`.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many symbols a code has.
pub const CODE_LENGTH: usize = 13;
const RANDOM_LENGTH: usize = CODE_LENGTH - 1;
/// What stands in [`VALUES`] for characters that no code has.
const NO_SYMBOL: u8 = 0xff;
/// The value of each character of ASCII as people write it. A list reads a code for every row, so nothing is searched for.
const VALUES: [u8; 128] = values();

const fn values() -> [u8; 128] {
    let mut values = [NO_SYMBOL; 128];
    let mut value = 0;
    while value < 32 {
        let symbol = ALPHABET[value as usize];
        values[symbol as usize] = value;
        values[symbol.to_ascii_lowercase() as usize] = value;
        value += 1;
    }
    // What is easily taken for another one.
    values[b'O' as usize] = 0;
    values[b'o' as usize] = 0;
    values[b'I' as usize] = 1;
    values[b'i' as usize] = 1;
    values[b'L' as usize] = 1;
    values[b'l' as usize] = 1;
    values
}

/// What the codes of training begin with, `TRA1N`: no voucher that is sold has one.
const TRAINING: [u8; 5] = [26, 24, 10, 1, 21];

/// A code whose check symbol is right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "0123456789ABV"))]
pub struct VoucherCode([u8; CODE_LENGTH]);

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing there.
    #[error("no code")]
    Empty,
    /// Fewer than 13 symbols.
    #[error("{0} of 13 symbols")]
    Incomplete(usize),
    /// More than 13 symbols.
    #[error("more than 13 symbols")]
    TooLong,
    /// A symbol that no code has.
    #[error("{0:?} is in no code")]
    ForbiddenSymbol(char),
    /// The check symbol does not fit: somebody mistyped.
    #[error("mistyped")]
    Mistyped,
}

impl VoucherCode {
    /// A code from 8 random bytes; 60 of their 64 bits count.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let mut symbols = random_symbols(bytes);
        if symbols.starts_with(&TRAINING) {
            // One in 33 million would look like one of training.
            symbols[0] ^= 1;
        }
        symbols[RANDOM_LENGTH] = fold(&symbols[..RANDOM_LENGTH]);
        Self(symbols)
    }

    /// A code of a made-up voucher, from 8 random bytes; 35 of their 64 bits count.
    pub fn for_training(bytes: [u8; 8]) -> Self {
        let mut symbols = random_symbols(bytes);
        symbols[..TRAINING.len()].copy_from_slice(&TRAINING);
        symbols[RANDOM_LENGTH] = fold(&symbols[..RANDOM_LENGTH]);
        Self(symbols)
    }

    /// Whether it is of training. A code that was sold before there was any may look like it, one in 33 million.
    pub fn is_training(self) -> bool {
        self.0.starts_with(&TRAINING)
    }

    /// Reads a code as people write it: case-blind, `O` as 0, `I` and `L` as 1, spaces and dashes ignored.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut symbols = [0; CODE_LENGTH];
        let mut length = 0;
        for character in text.chars().filter(|c| !is_separator(*c)) {
            let value = value_of(character).ok_or(CodeError::ForbiddenSymbol(character))?;
            *symbols.get_mut(length).ok_or(CodeError::TooLong)? = value;
            length += 1;
        }
        match length {
            0 => Err(CodeError::Empty),
            CODE_LENGTH if fold(&symbols) == 0 => Ok(Self(symbols)),
            CODE_LENGTH => Err(CodeError::Mistyped),
            short => Err(CodeError::Incomplete(short)),
        }
    }

    /// The 13 symbols without dashes, as files and indexes keep them.
    pub fn compact(self) -> String {
        self.0.iter().map(|value| symbol(*value)).collect()
    }
}

/// Random symbols, and a 0 in the place of the check symbol.
fn random_symbols(bytes: [u8; 8]) -> [u8; CODE_LENGTH] {
    let mut bits = u64::from_be_bytes(bytes);
    let mut symbols = [0; CODE_LENGTH];
    for symbol in &mut symbols[..RANDOM_LENGTH] {
        *symbol = (bits & 31) as u8;
        bits >>= 5;
    }
    symbols
}

/// What has been typed so far, in groups: `XXXX-XXXX-XXXXX`. Symbols that no code has stay as they are.
pub fn grouped(text: &str) -> String {
    let symbols = text.chars().filter(|c| !is_separator(*c)).map(|c| value_of(c).map_or(c, symbol));
    let mut shown = String::with_capacity(CODE_LENGTH + 2);
    for (place, character) in symbols.take(64).enumerate() {
        if place == 4 || place == 8 {
            shown.push('-');
        }
        shown.push(character);
    }
    shown
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn symbol(value: u8) -> char {
    char::from(ALPHABET[usize::from(value & 31)])
}

fn value_of(character: char) -> Option<u8> {
    let place = usize::try_from(u32::from(character)).ok()?;
    VALUES.get(place).copied().filter(|value| *value != NO_SYMBOL)
}

/// Times `α` in GF(32).
const fn times_alpha(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

/// The interim value after all symbols. It is also the check symbol that brings it back to 0.
fn fold(symbols: &[u8]) -> u8 {
    symbols.iter().fold(0, |interim, symbol| times_alpha(interim ^ symbol))
}

impl fmt::Display for VoucherCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.compact()))
    }
}

impl fmt::Debug for VoucherCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for VoucherCode {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<VoucherCode> for String {
    fn from(code: VoucherCode) -> Self {
        code.compact()
    }
}

#[cfg(test)]
mod tests {
    use super::{ALPHABET, CODE_LENGTH, fold, times_alpha, value_of};

    #[test]
    fn every_character_has_the_value_that_people_mean_by_it_or_none() {
        for character in (0..=0x24f_u32).filter_map(char::from_u32) {
            let meant = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let place = ALPHABET.iter().position(|known| char::from(*known) == meant);
            assert_eq!(value_of(character).map(usize::from), place, "{character:?}");
        }
    }

    /// A word of nothing but that symbol at those places.
    fn word(symbol: u8, places: impl IntoIterator<Item = usize>) -> [u8; CODE_LENGTH] {
        let mut word = [0; CODE_LENGTH];
        places.into_iter().for_each(|place| word[place] = symbol);
        word
    }

    /// Why the proofs below are complete: `fold` is made of XOR and `times_alpha` alone, so if `times_alpha` is linear over
    /// GF(2), `fold` is. Then the fold of a wrong code is that of the right one (0) XOR that of their difference, whatever
    /// the right one was, and it is enough to look at every difference.
    #[test]
    fn times_alpha_is_linear() {
        for a in 0..32 {
            for b in 0..32 {
                assert_eq!(times_alpha(a ^ b), times_alpha(a) ^ times_alpha(b));
            }
        }
    }

    /// A wrong symbol is a difference of 1 to 31 at one place.
    #[test]
    fn no_wrong_symbol_passes() {
        for place in 0..CODE_LENGTH {
            for difference in 1..32 {
                assert_ne!(fold(&word(difference, [place])), 0, "{difference} at {place}");
            }
        }
    }

    /// A swap of two unlike neighbours is one difference, that of the two, at both places.
    #[test]
    fn no_swap_of_neighbours_passes() {
        for place in 0..CODE_LENGTH - 1 {
            for difference in 1..32 {
                assert_ne!(fold(&word(difference, [place, place + 1])), 0, "{difference} at {place} and after");
            }
        }
    }

    /// The polynomial is primitive: the powers of `α` run through all 31 values but 0.
    #[test]
    fn alpha_generates_the_field() {
        let mut powers: Vec<u8> = std::iter::successors(Some(1), |power| Some(times_alpha(*power))).take(31).collect();
        powers.sort_unstable();
        assert_eq!(powers, (1..32).collect::<Vec<_>>());
    }
}
