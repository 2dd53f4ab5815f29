//! Who works on a conflict. It is told to everybody and decides nothing: whoever may settle a conflict settles it, whosever it is.

use axum::http::StatusCode;
use beadsbox_domain::{ConflictId, ConflictState, Deed, StaffId, Timestamp};
use beadsbox_protocol::{ErrorCode, conflict::AssigneeChange, rows::Assignment};
use sqlx::PgConnection;

use crate::{
    db::{
        self,
        feed::{self, Kind},
    },
    error::Failure,
};

/// Gives an open conflict to somebody, or to nobody, if it still is as whoever asks saw it. The caller commits.
pub(crate) async fn assign(conn: &mut PgConnection, id: ConflictId, change: &AssigneeChange, by: StaffId, now: Timestamp) -> Result<Assignment, Failure> {
    if let Some(staff) = change.staff {
        check_person(conn, staff).await?;
    }
    // Two who take it at the same moment come one after the other.
    let found = db::conflict::lock(conn, &[], &[id.0]).await?;
    let conflict = found.first().map(|placed| &placed.conflict).ok_or_else(|| Failure::not_found("conflict"))?;
    if conflict.state != ConflictState::Open {
        return Err(Failure::changed_meanwhile());
    }
    let before = db::conflict_assignment::find(conn, id).await?;
    let version = before.map_or(0, |before| before.version);
    if version != change.version {
        return match before {
            // The same once more: its reply was lost.
            Some(mine) if version == change.version + 1 && mine.staff == change.staff && mine.by == by => Ok(mine),
            _ => Err(meanwhile(before)),
        };
    }
    let assignment = Assignment { staff: change.staff, by, at: now, version: version + 1 };
    db::conflict_assignment::keep(conn, id, &assignment).await?;
    feed::note(conn, Kind::Conflict, &[id.0]).await?;
    Ok(assignment)
}

/// Only who may work on it can be given it.
async fn check_person(conn: &mut PgConnection, staff: StaffId) -> Result<(), Failure> {
    let found = db::staff::find(conn, staff).await?.ok_or_else(|| Failure::not_found("staff member"))?;
    if found.active && found.role.may(Deed::WorkOnConflicts) {
        Ok(())
    } else {
        Err(Failure::malformed("staff: somebody who is barred, or whose role has no part in it"))
    }
}

/// It is not as it was seen: whose it is by now, or that it is nobody's.
fn meanwhile(now: Option<Assignment>) -> Failure {
    match now.and_then(|now| now.staff) {
        Some(holder) => {
            Failure::told(StatusCode::CONFLICT, ErrorCode::ConflictTaken, "somebody else works on it by now").with(|problem| problem.holder = Some(holder))
        }
        None => Failure::changed_meanwhile(),
    }
}
