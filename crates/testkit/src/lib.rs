//! What the tests share: fixtures, a clock to turn, a PostgreSQL for each test, and a device that speaks plain HTTP.

mod clock;
mod cluster;
mod database;
mod device;
pub mod fixtures;

pub use clock::TestClock;
pub use cluster::Cluster;
pub use database::TestDatabase;
pub use device::{Answer, Recorded, Session, TestDevice};
