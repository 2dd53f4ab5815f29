//! What the server decides on an operation, without its database: the rows that it is about come as a [`World`], the outcome
//! and the changed rows go out. The server runs it over PostgreSQL, the simulator over rows in memory.

mod arrived;
pub mod fold;
mod judge;
pub mod lives;
mod restore;
mod scope;
mod told;
mod world;

pub use arrived::{Arrived, Fresh, Reading};
pub use judge::{Judged, judge};
pub use scope::{Identity, Places, RIGHT_CLOCK, Scope, is_believed};
pub use told::{Told, Word, first_commit_no};
pub use world::{Placed, Standing, World};
