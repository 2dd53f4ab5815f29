//! Histories: every operation on a voucher or template. The server knows them all; without it, this device shows its own.

use std::collections::HashSet;

use beadsbox_domain::{Deed, OpId, Outcome, StaffId, operation::Subject};
use beadsbox_protocol::history::HistoryItem;
use beadsbox_store::{Directory, OwnOperation, View};
use beadsbox_sync::TransportError;

use super::{Seat, names};
use crate::{
    error::AppResult,
    view::{ApprovalView, HistoryEntry, HistoryOutcome, What},
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
    let directory = view.directory();
    let items = from_server.unwrap_or_default();
    let known: HashSet<OpId> = items.iter().map(|item| item.stamp.op).collect();
    let own = view.own_operations(subject)?.into_iter().filter(|own| !known.contains(&own.body.op));
    Ok(items.iter().map(|item| entry(directory, item)).chain(own.map(|own| own_entry(directory, &own))).collect())
}

fn entry(directory: &Directory, item: &HistoryItem) -> HistoryEntry {
    let (what, reason) = What::of(&item.operation);
    let (outcome, refusal) = outcome(Some(&item.result));
    HistoryEntry {
        op_id: item.stamp.op.to_string(),
        what,
        fact: names::fact(directory, &item.stamp),
        online: item.online,
        outcome,
        refusal: refusal.map(|refusal| names::refusal(directory, refusal)),
        reason,
        approval: item
            .approval
            .map(|approval| ApprovalView { staff: directory.staff_name(approval.staff).to_owned(), permitted: approval.permitted }),
    }
}

fn own_entry(directory: &Directory, own: &OwnOperation) -> HistoryEntry {
    let (what, reason) = What::of(&own.body.operation);
    let (outcome, refusal) = outcome(own.outcome.as_ref());
    HistoryEntry {
        op_id: own.body.op.to_string(),
        what,
        fact: names::fact(directory, &own.body.stamp()),
        online: own.body.online,
        outcome,
        refusal: refusal.map(|refusal| names::refusal(directory, refusal)),
        reason,
        approval: own.body.operation.approved_by().map(|approver| own_approval(directory, approver)),
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
