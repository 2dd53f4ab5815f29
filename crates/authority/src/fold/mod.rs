//! After a restore: folds all operations on a voucher or template anew, each with the outcome that people were told.
//!
//! The result follows from the set of operations alone, so the order in which devices bring them back does not matter. What the
//! folding meets before everything is back, it bridges with what the receipts prove: see [`voucher`] and [`template`].

pub mod template;
pub mod till;
pub mod voucher;

use beadsbox_domain::{Context, Operation, Policy, Timestamp};
use jiff::tz::TimeZone;

use crate::told::Told;

/// Who may do what, and what was in time, was asked when the operation was decided: it is not asked again.
fn as_told(told: &Told, time_zone: &TimeZone) -> Context {
    let received_at = match told.body.operation {
        // These hold only once the last day and the grace have passed, and all others only before.
        Operation::Expire { .. } | Operation::HonourExpired { .. } => Timestamp::MAX,
        _ => Timestamp::MIN,
    };
    Context {
        stamp: told.body.stamp(),
        role: None,
        staff_active: true,
        by_server: true,
        clock_right: false,
        received_at,
        policy: Policy { office_undo_days: u32::MAX, ..Policy::default() },
        time_zone: time_zone.clone(),
    }
}

/// What was decided and what arrives, in the order in which the server took them. What made the voucher or template is before what
/// rests on it, also where its answer never reached its device and it was decided anew.
fn in_order<'a>(decided: &'a [Told], arriving: &'a Told, begins: impl Fn(&Told) -> bool, rests_on_it: impl Fn(&Told) -> bool) -> Vec<&'a Told> {
    let mut line: Vec<&Told> = decided.iter().chain([arriving]).collect();
    line.sort_by_key(|told| told.commit_no);
    let beginning = line.iter().position(|told| begins(told));
    let first = line.iter().position(|told| rests_on_it(told));
    if let (Some(beginning), Some(first)) = (beginning, first)
        && first < beginning
    {
        line[first..=beginning].rotate_right(1);
    }
    line
}
