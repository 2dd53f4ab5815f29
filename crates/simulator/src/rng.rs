//! The one source of chance: `SplitMix64` (Steele, Lea, Flood 2014). The same seed gives the same numbers on every machine.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of that seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is above 0.
    pub const fn below(&mut self, bound: u32) -> u32 {
        // The upper half times the bound: no division, and no bias that a simulation could notice.
        (((self.next() >> 32) * bound as u64) >> 32) as u32
    }

    /// True once in so many times.
    pub const fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// Any of them.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(u32::try_from(among.len()).unwrap_or(u32::MAX)) as usize]
    }
}
