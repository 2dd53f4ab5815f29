//! What admins did: the record of the administration.

use beadsbox_domain::{Deed, StaffId};
use beadsbox_protocol::admin::AdminActsQuery;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Seat, id};
use crate::{
    error::{AppResult, ErrorCode},
    view::{ActChange, AdminActRow},
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
                persons: act.details.get("persons").and_then(Value::as_u64),
                vouchers: act.details.get("vouchers").and_then(Value::as_u64),
                changes: changes(&act.details),
            };
            Ok(acts.into_iter().map(row).collect())
        })
        .await
    }
}

fn changes(details: &Value) -> Vec<ActChange> {
    let name = changed(details, "name").map(|(before, after)| ActChange::Name { before, after });
    let role = changed(details, "role").map(|(before, after)| ActChange::Role { before, after });
    let active = changed(details, "active").map(|(before, after)| ActChange::Active { before, after });
    [name, role, active].into_iter().flatten().collect()
}

/// What a detail was, where its record says that, and what it became; none where it was not changed.
fn changed<'a, T: Deserialize<'a>>(details: &'a Value, detail: &str) -> Option<(Option<T>, T)> {
    let kept = details.get(detail)?;
    match (kept.get("before"), kept.get("after")) {
        (Some(before), Some(after)) => Some((T::deserialize(before).ok(), T::deserialize(after).ok()?)),
        _ => Some((None, T::deserialize(kept).ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::Role;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_tells_what_was_before_where_it_was_kept() {
        let both = json!({"name": {"before": "Ana", "after": "Anna"}, "active": {"before": true, "after": false}});
        let name = |before: Option<&str>, after: &str| ActChange::Name { before: before.map(str::to_owned), after: after.to_owned() };
        assert_eq!(changes(&both), [name(Some("Ana"), "Anna"), ActChange::Active { before: Some(true), after: false }]);
        let old = json!({"name": "Anna", "role": "admin", "active": null, "password": false});
        assert_eq!(changes(&old), [name(None, "Anna"), ActChange::Role { before: None, after: Role::Admin }]);
        assert_eq!(changes(&json!({"role": "of a newer version", "persons": 1})), []);
    }
}
