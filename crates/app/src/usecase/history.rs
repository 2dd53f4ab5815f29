//! Histories: every operation on a voucher or template. The server knows them all; without it, this device shows its own.

use std::collections::HashSet;

use beadsbox_domain::{Date, Deed, Money, OpId, Operation, Outcome, StaffId, Stamp, TemplateContent, operation::Subject};
use beadsbox_protocol::history::HistoryItem;
use beadsbox_store::{Directory, OwnOperation, View};
use beadsbox_sync::TransportError;

use super::{Seat, names};
use crate::{
    error::AppResult,
    view::{ApprovalView, Fact, HistoryDetail, HistoryEntry, HistoryOutcome, TemplateForm, What},
};

/// How long a screen waits for the server's part of a history.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(2);

impl Seat {
    /// What the server knows of the subject; none where it cannot be asked.
    pub(crate) async fn server_history(&self, subject: Subject) -> Option<Vec<HistoryItem>> {
        if !self.device.is_online() {
            return None;
        }
        let ask = async {
            match subject {
                Subject::Voucher(id) => self.device.server.voucher_history(id).await,
                Subject::Template(id) => self.device.server.template_history(id).await,
                // Nobody asks: a till's closes are listed on the till.
                Subject::Till => Ok(Vec::new()),
            }
        };
        match tokio::time::timeout(LIMIT, ask).await {
            Ok(Ok(items)) => Some(items),
            // Sold here, and not arrived there yet: this device knows everything about it.
            Ok(Err(TransportError::Refused(problem))) if problem.code == beadsbox_protocol::ErrorCode::NotFound => Some(Vec::new()),
            Ok(Err(error)) => {
                tracing::info!(%error, "no history from the server");
                None
            }
            Err(_) => None,
        }
    }
}

/// The server's items, and this device's own operations that are not among them, oldest first.
pub(crate) fn merged(view: &View<'_>, subject: Subject, from_server: Option<Vec<HistoryItem>>) -> AppResult<Vec<HistoryEntry>> {
    let items = from_server.unwrap_or_default();
    let known: HashSet<OpId> = items.iter().map(|item| item.stamp.op).collect();
    let own = view.own_operations(subject)?.into_iter().filter(|own| !known.contains(&own.body.op));
    let mut teller = Teller { directory: view.directory(), state: State::default() };
    let mut entries: Vec<HistoryEntry> = items.iter().map(|item| teller.entry(item)).collect();
    entries.extend(own.map(|own| teller.own_entry(&own)));
    Ok(entries)
}

/// Tells one after the other, and knows what was before.
struct Teller<'a> {
    directory: &'a Directory,
    state: State,
}

/// As the entries told so far left it.
#[derive(Default)]
struct State {
    content: Option<TemplateContent>,
    value: Option<Money>,
    last_day: Option<Date>,
}

impl State {
    /// What the operation changed, and the state with it; whether it sold on the shop page. A refused one changes nothing.
    fn take(&mut self, operation: &Operation, online: bool, result: Option<&Outcome>) -> Option<HistoryDetail> {
        if matches!(result, Some(Outcome::Rejected { .. })) {
            return None;
        }
        match operation {
            Operation::CreateTemplate { content, .. } => {
                self.content = Some(content.clone());
                None
            }
            Operation::EditTemplate { content, .. } => {
                let before = self.content.replace(content.clone())?;
                Some(HistoryDetail::Edited { before: TemplateForm::from(&before), after: TemplateForm::from(content) })
            }
            // Another system took its money.
            Operation::Sell { snapshot, imported: Some(_), .. } => {
                self.value = Some(snapshot.price);
                None
            }
            Operation::Sell { snapshot, payment, replaces, .. } => {
                self.value = Some(snapshot.price);
                let paid_before = replaces.as_ref().map_or(0, |replaced| replaced.value.minor);
                let difference = Money::new(snapshot.price.minor.checked_sub(paid_before)?, snapshot.price.currency);
                match difference.minor.signum() {
                    0 => None,
                    1 => Some(HistoryDetail::Paid { amount: difference.into(), payment: *payment, online }),
                    _ => Some(HistoryDetail::Returned { amount: Some(Money::new(-difference.minor, difference.currency).into()), payment: *payment }),
                }
            }
            Operation::Extend { expires_on, .. } => {
                let before = self.last_day.replace(*expires_on).map(|day| day.to_string());
                Some(HistoryDetail::LastDay { before, after: expires_on.to_string() })
            }
            Operation::Refund { payment, .. } => Some(HistoryDetail::Returned { amount: self.value.map(Into::into), payment: *payment }),
            Operation::SettleConflict { settlement, .. } => Some(HistoryDetail::Settled { settlement: *settlement }),
            _ => None,
        }
    }
}

impl Teller<'_> {
    fn fact(&self, operation: &Operation, stamp: &Stamp) -> Fact {
        if matches!(operation, Operation::Sell { .. }) {
            names::fact_of_sale(self.directory, stamp)
        } else {
            names::fact(self.directory, stamp)
        }
    }

    fn entry(&mut self, item: &HistoryItem) -> HistoryEntry {
        let (what, reason) = What::of(&item.operation);
        let (outcome, refusal) = outcome(Some(&item.result));
        let fact = self.fact(&item.operation, &item.stamp);
        HistoryEntry {
            op_id: item.stamp.op.to_string(),
            what,
            detail: self.state.take(&item.operation, fact.on_shop_page, Some(&item.result)),
            fact,
            online: item.online,
            outcome,
            refusal: refusal.map(|refusal| names::refusal(self.directory, refusal)),
            reason,
            approval: item
                .approval
                .map(|approval| ApprovalView { staff: self.directory.staff_name(approval.staff).to_owned(), permitted: approval.permitted }),
        }
    }

    fn own_entry(&mut self, own: &OwnOperation) -> HistoryEntry {
        let operation = &own.body.operation;
        let (what, reason) = What::of(operation);
        let (outcome, refusal) = outcome(own.outcome.as_ref());
        HistoryEntry {
            op_id: own.body.op.to_string(),
            what,
            fact: names::fact(self.directory, &own.body.stamp()),
            online: own.body.online,
            outcome,
            refusal: refusal.map(|refusal| names::refusal(self.directory, refusal)),
            reason,
            detail: self.state.take(operation, false, own.outcome.as_ref()),
            approval: operation.approved_by().map(|approver| own_approval(self.directory, approver)),
        }
    }
}

fn own_approval(directory: &Directory, approver: StaffId) -> ApprovalView {
    let permitted = directory.staff(approver).is_some_and(|staff| staff.active && staff.role.may(Deed::Approve));
    ApprovalView { staff: directory.staff_name(approver).to_owned(), permitted }
}

const fn outcome(outcome: Option<&Outcome>) -> (HistoryOutcome, Option<&beadsbox_domain::Refusal>) {
    match outcome {
        None => (HistoryOutcome::Waiting, None),
        Some(Outcome::Applied) => (HistoryOutcome::Applied, None),
        Some(Outcome::Conflict { .. }) => (HistoryOutcome::Conflict, None),
        Some(Outcome::Rejected { refusal }) => (HistoryOutcome::Rejected, Some(refusal)),
    }
}
