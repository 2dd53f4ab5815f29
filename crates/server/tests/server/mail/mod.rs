//! Mail, by a conversation with a real mail server.

mod again;
mod answers;
mod at_sale;
mod choice;
mod jobs;
mod leases;
pub mod paper;
mod reminders;
mod reset;
mod secured;
pub mod stage;
mod texts;
