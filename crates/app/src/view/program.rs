use beadsbox_domain::Role;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// How far the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    NeedsEnrolment,
    NeedsSignIn,
    SignedIn,
    /// It cannot go on: see `problem`.
    Blocked,
}

/// What the start window shows.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct ProgramState {
    pub phase: Phase,
    pub problem: Option<AppError>,
    pub server: Option<String>,
    pub shop: Option<String>,
    pub device: Option<String>,
    pub online: bool,
    /// Who signed in here last.
    pub last_person: Option<String>,
    pub preferences: Preferences,
    pub about: About,
}

/// A person's choices on this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Preferences {
    pub language: Language,
    pub theme: Theme,
}

/// The screens' language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    System,
    En,
    Fr,
}

/// The screens' colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
    /// High contrast.
    ContrastLight,
    ContrastDark,
}

/// Versions and places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, specta::Type)]
pub struct About {
    pub version: String,
    /// Operating system and processor.
    pub system: String,
    pub sqlite: String,
    pub sqlcipher: String,
    pub webview: String,
    pub server_version: Option<String>,
    /// The format of the operations that this program records.
    pub operation_format: u16,
    pub snapshot_format: u32,
    /// The schemas of the device's files; 0 before they are open.
    pub cache_schema: u32,
    pub outbox_schema: u32,
    pub device_id: Option<String>,
    pub data_folder: String,
}

/// What makes this device known to the server.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EnrolForm {
    pub server: String,
    pub code: String,
    pub device_name: String,
}

/// Name and password, and what else was asked for; empty where nothing was.
#[derive(Clone, Default, Deserialize, specta::Type)]
pub struct SignInForm {
    pub name: String,
    pub password: String,
    /// A code of the authenticator, or a recovery code.
    pub code: String,
    /// In the place of a one-time password, typed twice.
    pub new_password: String,
    pub again: String,
}

impl SignInForm {
    /// With name and password alone.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), ..Self::default() }
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Session")]
pub struct SessionView {
    pub staff_id: String,
    pub name: String,
    pub role: Role,
    /// Signed in without the server.
    pub offline: bool,
    /// How long that holds.
    pub offline_until: Option<String>,
    /// They showed their password; by badge or PIN alone the till is theirs, and nothing else.
    pub by_password: bool,
    /// The screens are locked until somebody shows who they are.
    pub locked: bool,
    /// Why they are, where an admin ended what this person was let in by.
    pub ended: Option<SessionEnd>,
}

/// What an admin did that ends somebody's work at a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// They may not sign in any more.
    Barred,
    /// They have another role.
    RoleChanged,
    /// Their password or second factor was changed elsewhere.
    SignInChanged,
}

/// What is being moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    Sending,
    Receiving,
    /// The server makes a snapshot of everything.
    Preparing,
    /// Everything is being taken.
    Loading,
    /// What was taken is compared and put in its place.
    Finishing,
}

/// How far the sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct SyncProgress {
    pub phase: SyncPhase,
    pub done: u64,
    pub total: u64,
    /// Bytes taken, and of how many, where they are known.
    pub bytes: Option<u64>,
    pub of_bytes: Option<u64>,
    /// How long it will still take, once that can be told.
    pub seconds_left: Option<u64>,
}

impl From<beadsbox_sync::Progress> for SyncProgress {
    fn from(progress: beadsbox_sync::Progress) -> Self {
        use beadsbox_sync::Phase;
        let phase = match progress.phase {
            Phase::Sending => SyncPhase::Sending,
            Phase::Receiving => SyncPhase::Receiving,
            Phase::Preparing => SyncPhase::Preparing,
            Phase::Loading => SyncPhase::Loading,
            Phase::Finishing => SyncPhase::Finishing,
        };
        let (bytes, of_bytes) = progress.bytes.unzip();
        Self { phase, done: progress.done, total: progress.total, bytes, of_bytes, seconds_left: None }
    }
}

/// The line at the bottom of every window.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct StatusBar {
    /// Nothing here is real.
    pub training: bool,
    pub shop: String,
    pub device: String,
    /// The shop to which an admin moved this device, while it has to close its day where it is.
    pub moves_to: Option<String>,
    pub person: String,
    pub role: Role,
    pub online: bool,
    pub syncing: bool,
    pub progress: Option<SyncProgress>,
    pub last_sync_at: Option<String>,
    /// Operations of this device that the server has not acknowledged.
    pub waiting: u64,
    /// Operations of this device that the server keeps until an admin accepts them.
    pub quarantined: u64,
    /// Refused operations that nobody acknowledged.
    pub refused: u64,
    pub open_conflicts: u64,
    /// By how many seconds the clock is ahead; only above five minutes.
    pub clock_skew_seconds: Option<i64>,
    /// Why the last sync failed, other than for want of a network.
    pub trouble: Option<AppError>,
}

/// What a screen should load again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "ToLoadAgain")]
#[expect(clippy::struct_excessive_bools, reason = "each list is loaded again or not, by itself")]
pub struct DataChanged {
    pub vouchers: bool,
    pub templates: bool,
    pub conflicts: bool,
    pub directory: bool,
}
