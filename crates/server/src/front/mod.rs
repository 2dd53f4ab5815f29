//! Fronts: what a server shows to whom, each with a port, connections to the database and bounds of its own, so that a busy one takes
//! nothing from another.

mod limits;

use std::net::SocketAddr;

pub use limits::{LimitChange, LimitError, Limits};

/// What one port serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Front {
    /// Everything, at one port.
    All,
    /// What devices ask all day.
    Api,
    /// What the office and admins ask: administration and reports.
    Admin,
    /// What buyers see.
    Shop,
}

impl Front {
    /// Its name in configuration, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Api => "api",
            Self::Admin => "admin",
            Self::Shop => "shop",
        }
    }

    pub(crate) const fn has_api(self) -> bool {
        matches!(self, Self::All | Self::Api)
    }

    pub(crate) const fn has_admin(self) -> bool {
        matches!(self, Self::All | Self::Admin)
    }

    pub(crate) const fn has_shop(self) -> bool {
        matches!(self, Self::All | Self::Shop)
    }
}

/// A front, where it listens, and what it bounds.
#[derive(Debug, Clone)]
pub struct FrontConfig {
    /// What it serves.
    pub front: Front,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it bounds.
    pub limits: Limits,
}

impl FrontConfig {
    /// With the usual bounds.
    pub fn new(front: Front, listen: SocketAddr) -> Self {
        Self { front, listen, limits: Limits::of(front) }
    }
}
