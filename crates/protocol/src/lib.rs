//! What goes over the wire between a device and the server, and what is hashed and signed of it.
//!
//! JSON over HTTP; `docs/sync.md` shows it with `curl`. Hashes and keys are lower-case hexadecimal, signatures base64.

pub mod admin;
pub mod badge;
pub mod body;
pub mod catalogue;
pub mod chain;
pub mod conflict;
pub mod digest;
pub mod end_of_day;
pub mod enrol;
pub mod enrol_ticket;
pub mod export;
pub mod flat;
pub mod fork;
pub mod history;
pub mod import;
pub mod job;
pub mod mail;
pub mod person;
pub mod personal_data;
pub mod problem;
pub mod profile;
pub mod pull;
pub mod push;
pub mod receipt;
pub mod report;
pub mod reservation;
pub mod rows;
pub mod second_factor;
pub mod session;
pub mod shop_page;
pub mod signed_code;
pub mod snapshot;
pub mod trace;
pub mod voucher_list;

pub use body::{BodyError, OperationBody};
pub use chain::{ChainHash, Incarnation};
pub use problem::{ErrorCode, Problem};
pub use profile::Profile;

/// The version of this program, told to the server with every request in [`CLIENT_VERSION_HEADER`].
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The header that carries [`VERSION`].
pub const CLIENT_VERSION_HEADER: &str = "x-beadsbox-version";

/// The most operations in one push.
pub const MOST_OPERATIONS: usize = 500;
/// The most bytes of one push.
pub const MOST_PUSH_BYTES: usize = 1024 * 1024;
/// The most bytes of one operation's body.
pub const MOST_BODY_BYTES: usize = 64 * 1024;
/// The most rows in one page of changes.
pub const MOST_ROWS: u32 = 2000;
/// The longest that a pull waits for something new, in seconds.
pub const LONGEST_WAIT_SECONDS: u32 = 25;
