//! What copies of devices and revoked devices recorded: kept by the server until an admin decides.

use std::collections::HashMap;

use beadsbox_domain::{Deed, Operation, VoucherId, operation::Subject};
use beadsbox_protocol::{
    OperationBody,
    fork::{QuarantineDecision, QuarantineEntry, QuarantineReason, QuarantinedOperation},
};
use beadsbox_store::View;

use super::{Seat, id};
use crate::{
    error::{AppResult, ErrorCode},
    view::{QuarantineForm, QuarantineReasonView, QuarantineRow, QuarantinedOperationRow, What},
};

impl Seat {
    /// What waits for an admin. Needs the server.
    pub async fn quarantine(&self) -> AppResult<Vec<QuarantineRow>> {
        self.require(Deed::Administer)?;
        let entries = self.device.server.quarantine(self.server_session()?).await?;
        self.read(move |view| entries.iter().map(|entry| row(view, entry)).collect()).await
    }

    /// Takes what waits of one life of a device, or rejects it; answers what still waits.
    pub async fn decide_quarantine(&self, form: QuarantineForm) -> AppResult<Vec<QuarantineRow>> {
        self.require(Deed::Administer)?;
        let device = id(&form.device_id, ErrorCode::Internal)?;
        let decision = QuarantineDecision { accept: form.accept, reason: super::reason(&form.reason)?.as_str().to_owned() };
        self.device.server.decide_quarantine(self.server_session()?, device, form.incarnation, &decision).await?;
        self.quarantine().await
    }
}

fn row(view: &View<'_>, entry: &QuarantineEntry) -> AppResult<QuarantineRow> {
    let directory = view.directory();
    let device = directory.devices().into_iter().find(|device| device.id == entry.device_id);
    Ok(QuarantineRow {
        device_id: entry.device_id.to_string(),
        incarnation: entry.incarnation,
        device: device.map(|device| device.name.clone()).unwrap_or_default(),
        shop: device.map(|device| directory.shop_name(device.shop).to_owned()).unwrap_or_default(),
        reason: match entry.reason {
            QuarantineReason::Fork => QuarantineReasonView::Fork,
            QuarantineReason::Revoked => QuarantineReasonView::Revoked,
        },
        operations: entry.operations,
        sales: entry.sales,
        redemptions: entry.redemptions,
        first_at: entry.first_at.map(|at| at.to_string()),
        last_at: entry.last_at.map(|at| at.to_string()),
        listed: rows(view, &entry.listed)?,
    })
}

fn rows(view: &View<'_>, listed: &[QuarantinedOperation]) -> AppResult<Vec<QuarantinedOperationRow>> {
    let bodies: Vec<_> = listed.iter().map(|operation| (operation.dev_seq, OperationBody::decode(&operation.body).ok())).collect();
    let sold = bodies.iter().filter_map(|(_, body)| match &body.as_ref()?.operation {
        Operation::Sell { voucher, code, .. } => Some((*voucher, code.to_string())),
        _ => None,
    });
    // Nobody else knows what the copy sold itself.
    let sold: HashMap<VoucherId, String> = sold.collect();
    bodies.iter().map(|(dev_seq, body)| operation_row(view, &sold, *dev_seq, body.as_ref())).collect()
}

fn operation_row(view: &View<'_>, sold: &HashMap<VoucherId, String>, dev_seq: u64, body: Option<&OperationBody>) -> AppResult<QuarantinedOperationRow> {
    let Some(body) = body else {
        return Ok(QuarantinedOperationRow { dev_seq, what: None, subject: String::new(), at: None, staff: String::new() });
    };
    Ok(QuarantinedOperationRow {
        dev_seq,
        what: Some(What::of(&body.operation).0),
        subject: subject(view, sold, &body.operation)?,
        at: Some(body.at.to_string()),
        staff: view.directory().staff_name(body.staff).to_owned(),
    })
}

/// What a person calls it. What the copy sold or wrote itself stands in its operations.
fn subject(view: &View<'_>, sold: &HashMap<VoucherId, String>, operation: &Operation) -> AppResult<String> {
    Ok(match operation {
        Operation::Sell { code, .. } => code.to_string(),
        Operation::CreateTemplate { content, .. } | Operation::EditTemplate { content, .. } => content.title.as_str().to_owned(),
        other => match other.subject() {
            Subject::Voucher(voucher) => {
                let known = view.voucher(voucher)?.map(|found| found.voucher.code.to_string());
                known.or_else(|| sold.get(&voucher).cloned()).unwrap_or_default()
            }
            Subject::Till => String::new(),
            Subject::Template(template) => view.template(template)?.map(|found| found.template.content.title.as_str().to_owned()).unwrap_or_default(),
        },
    })
}
