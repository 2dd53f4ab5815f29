//! One voucher or template as this device shows it, from its cached row and its own operations.

use beadsbox_domain::{Conflict, ConflictState, Context, Operation, Person, Template, TemplateId, Voucher, VoucherId, operation::Subject};
use beadsbox_overlay::{Foretelling, Replayed, VoucherState};
use beadsbox_protocol::{OperationBody, rows::ConflictRow, signed_code::SignedCode};
use rusqlite::Connection;

use super::rules::Rules;
use crate::{
    cache::{
        rows,
        voucher::{self, CachedVoucher, Contents},
    },
    outbox::{
        own::{self, OwnRow},
        person,
    },
    types::{VoucherBrief, VoucherView},
};

/// A voucher with this device's operations counted in.
#[derive(Debug, Clone)]
pub(crate) struct VoucherEntry {
    /// As cached.
    pub(crate) base: Option<CachedVoucher>,
    /// The conflicts about it, as cached.
    pub(crate) known_conflicts: Vec<ConflictRow>,
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

    /// In one line. Of what this device does not know, a code that it redeemed on a signature's word says so much.
    pub(crate) fn brief(&self) -> Option<VoucherBrief> {
        if let Some(voucher) = self.voucher() {
            return Some(VoucherBrief { code: voucher.code, title: Some(voucher.snapshot.title.to_string()), price: voucher.snapshot.price });
        }
        let signed = self.own.iter().find_map(|row| row.own.body.operation.signed_code())?;
        let says = SignedCode::parse(signed.as_str()).ok()?.says;
        Some(VoucherBrief { code: says.code, title: None, price: says.price })
    }

    /// Whether a conflict about it is open as cached.
    pub(crate) fn has_known_conflict(&self) -> bool {
        self.known_conflicts.iter().any(|row| row.conflict.state == ConflictState::Open)
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

/// The cache of one moment, asked by the rules.
struct Cached<'a> {
    sources: &'a Sources<'a>,
    contents: &'a mut Contents,
}

impl Foretelling for Cached<'_> {
    type Error = SourceError;

    fn context(&self, body: &OperationBody) -> Context {
        self.sources.rules.context(body)
    }

    fn code_is_taken(&mut self, body: &OperationBody) -> Result<bool, SourceError> {
        let Operation::Sell { voucher, code, imported, .. } = &body.operation else { return Ok(false) };
        let other = |found: Option<CachedVoucher>| found.is_some_and(|found| found.voucher.id != *voucher);
        if other(voucher::find_code(self.sources.cache, *code, self.contents).map_err(SourceError::Cache)?) {
            return Ok(true);
        }
        let Some(imported) = imported else { return Ok(false) };
        if let Some(ours) = imported.code.as_ours()
            && other(voucher::find_code(self.sources.cache, ours, self.contents).map_err(SourceError::Cache)?)
        {
            return Ok(true);
        }
        Ok(other(voucher::find_external(self.sources.cache, &imported.code, self.contents).map_err(SourceError::Cache)?))
    }
}

impl Sources<'_> {
    /// A voucher.
    pub(crate) fn voucher(&self, id: VoucherId, contents: &mut Contents) -> Result<VoucherEntry, SourceError> {
        let own = own::of_subject(self.outbox, Subject::Voucher(id)).map_err(SourceError::Outbox)?;
        let base = voucher::find(self.cache, id, contents).map_err(SourceError::Cache)?;
        let known_conflicts = rows::conflicts_of(self.cache, id).map_err(SourceError::Cache)?;
        let conflicts: Vec<Conflict> = known_conflicts.iter().map(|row| row.conflict.clone()).collect();
        let cached = base.as_ref().map(|base| base.voucher.clone());
        let mut foretelling = Cached { sources: self, contents };
        let (state, replayed) = beadsbox_overlay::voucher(cached, &conflicts, own.iter().map(OwnRow::for_replay), &self.rules.place(), &mut foretelling)?;
        let person = match &base {
            // The server's word, also where it says that there is none any more.
            Some(base) => base.person.clone(),
            None => self.own_person(state.voucher.as_ref())?,
        };
        Ok(VoucherEntry { base, known_conflicts, state, person, replayed, own })
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
        let foretelling = Cached { sources: self, contents: &mut Contents::default() };
        let (template, replayed) = beadsbox_overlay::template(base, own.iter().map(OwnRow::for_replay), &self.rules.place(), &foretelling);
        Ok(TemplateEntry { template, replayed })
    }
}

/// Which of the files failed.
#[derive(Debug)]
pub(crate) enum SourceError {
    Cache(rusqlite::Error),
    Outbox(rusqlite::Error),
}
