//! Taking in what the server decided. The same answer may come any number of times.

use beadsbox_domain::{OpId, Outcome, operation::Subject};
use beadsbox_protocol::push::OpResult;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use super::{enrolment, own};
use crate::{
    error::StoreError,
    file::{
        WriteError,
        sql::{Json, Sql},
    },
    types::{NewOutcome, OpState},
};

/// Why results were not taken.
pub(crate) enum ResultsError {
    Write(WriteError),
    Refused(StoreError),
}

impl From<WriteError> for ResultsError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl From<rusqlite::Error> for ResultsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error.into())
    }
}

/// What is new, and what it is about.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) new: Vec<NewOutcome>,
    pub(crate) subjects: Vec<Subject>,
}

struct Known {
    op: OpId,
    state: OpState,
    outcome: Option<Outcome>,
    version: Option<u64>,
    epoch: Option<Uuid>,
    subject: Subject,
}

/// Whether any of them says something that this device does not know yet. Spares the write where a reply came twice.
pub(crate) fn brings_news(connection: &Connection, results: &[OpResult], epoch: Uuid) -> rusqlite::Result<bool> {
    for result in results {
        if known(connection, result.dev_seq)?.is_some_and(|known| is_news(&known, result, epoch)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes the results. Those of another epoch than the device's are refused: they tell of commits that were lost.
pub(crate) fn take(transaction: &Transaction<'_>, results: &[OpResult], epoch: Uuid) -> Result<Taken, ResultsError> {
    let identity = enrolment::load(transaction)?.ok_or(ResultsError::Refused(StoreError::NotEnrolled))?;
    if identity.enrolment.epoch != epoch {
        return Err(ResultsError::Refused(StoreError::WrongEpoch { known: identity.enrolment.epoch, found: epoch }));
    }
    let mut taken = Taken::default();
    for result in results {
        let Some(known) = known(transaction, result.dev_seq)? else {
            tracing::warn!(dev_seq = result.dev_seq, "the server answers an operation that was never recorded here");
            continue;
        };
        if result.op_id.is_some_and(|op| op != known.op) {
            tracing::warn!(dev_seq = result.dev_seq, "the server answers another operation under that number");
            continue;
        }
        if !is_news(&known, result, epoch) {
            continue;
        }
        write(transaction, result, epoch)?;
        taken.subjects.push(known.subject);
        taken.new.push(NewOutcome { dev_seq: result.dev_seq, op: known.op, outcome: result.result.clone() });
    }
    Ok(taken)
}

fn is_news(known: &Known, result: &OpResult, epoch: Uuid) -> bool {
    let state = if result.result.is_some() { OpState::Acknowledged } else { OpState::Held };
    known.state != state || known.outcome != result.result || known.version != result.row_version || known.epoch != Some(epoch)
}

fn known(connection: &Connection, dev_seq: u64) -> rusqlite::Result<Option<Known>> {
    // A number beyond SQLite's is nobody's.
    let Ok(place) = i64::try_from(dev_seq) else { return Ok(None) };
    connection
        .prepare_cached("SELECT op_id, state, outcome, ack_version, ack_epoch, subject_kind, subject_id FROM outbox WHERE dev_seq = ?1")?
        .query_row([place], |row| {
            Ok(Known {
                op: row.get::<_, Sql<OpId>>(0)?.0,
                state: row.get::<_, Sql<OpState>>(1)?.0,
                outcome: row.get::<_, Option<Json<Outcome>>>(2)?.map(|outcome| outcome.0),
                version: row.get::<_, Option<Sql<u64>>>(3)?.map(|version| version.0),
                epoch: row.get::<_, Option<Sql<Uuid>>>(4)?.map(|epoch| epoch.0),
                subject: own::subject(row, 5)?,
            })
        })
        .optional()
}

fn write(transaction: &Transaction<'_>, result: &OpResult, epoch: Uuid) -> rusqlite::Result<()> {
    let state = if result.result.is_some() { OpState::Acknowledged } else { OpState::Held };
    transaction
        .prepare_cached(
            "UPDATE outbox SET state = ?2, verdict = ?3, outcome = ?4, ack_version = ?5, ack_epoch = ?6, commit_no = ?7, receipt = ?8
             WHERE dev_seq = ?1",
        )?
        .execute(params![
            Sql(result.dev_seq),
            state.name(),
            result.result.as_ref().map(Outcome::name),
            result.result.as_ref().map(Json),
            result.row_version.map(Sql),
            Sql(epoch),
            Sql(result.commit_no),
            result.receipt
        ])?;
    Ok(())
}
