//! Kills the real programs, and accounts for every word that a screen gave.
//!
//! Tills ([`till`]) are the desktop program without its window: real use cases, real files, real HTTP. The soak ([`run`]) lets
//! them sell and redeem at servers on a real PostgreSQL, kills all of these at random moments, and writes down what each till
//! told ([`told`]). When the faults have ended and everything is synced, the books are compared ([`books`]). With power cuts,
//! the tills' files lie on a disk that forgets what was not synced ([`power`]).
//!
//! [`whole`] starts every part of the central system on one machine, for whoever wants to try it, and for the drill that kills each part in turn
//! ([`run::parts`]).

pub mod books;
#[cfg(all(target_os = "linux", feature = "power-cuts"))]
pub mod power;
#[cfg(not(all(target_os = "linux", feature = "power-cuts")))]
#[path = "power/absent.rs"]
pub mod power;
pub mod relay;
pub mod run;
pub mod till;
pub mod told;
pub mod whole;
