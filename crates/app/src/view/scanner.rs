use serde::{Deserialize, Serialize};

/// How scans are told from typing on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ScannerSettings {
    /// What the scanner sends before each code; printable ASCII.
    pub prefix: String,
    pub terminator: Terminator,
    /// Longest pause between two keys of a scan, in milliseconds.
    pub longest_gap_ms: u16,
    pub layout: ScannerLayout,
}

impl Default for ScannerSettings {
    fn default() -> Self {
        Self { prefix: String::new(), terminator: Terminator::Enter, longest_gap_ms: 60, layout: ScannerLayout::Auto }
    }
}

/// What the scanner sends behind a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Terminator {
    Enter,
    Tab,
    /// Nothing: a pause ends the scan.
    Pause,
}

/// The keyboard that the scanner takes the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ScannerLayout {
    /// Found out by the codes themselves.
    Auto,
    Us,
    Fr,
    De,
    Be,
    Ch,
}
