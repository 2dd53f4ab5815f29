use serde::{Deserialize, Serialize};

/// One file of a support bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SupportPart {
    pub name: String,
    pub text: String,
}

/// How large everything in the windows is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ZoomStep {
    In,
    Out,
    Reset,
}

/// Whether faults of the program are told to whoever mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FaultSettings {
    pub on: bool,
    /// The server names a place where they are told. Without one it cannot be switched on.
    pub offered: bool,
}

/// Of what this computer tells while nobody looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NotificationSettings {
    /// New conflicts, and operations that the server refused.
    pub on: bool,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self { on: true }
    }
}
