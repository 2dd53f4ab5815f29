//! The server over real HTTP on a real PostgreSQL, one database for each test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed, also in its helpers")]

mod books;
mod broker;
mod collected_metrics;
mod day_close;
mod feed;
mod fronts;
mod held;
mod http;
mod jobs;
mod log;
mod mail;
mod migrations;
mod ops_role;
mod outbox_import;
mod personal_data;
mod process;
mod quarantine;
mod races;
mod recovery;
mod rules;
mod seed;
mod serve_role;
mod shop;
mod standby;
mod support;
mod together;
mod traces;
mod upkeep;
