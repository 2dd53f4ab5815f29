//! The use cases of the desktop program: enrol, sign in, sell, redeem, correct, find, settle, sync.
//!
//! Everything here runs without a window: over the device's files ([`beadsbox_store`]), the server ([`beadsbox_sync`]) and a
//! small [`host::Host`] (clock, randomness, keyring). The shell calls one method per command and shows what it answers.

mod clock_evidence;
mod device;
pub mod error;
pub mod host;
mod new_password;
mod open_asks;
mod outbox_file;
mod pace;
mod papers;
mod pin;
mod program;
mod recovery;
mod replica;
mod saved_file;
mod scanner;
mod secrets;
mod session;
mod support;
mod training;
mod usecase;
pub mod view;

pub use device::last_deed;
pub use error::{AppError, ErrorCode};
pub use program::{Program, ProgramEvent};
pub use replica::StoreReplica;
pub use scanner::scanner_test;
pub use usecase::{
    Seat, enrolment::read_scan as read_enrolment_scan, printing::Paper, reports::ReportFile, templates::currencies, till::check_code,
    updates::read_update_address,
};
