//! The rows that operations are about, and how they become while these are decided.

use std::collections::{BTreeMap, HashMap, HashSet};

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictState, DeviceId, ExternalCode, LastClose, OpId, Operation, Redemption, RedemptionOutcome, Role, Situation, StaffId,
    Template, TemplateContent, TemplateId, Timestamp, Voucher, VoucherCode, VoucherId, decide::ReplacedVoucher, operation::Subject,
};
use beadsbox_protocol::Incarnation;

use crate::{fold::voucher::Rows, told::Told};

/// A staff member's standing.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// What they may do.
    pub role: Role,
    /// Since when they are barred.
    pub barred_at: Option<Timestamp>,
}

impl Standing {
    /// Whether they were not barred yet at that moment, as far as the clock that names it can be believed.
    pub(crate) fn was_active(&self, at: Timestamp, clock_right: bool) -> bool {
        self.barred_at.is_none_or(|barred_at| clock_right && at < barred_at)
    }
}

/// A conflict with its place in the order in which the server took them.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The conflict.
    pub conflict: Conflict,
    /// The commit that made it.
    pub taken_no: i64,
}

/// The rows.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Templates.
    pub templates: HashMap<TemplateId, Template>,
    /// What templates said, version by version.
    pub contents: HashMap<(TemplateId, u32), TemplateContent>,
    /// Vouchers.
    pub vouchers: HashMap<VoucherId, Voucher>,
    /// The versions of their templates at which vouchers were sold that others stand for.
    pub sold_at: HashMap<VoucherId, u32>,
    /// Codes that are taken.
    pub codes: HashSet<VoucherCode>,
    /// The codes of other systems that vouchers have, folded.
    pub external_codes: HashSet<ExternalCode>,
    /// Every redemption of these vouchers.
    pub redemptions: HashMap<OpId, Redemption>,
    /// In the order in which the server took them.
    pub conflicts: Vec<Placed>,
    /// Operations that were taken.
    pub op_ids: HashSet<OpId>,
    /// Who did them.
    pub staff: HashMap<StaffId, Standing>,
    /// How far the closes of these lives go.
    pub closes: HashMap<(DeviceId, Incarnation), LastClose>,
    /// Every operation that was taken on what receipts are about: these are folded anew. Nothing else needs to be here.
    pub decided: HashMap<Subject, Vec<Told>>,
}

impl World {
    /// What a decision may look at.
    pub fn situation(&self, operation: &Operation) -> Situation {
        let mut situation = Situation::default();
        match operation.subject() {
            Subject::Template(id) => situation.template = self.templates.get(&id).cloned(),
            Subject::Till => {}
            Subject::Voucher(id) => {
                situation.voucher = self.vouchers.get(&id).cloned();
                situation.open_conflicts = self.open_conflicts(id);
            }
        }
        match operation {
            Operation::Sell { code, template, template_version, replaces, imported, .. } => {
                situation.template = self.templates.get(template).cloned();
                situation.content_as_sold = self.contents.get(&(*template, *template_version)).cloned();
                situation.code_taken = self.codes.contains(code) || imported.as_ref().is_some_and(|imported| self.is_on_paper(&imported.code));
                let old = replaces.as_ref().and_then(|replaced| self.vouchers.get(&replaced.voucher));
                situation.replaced = old.and_then(ReplacedVoucher::of);
            }
            Operation::Honour { voucher, redemption, .. } | Operation::Withdraw { voucher, redemption } => {
                situation.redemption = self.redemptions.get(redemption).filter(|made| made.voucher == *voucher).copied();
            }
            Operation::SettleConflict { conflict, voucher, .. } => {
                situation.conflict = self.conflict(*conflict).filter(|found| found.voucher == *voucher).cloned();
            }
            _ => {}
        }
        situation
    }

    /// Whether paper with that text names a voucher here, one of ours or another system's.
    fn is_on_paper(&self, code: &ExternalCode) -> bool {
        self.external_codes.contains(&code.folded()) || code.as_ours().is_some_and(|ours| self.codes.contains(&ours))
    }

    fn open_conflicts(&self, voucher: VoucherId) -> Vec<Conflict> {
        let conflicts = self.conflicts.iter().map(|placed| &placed.conflict);
        conflicts.filter(|conflict| conflict.voucher == voucher && conflict.state == ConflictState::Open).cloned().collect()
    }

    fn take_codes(&mut self, voucher: &Voucher) {
        self.codes.insert(voucher.code);
        self.external_codes.extend(voucher.marks.external_code.as_ref().map(ExternalCode::folded));
    }

    fn conflict(&self, id: ConflictId) -> Option<&Conflict> {
        self.conflicts.iter().map(|placed| &placed.conflict).find(|conflict| conflict.id == id)
    }

    /// What that template said, version by version.
    pub(crate) fn versions_of(&self, id: TemplateId) -> BTreeMap<u32, TemplateContent> {
        let said = self
            .contents
            .iter()
            .filter(|((template, _), _)| *template == id)
            .map(|((_, version), content)| (*version, content.clone()));
        let now = self.templates.get(&id).map(|template| (template.version, template.content.clone()));
        said.chain(now).collect()
    }

    /// The rows of that voucher.
    pub(crate) fn rows_of(&self, id: VoucherId) -> Rows {
        let redemptions = self.redemptions.iter().filter(|(_, made)| made.voucher == id);
        Rows {
            voucher: self.vouchers.get(&id).cloned(),
            redemptions: redemptions.map(|(op, made)| (*op, *made)).collect(),
            conflicts: self.conflicts.iter().filter(|placed| placed.conflict.voucher == id).cloned().collect(),
        }
    }

    /// Puts these rows in the place of that voucher's.
    pub(crate) fn put(&mut self, id: VoucherId, rows: Rows) {
        if let Some(voucher) = rows.voucher {
            self.take_codes(&voucher);
            self.vouchers.insert(id, voucher);
        }
        self.redemptions.extend(rows.redemptions);
        self.conflicts.retain(|placed| placed.conflict.voucher != id);
        self.conflicts.extend(rows.conflicts);
        self.conflicts.sort_by_key(|placed| placed.taken_no);
    }

    /// The world after that change. `commit_no` places a new conflict.
    pub fn apply(&mut self, change: &Change, commit_no: i64) {
        match change {
            Change::Template(template) => {
                self.contents.insert((template.id, template.version), template.content.clone());
                self.templates.insert(template.id, template.clone());
            }
            Change::Voucher(voucher) => {
                self.take_codes(voucher);
                self.vouchers.insert(voucher.id, voucher.clone());
            }
            Change::RedemptionRecorded(redemption) | Change::RedemptionChanged(redemption) => _ = self.redemptions.insert(redemption.stamp.op, *redemption),
            Change::RedemptionUndone { redemption, by } => {
                if let Some(made) = self.redemptions.get_mut(redemption) {
                    made.undone_by = Some(*by);
                }
            }
            Change::RedemptionPromoted { redemption } => {
                if let Some(made) = self.redemptions.get_mut(redemption) {
                    made.outcome = RedemptionOutcome::Accepted;
                }
            }
            Change::Conflict(conflict) => match self.conflicts.iter_mut().find(|placed| placed.conflict.id == conflict.id) {
                Some(placed) => placed.conflict = conflict.clone(),
                None => self.conflicts.push(Placed { conflict: conflict.clone(), taken_no: commit_no }),
            },
            // How far a till's closes go is kept by its life: see `judge`.
            Change::CashMoved { .. } | Change::DayClosed { .. } => {}
        }
    }
}
