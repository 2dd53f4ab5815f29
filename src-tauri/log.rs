//! The program's log: a file in the user's log folder, a few megabytes at most, without buyers' data.

use tauri::{Runtime, plugin::TauriPlugin};
use tauri_plugin_log::{Builder, RotationStrategy, Target, TargetKind};

const MOST_BYTES: u128 = 2 * 1024 * 1024;

pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    Builder::new()
        .level(tauri_plugin_log::log::LevelFilter::Info)
        .max_file_size(MOST_BYTES)
        .rotation_strategy(RotationStrategy::KeepOne)
        .targets([Target::new(TargetKind::Stderr), Target::new(TargetKind::LogDir { file_name: None })])
        .build()
}
