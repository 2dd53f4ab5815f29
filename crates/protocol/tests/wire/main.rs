//! What the wire promises: the bytes that are signed, and the JSON that other programs read.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod body;
mod catalogue;
mod chain;
mod endpoints;
mod enrol;
mod enrol_ticket;
mod export;
mod mail;
mod outcomes;
mod person;
mod problem;
mod receipt;
mod rows;
mod signed_code;
mod support;
mod sync;
