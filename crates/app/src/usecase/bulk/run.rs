//! Looking at each voucher, and then doing it.

use std::{ops::ControlFlow, sync::Arc};

use beadsbox_domain::{Outcome, VoucherId};
use beadsbox_store::{NewOperation, View};

use super::{
    super::{
        Seat,
        corrections::{self, Said},
        names,
        question::Asked,
        selection::Selection,
    },
    job::Bulk,
};
use crate::{
    error::{AppError, AppResult},
    view::{BulkForm, RefusalView, VoucherAction},
};

/// Recorded in one commit: a wait that nobody notices at the till, and few waits for the disk.
const PART: usize = 100;

/// Asks the rules about each of them.
pub(super) async fn check(seat: &Seat, asked: Asked, form: BulkForm, bulk: Arc<Bulk>) -> AppResult<()> {
    let deciding = seat.clone();
    seat.read(move |view| {
        Selection::read(view, &asked, &form.selection, form.order)?.walk(view, |found| {
            bulk.found(found.len());
            for voucher in found {
                if bulk.is_stopped() {
                    return Ok(ControlFlow::Break(()));
                }
                let may = match corrections::trial(&deciding, form.action, &voucher.voucher, view.directory())? {
                    Some(operation) => decided(view, &deciding.operation(operation))?.map(|()| voucher.voucher.snapshot.price),
                    // The one action that has nothing to ask for: a later last day of what never ends.
                    None => Err(RefusalView::NeverEnds),
                };
                bulk.looked_at((voucher.voucher.id, voucher.voucher.code), may);
            }
            Ok(ControlFlow::Continue(()))
        })
    })
    .await
}

/// Does it with all that may, part by part; what stopped it leaves whole parts behind.
pub(super) async fn run(seat: &Seat, bulk: &Arc<Bulk>, said: Said) -> AppResult<()> {
    let mut from = 0;
    while !bulk.is_stopped() {
        let part = bulk.allowed(from, PART);
        let Some((last, _)) = part.last() else { break };
        from = last + 1;
        seat.can_act_now(bulk.action)?;
        if bulk.action == VoucherAction::Redeem {
            redeem(seat, bulk, &part).await?;
        } else {
            record(seat, bulk, part, said.clone()).await?;
        }
    }
    Ok(())
}

/// Records a part in one commit. The rules are asked again while nothing else can be recorded: somebody may have been quicker.
async fn record(seat: &Seat, bulk: &Arc<Bulk>, part: Vec<(usize, VoucherId)>, said: Said) -> AppResult<()> {
    let (deciding, action) = (seat.clone(), bulk.action);
    let (tell, told) = std::sync::mpsc::channel();
    seat.device
        .record_with(move |view, shop| {
            let mut operations = Vec::with_capacity(part.len());
            for (place, id) in part {
                let Some(voucher) = view.voucher(id)? else {
                    let _ = tell.send((place, Err(RefusalView::UnknownVoucher)));
                    continue;
                };
                let Some(operation) = action.operation(&voucher.voucher, &said, view.directory()) else {
                    let _ = tell.send((place, Err(RefusalView::NeverEnds)));
                    continue;
                };
                let new = NewOperation { shop, ..deciding.operation(operation) };
                let may = decided(view, &new)?;
                if may.is_ok() {
                    operations.push(new);
                }
                let _ = tell.send((place, may));
            }
            Ok::<_, AppError>(operations)
        })
        .await?;
    bulk.did(told.into_iter().collect());
    Ok(())
}

/// The same path as at the till, one by one: asked where the server is there.
async fn redeem(seat: &Seat, bulk: &Arc<Bulk>, part: &[(usize, VoucherId)]) -> AppResult<()> {
    for (place, id) in part.iter().copied() {
        if bulk.is_stopped() {
            break;
        }
        let code = seat.read(move |view| Ok(view.voucher(id)?.map(|found| found.voucher.code))).await?;
        let refusal = match code {
            Some(code) => seat.redeem(&code.to_string()).await?.refusal,
            None => Some(RefusalView::UnknownVoucher),
        };
        bulk.did(vec![(place, refusal.map_or(Ok(()), Err))]);
    }
    Ok(())
}

/// Whether the rules let it pass without a conflict, with what this device knows.
fn decided(view: &View<'_>, new: &NewOperation) -> AppResult<Result<(), RefusalView>> {
    Ok(match view.foretell(new)?.outcome {
        Outcome::Applied => Ok(()),
        Outcome::Conflict { .. } => Err(RefusalView::Other { code: "conflict".to_owned() }),
        Outcome::Rejected { refusal } => Err(names::refusal(view.directory(), &refusal)),
    })
}
