//! `approval`: who let a redemption pass beyond a device's limits. Only ever added to.

use beadsbox_domain::OpId;
use beadsbox_protocol::history::Approval;

use super::writes::{Columns, Writes};

/// Keeps them. What a restored server takes again may be there already.
pub fn add_new(writes: &mut Writes, approvals: &[(OpId, Approval)]) {
    if approvals.is_empty() {
        return;
    }
    writes.add("approval_new", |sql| {
        sql.push("INSERT INTO approval (op_id, approved_by, permitted) SELECT * FROM ");
        Columns::of(sql)
            .with(approvals.iter().map(|(op, _)| op.0))
            .with(approvals.iter().map(|(_, approval)| approval.staff.0))
            .with(approvals.iter().map(|(_, approval)| approval.permitted))
            .end(" ON CONFLICT DO NOTHING");
    });
}
