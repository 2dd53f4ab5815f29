//! Decides one operation.

use beadsbox_domain::{
    Change, Context, Deed, OpId, Operation, Outcome, Redemption, RedemptionOutcome, Refusal, Replacement, Situation, Stamp, TemplateContent, TemplateId,
    VoucherId, decide, operation::Subject,
};
use beadsbox_protocol::{OperationBody, history::Approval};

use crate::{
    arrived::{Fresh, Reading},
    restore::restore,
    scope::{Scope, is_believed},
    told::{Told, Word, era},
    world::World,
};

/// An operation with what was decided.
pub struct Judged<'a> {
    /// The operation.
    pub fresh: &'a Fresh,
    /// Its place in the order in which the server took operations.
    pub commit_no: i64,
    /// Where the body could be read.
    pub op_id: Option<OpId>,
    /// Of this device, and the first of its id.
    pub taken: bool,
    /// What it is about, where it was taken.
    pub subject: Option<Subject>,
    /// None while it is held.
    pub outcome: Option<Outcome>,
    /// The version of the voucher or template that it made.
    pub row_version: Option<u64>,
    /// The rows that it changes.
    pub changes: Vec<Change>,
    /// What templates say at versions that are new.
    pub contents: Vec<(TemplateId, u32, TemplateContent)>,
    /// The version of its template at which it sold that voucher.
    pub sold_at: Option<(VoucherId, u32)>,
    /// Who let it pass beyond the device's limits.
    pub approval: Option<Approval>,
    /// The server's word on it, signed.
    pub receipt: Option<[u8; 64]>,
}

impl<'a> Judged<'a> {
    /// What the person did, where it was taken.
    pub fn body(&self) -> Option<&'a OperationBody> {
        match &self.fresh.arrived.reading {
            Reading::Operation(body) if self.taken => Some(body),
            _ => None,
        }
    }

    /// An operation that changes nothing, whatever it says.
    pub fn refused(scope: &Scope<'_>, fresh: &'a Fresh, commit_no: i64, refusal: Refusal) -> Self {
        Self::new(scope, fresh, commit_no, fresh.arrived.op_id(), Some(Outcome::Rejected { refusal }))
    }

    pub(crate) fn new(scope: &Scope<'_>, fresh: &'a Fresh, commit_no: i64, op_id: Option<OpId>, outcome: Option<Outcome>) -> Self {
        let receipt = outcome.as_ref().map(|outcome| scope.identity.receipt(commit_no, fresh.hash, outcome));
        Self {
            fresh,
            commit_no,
            op_id,
            taken: false,
            subject: None,
            outcome,
            row_version: None,
            changes: Vec::new(),
            contents: Vec::new(),
            sold_at: None,
            approval: None,
            receipt,
        }
    }
}

/// Decides an operation in that world, and leaves the world as it is afterwards. What an earlier epoch had decided stays so.
pub fn judge<'a>(scope: &Scope<'_>, world: &mut World, fresh: &'a Fresh, commit_no: i64) -> Judged<'a> {
    let body = match &fresh.arrived.reading {
        Reading::Operation(body) => body,
        Reading::Newer => return Judged::new(scope, fresh, commit_no, None, None),
        Reading::Unreadable(detail) => return unread(scope, fresh, commit_no, detail),
    };
    if let Some(detail) = foreign_header(scope, fresh, body, commit_no) {
        return unread(scope, fresh, commit_no, detail);
    }
    if let Some(word) = &fresh.word {
        return restore(scope, world, fresh, body, word, commit_no);
    }
    if world.op_ids.contains(&body.op) {
        return Judged::refused(scope, fresh, commit_no, Refusal::Repeated);
    }
    let mut situation = world.situation(&body.operation);
    situation.last_close = world.closes.get(&(scope.device, scope.incarnation)).copied();
    situation.dev_seq = Some(fresh.arrived.dev_seq);
    let context = context(scope, world, fresh, body);
    let decision = decide(&body.operation, &situation, &context);
    let lost = era(commit_no) > 0 && sold_what_is_unknown(&body.operation, &decision.outcome, situation, &context);
    if lost || comes_after_what_rests_on_it(world, &body.operation, &decision.outcome) {
        let applied = Word { epoch: scope.identity.epoch, commit_no, outcome: Outcome::Applied };
        return restore(scope, world, fresh, body, &applied, commit_no);
    }
    world.op_ids.insert(body.op);
    for change in &decision.changes {
        world.apply(change, commit_no);
    }
    note_close(scope, world, &decision.changes);
    let row_version = decision.row_version();
    let subject = body.operation.subject();
    if let Some(decided) = world.decided.get_mut(&subject) {
        decided.push(Told { commit_no, body: body.as_ref().clone(), outcome: decision.outcome.clone() });
    }
    let (contents, sold_at) = sold_or_said(world, &body.operation, &decision.outcome, &decision.changes);
    world.sold_at.extend(sold_at);
    Judged {
        taken: true,
        subject: Some(subject),
        row_version,
        changes: decision.changes,
        contents,
        sold_at,
        approval: approval(world, body, context.clock_right),
        ..Judged::new(scope, fresh, commit_no, Some(body.op), Some(decision.outcome))
    }
}

/// The next close goes on from there.
pub(crate) fn note_close(scope: &Scope<'_>, world: &mut World, changes: &[Change]) {
    for change in changes {
        if let Change::DayClosed { close, .. } = change {
            world.closes.insert((scope.device, scope.incarnation), close.last());
        }
    }
}

/// A sale after its voucher's redemptions, or a template's creation after what was sold from it. So it is after a restore, where those
/// are back by their receipts, and the answer to this never reached its device. It is taken where it belongs: before them.
fn comes_after_what_rests_on_it(world: &World, operation: &Operation, outcome: &Outcome) -> bool {
    match (operation, outcome) {
        (Operation::Sell { voucher, .. }, Outcome::Applied) => {
            let had_been_sold = |made: &Redemption| made.outcome == RedemptionOutcome::Accepted || made.undone_by.is_some();
            world.redemptions.values().any(|made| made.voucher == *voucher && had_been_sold(made))
        }
        (Operation::CreateTemplate { template, .. }, Outcome::Rejected { refusal: Refusal::IdTaken }) => {
            let created = |told: &Told| told.outcome == Outcome::Applied && matches!(told.body.operation, Operation::CreateTemplate { .. });
            world.decided.get(&Subject::Template(*template)).is_some_and(|decided| !decided.iter().any(created))
        }
        _ => false,
    }
}

/// A sale of a template, or of a version of it, that is not here, and that is right in everything else. So it is after a restore that
/// lost what the till had been told: its money was taken, and the sale, which its device signed, says itself what was sold. On a server
/// that never began a second epoch nothing was lost, and such a sale is refused.
fn sold_what_is_unknown(operation: &Operation, outcome: &Outcome, mut situation: Situation, context: &Context) -> bool {
    let is_unknown = matches!(outcome, Outcome::Rejected { refusal: Refusal::UnknownTemplate | Refusal::SnapshotMismatch });
    if is_unknown {
        situation.trust_sale(operation, context.stamp);
    }
    is_unknown && decide(operation, &situation, context).outcome == Outcome::Applied
}

/// Kept as it came. The refusal's words are those that people were told, if they were.
fn unread<'a>(scope: &Scope<'_>, fresh: &'a Fresh, commit_no: i64, detail: &str) -> Judged<'a> {
    match fresh.word.as_ref().map(|word| &word.outcome) {
        Some(Outcome::Rejected { refusal }) => Judged::refused(scope, fresh, commit_no, refusal.clone()),
        _ => Judged::refused(scope, fresh, commit_no, Refusal::Unreadable { detail: detail.to_owned() }),
    }
}

type Said = (Vec<(TemplateId, u32, TemplateContent)>, Option<(VoucherId, u32)>);

/// What templates say anew, and at which version a voucher was sold.
fn sold_or_said(world: &World, operation: &Operation, outcome: &Outcome, changes: &[Change]) -> Said {
    if *outcome != Outcome::Applied {
        return Said::default();
    }
    match operation {
        Operation::CreateTemplate { .. } | Operation::EditTemplate { .. } => {
            let templates = changes.iter().filter_map(|change| if let Change::Template(row) = change { Some(row) } else { None });
            (templates.map(|row| (row.id, row.version, row.content.clone())).collect(), None)
        }
        Operation::Sell { voucher, template_version, replaces, .. } => {
            let same = replaces.as_ref().filter(|replaced| matches!(replaced.replacement, Replacement::Reissue { .. }));
            let version = same.and_then(|replaced| world.sold_at.get(&replaced.voucher)).unwrap_or(template_version);
            (Vec::new(), Some((*voucher, *version)))
        }
        _ => Said::default(),
    }
}

/// What in the body's header is not as the place where it came says.
fn foreign_header(scope: &Scope<'_>, fresh: &Fresh, body: &OperationBody, commit_no: i64) -> Option<&'static str> {
    // After a restore it may not be known that the device was moved, and what was done where it then stood has happened.
    let may_have_moved = fresh.word.is_some() || era(commit_no) > 0;

    if body.device != scope.device {
        Some("the body names another device")
    } else if body.incarnation > scope.incarnation {
        // An older one is right: a copy's operations keep their bytes when it goes on as a life of its own.
        Some("the body names a later life of the device")
    } else if body.dev_seq != fresh.arrived.dev_seq {
        Some("the body names another place in the device's order")
    } else if !scope.places.has(body.shop) && !may_have_moved {
        Some("the body names a shop in which the device never stood")
    } else {
        None
    }
}

/// Goods went, so it is booked whoever let it pass; whether they might is kept beside it.
pub(crate) fn approval(world: &World, body: &OperationBody, clock_right: bool) -> Option<Approval> {
    let staff = body.operation.approved_by()?;
    let permitted = world
        .staff
        .get(&staff)
        .is_some_and(|standing| standing.role.may(Deed::Approve) && standing.was_active(body.at, clock_right));
    Some(Approval { staff, permitted })
}

fn context(scope: &Scope<'_>, world: &World, fresh: &Fresh, body: &OperationBody) -> Context {
    let stamp: Stamp = body.stamp();
    let received_at = fresh.arrived.received_at;
    let clock_right = is_believed(scope.clock_right, body, received_at);
    let standing = world.staff.get(&stamp.staff);
    // Barred meanwhile: what they did before counts, as far as the device's clock can be believed.
    let staff_active = standing.is_some_and(|standing| standing.was_active(stamp.at, clock_right));
    Context {
        stamp,
        role: standing.map(|standing| standing.role),
        staff_active,
        by_server: scope.by_server,
        clock_right,
        received_at,
        policy: scope.policy,
        time_zone: scope.places.zone_of(stamp.shop).clone(),
    }
}
