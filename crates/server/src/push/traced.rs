//! Tells of operations that were taken: each in its own trace, which is its id.

use std::time::SystemTime;

use beadsbox_authority::Reading;
use beadsbox_domain::{DeviceId, Operation, Outcome};
use beadsbox_protocol::{push::OpResult, trace::Trace};
use opentelemetry::trace::SpanKind;
use serde::{Deserialize, Serialize};

use super::Arrived;
use crate::{
    sight::{self, Place, Work},
    state::App,
};

/// So many at once are what a person did just now, and each is worth a line. A till that was away brings hundreds, whose ids say as much.
const MOST_LINES: usize = 20;

/// Tells of operations that were taken and committed, with what became of each.
pub(super) fn tell<'a>(app: &App, device: DeviceId, taken: impl ExactSizeIterator<Item = (&'a Arrived, &'a OpResult)>, began: SystemTime) {
    let has_lines = taken.len() <= MOST_LINES;
    for (arrived, result) in taken {
        let Some((op, at)) = result.op_id.and_then(|op| Some((op, sight::of_taken(op)?))) else { continue };
        if has_lines {
            let (trace_id, commit_no, outcome) = (at.id_text(), result.commit_no, outcome(result));
            tracing::info!(operation = %op, operation_trace_id = trace_id, dev_seq = arrived.dev_seq, commit_no, outcome, "an operation was taken");
        }
        app.sight.traces.tell(|| {
            let request = sight::current();
            let own = request.filter(|request| request.id() == at.id());
            let place = Place { at, parent: own.or_else(|| Trace::of_operation(op)) };
            Work::new(format!("operation {}", kind(arrived)), SpanKind::Internal, place, began)
                .beside(request)
                .with("beadsbox.operation", op.to_string())
                .with("beadsbox.operation.outcome", outcome(result))
                .with("beadsbox.operation.commit_no", i64::try_from(result.commit_no).unwrap_or(i64::MAX))
                .with("beadsbox.device", device.to_string())
                .with("beadsbox.dev_seq", i64::try_from(arrived.dev_seq).unwrap_or(i64::MAX))
                .with("db.collection.name", "operation")
        });
    }
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
    match &arrived.reading {
        Reading::Operation(body) => name(&body.operation),
        _ => "unread".to_owned(),
    }
}

fn name(operation: &Operation) -> String {
    #[derive(Deserialize)]
    struct Named {
        kind: String,
    }
    let named = operation.serialize(serde_json::value::Serializer).ok().and_then(|value| Named::deserialize(value).ok());
    named.map_or_else(String::new, |named| named.kind)
}
