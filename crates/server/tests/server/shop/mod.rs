//! The shop page over real HTTP: forms, orders, counters, and a payment provider that is a real server too.

mod admin;
mod cards;
mod counters;
mod events;
mod forms;
mod orders;
mod pages;
mod reversals;
pub mod stage;
