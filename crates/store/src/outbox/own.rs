//! The operations as rows.

use beadsbox_domain::{OpId, Outcome, TemplateId, Timestamp, VoucherId, operation::Subject};
use beadsbox_overlay::{Acknowledgement, Own};
use beadsbox_protocol::OperationBody;
use rusqlite::{
    Connection, OptionalExtension as _, Params, Row,
    types::{FromSqlError, Type},
};
use uuid::Uuid;

use super::kind::subject_columns;
use crate::{
    file::sql::{Json, Sql},
    types::{OpState, OwnOperation},
};

/// An operation with what the effective view needs to know about it.
#[derive(Debug, Clone)]
pub(crate) struct OwnRow {
    pub(crate) own: OwnOperation,
    pub(crate) acknowledged: Option<Acknowledgement>,
    /// The cache that was seen to hold it, and where its cursor stood then.
    pub(crate) contained: Option<(Uuid, u64)>,
}

impl OwnRow {
    /// As the rules of the effective view take it.
    pub(crate) fn for_replay(&self) -> Own<'_> {
        Own {
            body: &self.own.body,
            is_acknowledged: self.own.state == OpState::Acknowledged,
            outcome: self.own.outcome.as_ref(),
            acknowledged: self.acknowledged,
            contained: self.contained,
        }
    }
}

const COLUMNS: &str = "body, state, quarantined, outcome, contradicted_by, acknowledged_refusal_at, ack_epoch, ack_version, contained_in, contained_at";

/// How far an operation is, from the columns `state` and `quarantined`.
pub(super) fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<OpState> {
    match (row.get_ref(column)?.as_str().map_err(|error| unreadable(column, error))?, row.get(column + 1)?) {
        ("waiting", false) => Ok(OpState::Waiting),
        ("held", false) => Ok(OpState::Held),
        ("held", true) => Ok(OpState::Quarantined),
        ("acknowledged", false) => Ok(OpState::Acknowledged),
        _ => Err(unreadable(column, FromSqlError::InvalidType)),
    }
}

/// A body that this device wrote.
pub(crate) fn body(row: &Row<'_>, column: usize) -> rusqlite::Result<OperationBody> {
    let text = row.get_ref(column)?.as_str().map_err(|error| unreadable(column, error))?;
    OperationBody::decode(text).map_err(|error| unreadable(column, error))
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

fn read(row: &Row<'_>) -> rusqlite::Result<OwnRow> {
    let epoch = row.get::<_, Option<Sql<Uuid>>>(6)?;
    let version = row.get::<_, Option<Sql<u64>>>(7)?.map(|version| version.0);
    let contained_in = row.get::<_, Option<Sql<Uuid>>>(8)?;
    let contained_at = row.get::<_, Option<Sql<u64>>>(9)?;
    Ok(OwnRow {
        own: OwnOperation {
            body: body(row, 0)?,
            state: state(row, 1)?,
            outcome: row.get::<_, Option<Json<Outcome>>>(3)?.map(|outcome| outcome.0),
            contradicted_by: row.get::<_, Option<Json<Outcome>>>(4)?.map(|outcome| outcome.0),
            acknowledged_refusal_at: row.get::<_, Option<Sql<Timestamp>>>(5)?.map(|at| at.0),
        },
        acknowledged: epoch.map(|epoch| Acknowledgement { epoch: epoch.0, version }),
        contained: contained_in.zip(contained_at).map(|(cache, at)| (cache.0, at.0)),
    })
}

/// The operations of which that holds.
pub(super) fn select(connection: &Connection, condition: &str, parameters: impl Params) -> rusqlite::Result<Vec<OwnRow>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE {condition}"))?
        .query_map(parameters, read)?
        .collect()
}

/// The operations on a voucher or template, in their order.
pub(crate) fn of_subject(connection: &Connection, subject: Subject) -> rusqlite::Result<Vec<OwnRow>> {
    let (kind, id) = subject_columns(subject);
    select(connection, "subject_id = ?1 AND subject_kind = ?2 ORDER BY dev_seq", (Sql(id), kind))
}

/// One operation.
pub(crate) fn find(connection: &Connection, op: OpId) -> rusqlite::Result<Option<OwnRow>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE op_id = ?1"))?
        .query_row([Sql(op)], read)
        .optional()
}

/// The operations that were refused, or of which the server said otherwise later, and that nobody has taken note of. An asked
/// redemption that was withdrawn or honoured afterwards told its story in that.
pub(crate) fn refused(connection: &Connection) -> rusqlite::Result<Vec<OwnRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox WHERE dev_seq IN (
                 SELECT dev_seq FROM outbox o WHERE verdict = 'rejected' AND acknowledged_refusal_at IS NULL AND NOT ({FOLLOWED})
                 UNION SELECT dev_seq FROM outbox WHERE contradicted_by IS NOT NULL AND acknowledged_refusal_at IS NULL
             ) ORDER BY dev_seq"
        ))?
        .query_map([], read)?
        .collect()
}

/// Of an operation `o`: it is an ask that was followed up.
pub(crate) const FOLLOWED: &str = "o.kind = 'redeem_asked' AND EXISTS (
    SELECT 1 FROM outbox f WHERE f.redemption = o.op_id AND f.kind IN ('honour', 'withdraw'))";

/// Whether an operation was seen in the cache of that name when its cursor stood beyond that place.
pub(crate) fn is_noted_beyond(connection: &Connection, cache: Uuid, cursor: u64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox WHERE contained_in = ?1 AND contained_at > ?2)")?
        .query_row((Sql(cache), Sql(cursor)), |row| row.get(0))
}

/// The subjects with operations that were not seen in the cache of that name, whose cursor stands there.
pub(crate) fn uncontained_subjects(connection: &Connection, cache: Uuid, cursor: u64) -> rusqlite::Result<Vec<Subject>> {
    connection
        .prepare_cached(
            "SELECT subject_kind, subject_id FROM outbox WHERE contained_in IS NULL
             UNION SELECT subject_kind, subject_id FROM outbox WHERE contained_in < ?1
             UNION SELECT subject_kind, subject_id FROM outbox WHERE contained_in > ?1
             UNION SELECT subject_kind, subject_id FROM outbox WHERE contained_in = ?1 AND contained_at > ?2",
        )?
        .query_map((Sql(cache), Sql(cursor)), |row| subject(row, 0))?
        .collect()
}

/// A subject from its two columns.
pub(super) fn subject(row: &Row<'_>, column: usize) -> rusqlite::Result<Subject> {
    let id = row.get::<_, Sql<Uuid>>(column + 1)?.0;
    let kind = row.get_ref(column)?.as_str().map_err(|error| unreadable(column, error))?;
    Ok(match kind {
        "voucher" => Subject::Voucher(VoucherId(id)),
        "till" => Subject::Till,
        _ => Subject::Template(TemplateId(id)),
    })
}
