//! What a device is sent.

use serde::{Deserialize, Serialize};

/// What a device is sent. Snapshots, digests and cursors belong to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// No e-mail addresses and no messages; what it sold itself, it has in its own files.
    Counter,
    /// Everything.
    Office,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 2] = [Self::Counter, Self::Office];

    /// The name, as wire, database and command line have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Office => "office",
        }
    }

    /// The profile of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }
}
