//! What the domain promises, a module for each thing that it holds.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod books;
mod code;
mod day;
mod decide_corrections;
mod decide_expiry;
mod decide_import;
mod decide_late;
mod decide_replacement;
mod decide_sale;
mod decide_settlement;
mod decide_statuses;
mod decide_templates;
mod expiry;
mod journal;
mod least_validity;
mod ledger;
mod model;
mod money;
mod operation;
mod permission;
mod person;
mod pin;
mod policy;
mod sequences;
mod status;
mod support;
mod template;
mod text;
