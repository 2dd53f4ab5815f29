//! Repeatable choices for sample data. Not for secrets.

use beadsbox_domain::{OpId, Timestamp};
use uuid::Uuid;

/// A stream of numbers (SplitMix64): the same every time, so that sample data look the same on every machine.
pub(super) struct Sampler(u64);

impl Sampler {
    pub fn new() -> Self {
        Self(0x5eed_bead)
    }

    /// A stream of its own for each number.
    pub fn numbered(number: u64) -> Self {
        let mut scattered = Self(0x5eed_b01c ^ number);
        Self(scattered.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least + 1).unwrap_or(1).max(1);
        least + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// Once in `times`.
    pub fn once_in(&mut self, times: i64) -> bool {
        self.between(1, times) == 1
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.between(0, i64::try_from(of.len()).unwrap_or(1) - 1);
        &of[usize::try_from(place).unwrap_or(0)]
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next().to_be_bytes()[0])
    }

    /// A version 7 UUID of that moment.
    pub fn id_at(&mut self, at: Timestamp) -> Uuid {
        let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &self.bytes()).into_uuid()
    }

    pub fn op_at(&mut self, at: Timestamp) -> OpId {
        OpId(self.id_at(at))
    }
}
