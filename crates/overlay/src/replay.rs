//! Replays own operations over the cached rows.

use beadsbox_domain::{Change, Conflict, ConflictKind, Context, Outcome, Policy, Role, Situation, Template, Voucher, decide};
use beadsbox_protocol::{OperationBody, rows::Staff};
use jiff::tz::TimeZone;

use crate::{
    acknowledged,
    containment::{CachedRows, is_contained},
    own::{Own, Place},
    state::VoucherState,
};

/// What replaying found out about the operations themselves.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// How many the cached row does not hold.
    pub uncontained: usize,
    /// One has no outcome yet.
    pub waiting: bool,
    /// Those that it holds, and that no note says so of.
    pub newly_contained: Vec<u64>,
}

impl Replayed {
    fn note(&mut self, own: &Own<'_>, contained: bool, place: &Place) {
        if !contained {
            self.uncontained += 1;
        } else if place.cursor > 0 && own.contained.is_none_or(|(cache, _)| cache != place.cache) {
            // A cache that is being filled holds rows beside its cursor: a power cut may take them, and the cursor tells nothing of it.
            self.newly_contained.push(own.body.dev_seq);
        }
        self.waiting |= !own.is_acknowledged;
    }
}

/// What foretelling an operation needs beside the rows that it is about.
pub trait Foretelling {
    /// Why the cache could not be read.
    type Error;
    /// As the server will see the operation, as far as this device knows: see [`context`].
    fn context(&self, body: &OperationBody) -> Context;
    /// Whether another cached voucher has the code of this sale.
    fn code_is_taken(&mut self, body: &OperationBody) -> Result<bool, Self::Error>;
}

/// As the server will see an operation of this device. Whoever did it was let in by this program, also where the cache does not know
/// them, or knows by now that they were barred: whether that was before, the server says, and until then the work is to be seen.
pub fn context(body: &OperationBody, staff: Option<&Staff>, policy: Policy, time_zone: TimeZone) -> Context {
    Context {
        stamp: body.stamp(),
        role: Some(staff.map_or(Role::Admin, |staff| staff.role)),
        staff_active: true,
        by_server: false,
        clock_right: body.clock_right,
        received_at: body.at,
        policy,
        time_zone,
    }
}

/// A voucher as shown: its cached row and conflicts, and over them the device's operations on it, in their order.
pub fn voucher<'a, F: Foretelling>(
    cached: Option<Voucher>,
    conflicts: &[Conflict],
    own: impl IntoIterator<Item = Own<'a>>,
    place: &Place,
    foretelling: &mut F,
) -> Result<(VoucherState, Replayed), F::Error> {
    let version = cached.as_ref().map(|voucher| voucher.row_version);
    let mut replayed = Replayed::default();
    let mut state = VoucherState { voucher: cached, conflicts: conflicts.to_vec(), ..VoucherState::default() };
    let cached = CachedRows { version, conflicts };
    for own in own {
        let contained = is_contained(&own, &cached, place);
        replayed.note(&own, contained, place);
        match own.outcome {
            Some(outcome) if contained => state.note_outcome(own.body, outcome),
            _ if contained => {}
            _ => replay(&own, &mut state, foretelling)?,
        }
    }
    Ok((state, replayed))
}

fn replay<F: Foretelling>(own: &Own<'_>, state: &mut VoucherState, foretelling: &mut F) -> Result<(), F::Error> {
    if own.outcome.is_none()
        && let Some(outcome) = state.outcome_in_the_rows(own.body)
    {
        state.note_outcome(own.body, &outcome);
        return Ok(());
    }
    let situation = state.situation(own.body, foretelling.code_is_taken(own.body)?);
    let foretold = decide(&own.body.operation, &situation, &foretelling.context(own.body));
    match own.outcome {
        Some(outcome) => {
            let version = own.acknowledged.and_then(|acknowledged| acknowledged.version);
            acknowledged::replay(state, own.body, outcome, version, foretold);
        }
        None => foretold.changes.into_iter().filter(is_known_here).for_each(|change| state.apply(change)),
    }
    Ok(())
}

/// That this cache does not hold a voucher does not say that the server does not: such a conflict is not foretold.
fn is_known_here(change: &Change) -> bool {
    !matches!(change, Change::Conflict(Conflict { kind: ConflictKind::UnknownVoucher, row_version: 1, .. }))
}

/// A template as shown: its cached row, and over it the device's operations on it, in their order.
pub fn template<'a, F: Foretelling>(
    cached: Option<Template>,
    own: impl IntoIterator<Item = Own<'a>>,
    place: &Place,
    foretelling: &F,
) -> (Option<Template>, Replayed) {
    let rows = CachedRows { version: cached.as_ref().map(|template| template.row_version), conflicts: &[] };
    let mut replayed = Replayed::default();
    let mut template = cached;
    for own in own {
        let contained = is_contained(&own, &rows, place);
        replayed.note(&own, contained, place);
        if !contained {
            template = replay_template(&own, template, foretelling);
        }
    }
    (template, replayed)
}

fn replay_template<F: Foretelling>(own: &Own<'_>, template: Option<Template>, foretelling: &F) -> Option<Template> {
    let situation = Situation { template: template.clone(), ..Situation::default() };
    let foretold = decide(&own.body.operation, &situation, &foretelling.context(own.body));
    match own.outcome {
        Some(outcome) => {
            let version = own.acknowledged.and_then(|acknowledged| acknowledged.version);
            acknowledged::replay_template(template, own.body, outcome, version, foretold)
        }
        None if foretold.outcome == Outcome::Applied => acknowledged::new_template(foretold).or(template),
        None => template,
    }
}
