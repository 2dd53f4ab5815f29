//! `approval`: who let a redemption pass beyond a device's limits. Only ever added to.

use beadsbox_domain::OpId;
use beadsbox_protocol::history::Approval;
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps them. What a restored server takes again may be there already.
pub async fn insert(conn: &mut PgConnection, approvals: &[(OpId, Approval)]) -> sqlx::Result<()> {
    if approvals.is_empty() {
        return Ok(());
    }
    sqlx::query("INSERT INTO approval (op_id, approved_by, permitted) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) ON CONFLICT DO NOTHING")
        .bind(approvals.iter().map(|(op, _)| op.0).collect::<Vec<Uuid>>())
        .bind(approvals.iter().map(|(_, approval)| approval.staff.0).collect::<Vec<Uuid>>())
        .bind(approvals.iter().map(|(_, approval)| approval.permitted).collect::<Vec<bool>>())
        .execute(conn)
        .await?;
    Ok(())
}
