//! `./dev bench`: how quick store and sync are, side by side with the real other programs.
//!
//! A row of the table ([`rows`]) measures ours and the other in one run, turn by turn, so that a noisy machine meets both.
//! Ours is the release build: the real server process over a PostgreSQL with durable settings ([`centre`]), and a device with
//! its real encrypted files ([`till`]). The others are Node programs in `bench/peers` ([`peer`]), psql and sqlite3, and an
//! empty Tauri window.

pub mod centre;
pub mod figure;
pub mod ledger;
pub mod machine;
pub mod peer;
pub mod process;
pub mod report;
pub mod rows;
pub mod till;
pub mod wire;

/// Says how far it is, on the error output: a run takes a while.
#[expect(clippy::print_stderr, reason = "progress for whoever waits; results go into files")]
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}
