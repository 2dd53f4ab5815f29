//! Real devices at a real server: what people do, every role at every command, and keyring, clock, disk and network in trouble. One program, because each
//! would hold all of the others' code once more.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod administration;
mod conflicts;
mod corrections;
mod day_close;
mod devices;
mod disk_full;
mod foreign;
mod import;
mod import_lines;
mod issue;
mod limits;
mod mail_choice;
mod many;
mod online_sale;
mod outbox_file;
mod palette;
mod printing;
mod recovery;
mod reports;
mod reservation;
mod role_calls;
mod roles;
mod scanner;
mod shift;
mod signed_codes;
mod stage;
mod support;
mod template_notes;
mod traces;
mod training;
mod trouble;
mod two_tills;
mod unshown_sale;
mod whole;
