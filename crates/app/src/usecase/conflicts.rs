//! The conflicts' inbox.

use beadsbox_domain::{ConflictId, ConflictState, Deed, Operation};
use beadsbox_store::{ConflictView, Directory};

use super::{Seat, id, names, reason};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{ConflictRow, SettleForm, SettledView},
};

const MOST: usize = 1000;

impl Seat {
    /// The inbox: open ones first, the newest first.
    pub async fn conflicts(&self, include_settled: bool) -> AppResult<Vec<ConflictRow>> {
        self.require(Deed::UseOffice)?;
        let may_settle = self.session.role.may(Deed::SettleConflicts);
        self.read(move |view| {
            let found = view.conflicts(include_settled, MOST)?;
            Ok(found.iter().map(|conflict| row(view.directory(), conflict, may_settle)).collect())
        })
        .await
    }

    /// Settles a conflict, as the person saw it.
    pub async fn settle_conflict(&self, form: SettleForm) -> AppResult<Vec<ConflictRow>> {
        self.require(Deed::SettleConflicts)?;
        let conflict: ConflictId = id(&form.conflict_id, ErrorCode::UnknownConflict)?;
        let reason = reason(&form.reason)?;
        let found = self.read(move |view| Ok(view.conflict(conflict)?)).await?;
        let voucher = found.ok_or_else(|| AppError::new(ErrorCode::UnknownConflict, "no such conflict here"))?.conflict.voucher;
        self.record(Operation::SettleConflict { conflict, voucher, seen_version: form.version, settlement: form.settlement, reason }, None)
            .await?;
        self.conflicts(false).await
    }
}

fn row(directory: &Directory, found: &ConflictView, may_settle: bool) -> ConflictRow {
    let conflict = &found.conflict;
    let brief = found.voucher.as_ref();
    ConflictRow {
        id: conflict.id.to_string(),
        version: conflict.row_version,
        kind: conflict.kind,
        state: conflict.state,
        voucher_id: conflict.voucher.to_string(),
        code: brief.map(|voucher| voucher.code.to_string()).unwrap_or_default(),
        title: brief.and_then(|voucher| voucher.title.clone()).unwrap_or_default(),
        value: brief.map(|voucher| voucher.price.into()),
        accepted: conflict.accepted.as_ref().map(|stamp| names::fact(directory, stamp)),
        other: names::fact(directory, &conflict.other),
        settlement: conflict.settled.as_ref().map(|settled| SettledView {
            settlement: settled.settlement,
            reason: settled.reason.as_str().to_owned(),
            by: names::fact(directory, &settled.by),
        }),
        may_settle: may_settle && conflict.state == ConflictState::Open,
        waiting: found.waiting,
    }
}
