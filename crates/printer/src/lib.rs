//! Carries bytes to a till printer, over the network or a serial port, and says in a closed set of ways why it did not.
//!
//! Blocking, and never for longer than its [`Limits`] say: call it where waiting is allowed.

mod error;
mod network;
mod serial;
mod status;

use std::time::Duration;

pub use error::{PrintError, PrintFault};

/// Where the printer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// On the network, at `host` or `host:port`; without a port [`NETWORK_PORT`].
    Network {
        /// The address.
        address: String,
    },
    /// On a serial port, eight bits without parity.
    Serial {
        /// `/dev/ttyUSB0`, `COM3`.
        port: String,
        /// Bits a second.
        baud: u32,
    },
}

/// The port on which network printers take raw bytes.
pub const NETWORK_PORT: u16 = 9100;

/// How long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the printer says how it is. Many never do; then it is taken for well.
    pub status: Duration,
    /// Until it has taken all bytes.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), status: Duration::from_millis(300), write: Duration::from_secs(20) }
    }
}

/// Hands the bytes to the printer. When it returns well, the printer or its network has taken all of them.
pub fn send(target: &Target, bytes: &[u8], limits: Limits) -> Result<(), PrintError> {
    match target {
        Target::Network { address } => network::send(address, bytes, limits),
        Target::Serial { port, baud } => serial::send(port, *baud, bytes, limits),
    }
}
