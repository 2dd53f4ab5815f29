//! The server over real HTTP on a real PostgreSQL, one database for each test.

mod http;
mod jobs;
mod process;
mod races;
mod rules;
mod seed;
mod serve_role;
mod support;
