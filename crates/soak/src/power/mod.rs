//! Power cuts: a disk that forgets what was not synced.
//!
//! A kill leaves what a program wrote with the system, which brings it to the disk some time. A power cut does not. So the tills'
//! files lie in a FUSE file system of our own ([`mount`]) over a disk in memory ([`disk`]) that keeps two states of each file and
//! folder: as it is, and as it was synced last. What SQLite's WAL asks of it is written down in
//! `docs/adr/0017-a-soak-of-the-real-programs.md`.

mod content;
mod disk;
mod file_system;
mod mount;

pub use disk::{Forgotten, Honesty};
pub use mount::{ForgetfulDisk, is_possible};
