//! One voucher or template as this device shows it, from its cached row and its own operations.

use beadsbox_domain::{
    Change, Conflict, ConflictKind, ConflictState, Operation, Outcome, Person, Situation, Template, TemplateId, Voucher, VoucherId, decide, operation::Subject,
};
use beadsbox_protocol::OperationBody;
use rusqlite::Connection;

use super::{
    acknowledged,
    containment::{CachedRows, is_contained},
    rules::Rules,
    state::VoucherState,
};
use crate::{
    cache::{
        rows,
        voucher::{self, CachedVoucher, Contents},
    },
    outbox::{
        own::{self, OwnRow},
        person,
    },
    types::{OpState, VoucherView},
};

/// What replaying found out about the operations themselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replayed {
    /// How many the cached row does not hold.
    pub(crate) uncontained: usize,
    /// One has no outcome yet.
    pub(crate) waiting: bool,
    /// Those that it holds, and that no note says so of.
    pub(crate) newly_contained: Vec<u64>,
}

impl Replayed {
    fn note(&mut self, row: &OwnRow, contained: bool, rules: &Rules) {
        if !contained {
            self.uncontained += 1;
        } else if row.contained.is_none_or(|(cache, _)| cache != rules.position.cache_id) {
            self.newly_contained.push(row.own.body.dev_seq);
        }
        self.waiting |= row.own.state != OpState::Acknowledged;
    }
}

/// A voucher with this device's operations counted in.
#[derive(Debug, Clone)]
pub(crate) struct VoucherEntry {
    /// As cached.
    pub(crate) base: Option<CachedVoucher>,
    /// As shown.
    pub(crate) state: VoucherState,
    /// Its buyer.
    pub(crate) person: Option<Person>,
    /// About the operations.
    pub(crate) replayed: Replayed,
    /// The operations, in their order.
    pub(crate) own: Vec<OwnRow>,
}

impl VoucherEntry {
    /// As shown; none where this device does not know it.
    pub(crate) const fn voucher(&self) -> Option<&Voucher> {
        self.state.voucher.as_ref()
    }

    /// As shown, in one piece.
    pub(crate) fn view(&self) -> Option<VoucherView> {
        self.voucher().map(|voucher| VoucherView {
            voucher: voucher.clone(),
            person: self.person.clone(),
            waiting: self.replayed.waiting,
            open_conflict: self.has_open_conflict(),
        })
    }

    /// Whether a conflict about it is open.
    pub(crate) fn has_open_conflict(&self) -> bool {
        self.state.conflicts.iter().any(|conflict| conflict.state == ConflictState::Open)
    }
}

/// A template with this device's operations counted in.
#[derive(Debug, Clone)]
pub(crate) struct TemplateEntry {
    pub(crate) template: Option<Template>,
    pub(crate) replayed: Replayed,
}

/// Where entries are read from: the cache's moment first, then the outbox's, so that an operation is never missed in both.
pub(crate) struct Sources<'a> {
    pub(crate) cache: &'a Connection,
    pub(crate) outbox: &'a Connection,
    pub(crate) rules: &'a Rules,
}

impl Sources<'_> {
    /// A voucher.
    pub(crate) fn voucher(&self, id: VoucherId, contents: &mut Contents) -> Result<VoucherEntry, SourceError> {
        let own = own::of_subject(self.outbox, Subject::Voucher(id)).map_err(SourceError::Outbox)?;
        let base = voucher::find(self.cache, id, contents).map_err(SourceError::Cache)?;
        let conflicts = rows::conflicts_of(self.cache, id).map_err(SourceError::Cache)?;
        let mut replayed = Replayed::default();
        let cached = CachedRows { version: base.as_ref().map(|base| base.voucher.row_version), conflicts: &conflicts };
        let mut state = VoucherState { voucher: base.as_ref().map(|base| base.voucher.clone()), conflicts: conflicts.clone(), ..VoucherState::default() };
        for row in &own {
            let contained = is_contained(row, &cached, self.rules);
            replayed.note(row, contained, self.rules);
            match &row.own.outcome {
                Some(outcome) if contained => state.note_outcome(&row.own.body, outcome),
                _ if contained => {}
                _ => self.replay(row, &mut state, contents)?,
            }
        }
        let person = match &base {
            // The server's word, also where it says that there is none any more.
            Some(base) => base.person.clone(),
            None => self.own_person(state.voucher.as_ref())?,
        };
        Ok(VoucherEntry { base, state, person, replayed, own })
    }

    fn replay(&self, row: &OwnRow, state: &mut VoucherState, contents: &mut Contents) -> Result<(), SourceError> {
        let body = &row.own.body;
        let situation = state.situation(body, self.code_is_taken(body, contents)?);
        let foretold = decide(&body.operation, &situation, &self.rules.context(body));
        match &row.own.outcome {
            Some(outcome) => {
                let version = row.acknowledged.and_then(|acknowledged| acknowledged.version);
                acknowledged::replay(state, body, outcome, version, foretold);
            }
            None => foretold.changes.into_iter().filter(is_known_here).for_each(|change| state.apply(change)),
        }
        Ok(())
    }

    /// Another cached voucher has the code of this sale.
    fn code_is_taken(&self, body: &OperationBody, contents: &mut Contents) -> Result<bool, SourceError> {
        let Operation::Sell { voucher, code, .. } = &body.operation else { return Ok(false) };
        let found = voucher::find_code(self.cache, *code, contents).map_err(SourceError::Cache)?;
        Ok(found.is_some_and(|found| found.voucher.id != *voucher))
    }

    fn own_person(&self, voucher: Option<&Voucher>) -> Result<Option<Person>, SourceError> {
        let Some(voucher) = voucher else { return Ok(None) };
        let salted = person::find(self.outbox, voucher.person).map_err(SourceError::Outbox)?;
        Ok(salted.and_then(|salted| salted.open().ok()))
    }

    /// A template.
    pub(crate) fn template(&self, id: TemplateId) -> Result<TemplateEntry, SourceError> {
        let own = own::of_subject(self.outbox, Subject::Template(id)).map_err(SourceError::Outbox)?;
        let base = rows::template(self.cache, id).map_err(SourceError::Cache)?;
        let cached = CachedRows { version: base.as_ref().map(|base| base.row_version), conflicts: &[] };
        let mut replayed = Replayed::default();
        let mut template = base.clone();
        for row in &own {
            let contained = is_contained(row, &cached, self.rules);
            replayed.note(row, contained, self.rules);
            if !contained {
                template = self.replay_template(row, template);
            }
        }
        Ok(TemplateEntry { template, replayed })
    }

    fn replay_template(&self, row: &OwnRow, template: Option<Template>) -> Option<Template> {
        let body = &row.own.body;
        let situation = Situation { template: template.clone(), ..Situation::default() };
        let foretold = decide(&body.operation, &situation, &self.rules.context(body));
        match &row.own.outcome {
            Some(outcome) => {
                let version = row.acknowledged.and_then(|acknowledged| acknowledged.version);
                acknowledged::replay_template(template, body, outcome, version, foretold)
            }
            None if foretold.outcome == Outcome::Applied => acknowledged::new_template(foretold).or(template),
            None => template,
        }
    }
}

/// That this cache does not hold a voucher does not say that the server does not: such a conflict is not foretold.
fn is_known_here(change: &Change) -> bool {
    !matches!(change, Change::Conflict(Conflict { kind: ConflictKind::UnknownVoucher, row_version: 1, .. }))
}

/// Which of the files failed.
#[derive(Debug)]
pub(crate) enum SourceError {
    Cache(rusqlite::Error),
    Outbox(rusqlite::Error),
}
