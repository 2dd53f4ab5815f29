//! Tells of operations that were taken: each in its own trace, which is its id, and with that in which its voucher began.

use std::{collections::HashMap, time::SystemTime};

use beadsbox_authority::Reading;
use beadsbox_domain::{DeviceId, Operation, Outcome, VoucherId, operation::Subject};
use beadsbox_protocol::{push::OpResult, trace::Trace};
use opentelemetry::trace::SpanKind;
use serde::{Deserialize, Serialize};

use super::{Arrived, result_of, take::Decided};
use crate::{
    db,
    sight::{self, Place, Work},
    state::App,
};

/// So many at once are what a person did just now, and each is worth a line. A till that was away brings hundreds, whose ids say as much.
const MOST_LINES: usize = 20;

/// The traces in which vouchers began.
type Beginnings = HashMap<VoucherId, Trace>;

/// Those of the vouchers that operations are about, which are taken and committed. Nothing is asked where nobody collects traces, and nothing is lost but
/// the way back where the database does not say.
async fn beginnings(app: &App, taken: &[&Arrived]) -> Beginnings {
    let vouchers: Vec<uuid::Uuid> = if app.sight.traces.is_open() {
        taken.iter().copied().flat_map(vouchers).map(|voucher| voucher.0).collect()
    } else {
        Vec::new()
    };
    if vouchers.is_empty() {
        return Beginnings::new();
    }
    let found = async { db::voucher::beginnings(&mut *app.pool.acquire().await?, &vouchers).await };
    found.await.unwrap_or_else(|error: sqlx::Error| {
        tracing::warn!(%error, "operations are told of without the traces in which their vouchers began");
        Beginnings::new()
    })
}

/// The voucher that an operation is about, and the one in whose place it sells.
fn vouchers(arrived: &Arrived) -> impl Iterator<Item = VoucherId> {
    let operation = operation(arrived);
    let about = operation.and_then(|operation| if let Subject::Voucher(voucher) = operation.subject() { Some(voucher) } else { None });
    about.into_iter().chain(operation.and_then(replaced))
}

fn operation(arrived: &Arrived) -> Option<&Operation> {
    if let Reading::Operation(body) = &arrived.reading { Some(&body.operation) } else { None }
}

fn replaced(operation: &Operation) -> Option<VoucherId> {
    if let Operation::Sell { replaces, .. } = operation {
        replaces.as_ref().map(|replaced| replaced.voucher)
    } else {
        None
    }
}

/// Tells of operations that were taken and committed, with what became of each of them.
pub(super) async fn tell(app: &App, device: DeviceId, taken: &[&Arrived], results: &[OpResult], began: SystemTime) {
    let beginnings = beginnings(app, taken).await;
    let has_lines = taken.len() <= MOST_LINES;
    for (arrived, result) in taken.iter().copied().zip(results) {
        let Some((op, at)) = result.op_id.and_then(|op| Some((op, sight::of_taken(op)?))) else { continue };
        let beginning = vouchers(arrived).find_map(|voucher| beginnings.get(&voucher)).copied();
        if has_lines {
            let (trace_id, commit_no, outcome) = (at.id_text(), result.commit_no, outcome(result));
            let voucher_trace_id = beginning.map(Trace::id_text);
            tracing::info!(
                operation = %op, operation_trace_id = trace_id, voucher_trace_id, dev_seq = arrived.dev_seq, commit_no, outcome, "an operation was taken"
            );
        }
        app.sight.traces.tell(|| {
            let request = sight::current();
            let own = request.filter(|request| request.id() == at.id());
            let place = Place { at, parent: own.or_else(|| Trace::of_operation(op)) };
            // One that was sold in another's place goes on in no trace of that one's, and is linked to it.
            let former = operation(arrived).and_then(replaced).and_then(|voucher| beginnings.get(&voucher)).copied();
            Work::new(format!("operation {}", kind(arrived)), SpanKind::Internal, place, began)
                .beside(request)
                .beside(beginning)
                .beside(former.filter(|former| Some(*former) != beginning))
                .of_voucher(beginning)
                .with("beadsbox.operation", op.to_string())
                .with("beadsbox.operation.outcome", outcome(result))
                .with("beadsbox.operation.commit_no", i64::try_from(result.commit_no).unwrap_or(i64::MAX))
                .with("beadsbox.device", device.to_string())
                .with("beadsbox.dev_seq", i64::try_from(arrived.dev_seq).unwrap_or(i64::MAX))
                .with("db.collection.name", "operation")
        });
    }
}

/// The same of operations of one device that were here, and are decided now.
pub(super) async fn tell_decided(app: &App, device: DeviceId, decided: &[Decided<'_>], began: SystemTime) {
    let taken: Vec<&Arrived> = decided.iter().map(|decided| &decided.judged.fresh.arrived).collect();
    let results: Vec<OpResult> = decided.iter().map(|decided| result_of(&decided.judged)).collect();
    tell(app, device, &taken, &results, began).await;
}

fn outcome(result: &OpResult) -> &'static str {
    match &result.result {
        Some(Outcome::Applied) => "applied",
        Some(Outcome::Conflict { .. }) => "conflict",
        Some(Outcome::Rejected { .. }) => "rejected",
        // Until the server is upgraded, or an admin accepts it.
        None => "kept",
    }
}

/// What was done, as bodies call it.
fn kind(arrived: &Arrived) -> String {
    operation(arrived).map_or_else(|| "unread".to_owned(), name)
}

fn name(operation: &Operation) -> String {
    #[derive(Deserialize)]
    struct Named {
        kind: String,
    }
    let named = operation.serialize(serde_json::value::Serializer).ok().and_then(|value| Named::deserialize(value).ok());
    named.map_or_else(String::new, |named| named.kind)
}
