//! Runs the sync's real code, by seeds, over files, a network and a server that are modelled.
//!
//! Real: the plan and the [`beadsbox_sync::Syncer`] of every device, what the screens show (`beadsbox_overlay`), what the server
//! decides (`beadsbox_authority`), bodies, chain, signatures and receipts (`beadsbox_protocol`). Modelled: the two files of a
//! device with what is committed and what is durable, a network of queued messages, and the server's tables. One seed makes one
//! [`plan::Plan`]; the same plan gives the same run, to the bit. After each run the faults end, everything syncs, and the ten
//! rules of `docs/sync.md` are checked; rule 6 after every step. See `docs/adr/0016-a-simulator-of-its-own.md`.

pub mod breakage;
pub mod device;
pub mod names;
mod network;
pub mod plan;
mod rng;
pub mod rules;
pub mod run;
pub mod server;
pub mod shrink;
pub mod tally;
mod trace;

pub use breakage::Breakage;
pub use plan::Plan;
pub use rules::Violation;
pub use run::{Outcome, run};
