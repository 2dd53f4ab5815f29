//! The commands, by area. Each passes its arguments to one use case and its answer back.

pub mod account;
pub mod admin;
pub mod conflicts;
pub mod day;
pub mod everywhere;
pub mod grid;
pub mod issue;
pub mod mail;
pub mod organisation;
pub mod outbox_file;
pub mod printing;
pub mod reports;
pub mod sheets;
pub mod shell;
pub mod shift;
pub mod start;
pub mod templates;
pub mod till;
pub mod training;
pub mod updates;
pub mod vouchers;

use beadsbox_app::Program;
use tauri::State;

type Answer<T> = Result<T, beadsbox_app::AppError>;
type Beads<'a> = State<'a, Program>;
