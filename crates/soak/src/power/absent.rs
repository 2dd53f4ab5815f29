//! No power cuts here: the disk that forgets needs Linux, and the feature `power-cuts`.

use std::{convert::Infallible, io, path::Path};

/// Whether the disk does what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    /// A sync is one.
    Syncs,
    /// A sync is answered and not done.
    Lies,
}

/// It is not.
pub const fn is_possible() -> bool {
    false
}

/// There is none.
pub struct ForgetfulDisk(Infallible);

impl ForgetfulDisk {
    /// Always an error.
    pub fn mount(_folder: &Path, _honesty: Honesty) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Never called.
    pub fn cut_power(&mut self, _random: &mut fastrand::Rng) -> io::Result<()> {
        match self.0 {}
    }
}
