//! What admins did: the record of the administration.

use beadsbox_domain::{Deed, StaffId};
use beadsbox_protocol::admin::AdminActsQuery;
use uuid::Uuid;

use super::{Seat, id};
use crate::{
    error::{AppResult, ErrorCode},
    view::AdminActRow,
};

impl Seat {
    /// The newest hundred, of those before one where it is named.
    pub async fn admin_acts(&self, before: Option<String>) -> AppResult<Vec<AdminActRow>> {
        self.require(Deed::Administer)?;
        let before: Option<Uuid> = before.map(|text| id(&text, ErrorCode::Internal)).transpose()?;
        let acts = self.device.server.admin_acts(self.server_session()?, &AdminActsQuery { before }).await?;
        self.read(move |view| {
            let name = |staff: StaffId| if staff.0.is_nil() { None } else { Some(view.directory().staff_name(staff).to_owned()) };
            let row = |act: beadsbox_protocol::admin::AdminAct| AdminActRow {
                id: act.id.to_string(),
                at: act.at.to_string(),
                staff: name(act.staff),
                kind: act.kind,
                subject: act.subject,
                reason: act.details.get("reason").and_then(|reason| reason.as_str()).map(str::to_owned),
                persons: act.details.get("persons").and_then(serde_json::Value::as_u64),
                vouchers: act.details.get("vouchers").and_then(serde_json::Value::as_u64),
            };
            Ok(acts.into_iter().map(row).collect())
        })
        .await
    }
}
