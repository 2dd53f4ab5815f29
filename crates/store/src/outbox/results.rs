//! Taking in what the server decided. The same answer may come any number of times.
//!
//! The first outcome and its receipt stay for good: they are what a person was told. A later answer that says otherwise is kept
//! beside them, for a person to read.

use beadsbox_domain::{OpId, Outcome, operation::Subject};
use beadsbox_protocol::{ChainHash, push::OpResult};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use super::{enrolment, own, person, receipt::Notary};
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

/// Results as they came.
#[derive(Clone, Copy)]
pub(crate) struct Came<'a> {
    pub(crate) results: &'a [OpResult],
    /// The server's epoch.
    pub(crate) epoch: Uuid,
    /// Those without an outcome wait for an admin.
    pub(crate) quarantined: bool,
}

impl Came<'_> {
    fn quarantines(&self, answer: &OpResult) -> bool {
        answer.result.is_none() && (self.quarantined || answer.is_quarantined())
    }
}

/// An answer that says something new, and its receipt is the server's.
pub(crate) struct Answer {
    result: OpResult,
    /// In which epoch it was decided; none while it is open.
    receipt_epoch: Option<Uuid>,
    quarantined: bool,
}

/// What is new, and what it is about.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) new: Vec<NewOutcome>,
    pub(crate) subjects: Vec<Subject>,
}

struct Known {
    op: OpId,
    hash: ChainHash,
    state: OpState,
    outcome: Option<Outcome>,
    contradicted_by: Option<Outcome>,
    version: Option<u64>,
    epoch: Option<Uuid>,
    subject: Subject,
}

impl Known {
    fn learns_from(&self, answer: &OpResult, came: &Came<'_>) -> bool {
        match (&answer.result, self.state) {
            (None, OpState::Waiting) => true,
            (None, OpState::Held) => came.quarantines(answer),
            // Accepted, and the server does not know its format yet.
            (None, OpState::Quarantined) => !came.quarantines(answer),
            // Its outcome is here already.
            (None, OpState::Acknowledged) => false,
            (Some(_), state) if state != OpState::Acknowledged => true,
            (said @ Some(_), _) => {
                let heard = self.outcome == *said || self.contradicted_by == *said;
                !heard || self.version != answer.row_version || self.epoch != Some(came.epoch)
            }
        }
    }
}

/// Those that say something which this device does not know yet, or the place of the first whose receipt is not the server's.
pub(crate) fn news(connection: &Connection, notary: &Notary, came: &Came<'_>) -> rusqlite::Result<Result<Vec<Answer>, u64>> {
    let mut answers = Vec::new();
    for result in came.results {
        let Some(known) = known(connection, result.dev_seq)? else {
            tracing::warn!(dev_seq = result.dev_seq, "the server answers an operation that was never recorded here");
            continue;
        };
        if !result.answers(known.op, known.hash) {
            tracing::warn!(dev_seq = result.dev_seq, "the server answers another operation under that number");
            continue;
        }
        if !known.learns_from(result, came) {
            continue;
        }
        let receipt_epoch = notary.epoch_of(result, known.hash);
        if result.result.is_some() && receipt_epoch.is_none() {
            return Ok(Err(result.dev_seq));
        }
        answers.push(Answer { result: result.clone(), receipt_epoch, quarantined: came.quarantines(result) });
    }
    Ok(Ok(answers))
}

/// Takes the answers. Those of another epoch than the device's are refused: they tell of commits that were lost.
pub(crate) fn take(transaction: &Transaction<'_>, answers: &[Answer], epoch: Uuid) -> Result<Taken, ResultsError> {
    let identity = enrolment::load(transaction)?.ok_or(ResultsError::Refused(StoreError::NotEnrolled))?;
    if identity.enrolment.epoch != epoch {
        return Err(ResultsError::Refused(StoreError::WrongEpoch { known: identity.enrolment.epoch, found: epoch }));
    }
    let mut taken = Taken::default();
    for answer in answers {
        let Some(known) = known(transaction, answer.result.dev_seq)? else { continue };
        write(transaction, &known, answer, epoch)?;
        taken.subjects.push(known.subject);
        taken.new.push(NewOutcome { dev_seq: answer.result.dev_seq, op: known.op, outcome: answer.result.result.clone() });
    }
    Ok(taken)
}

fn known(connection: &Connection, dev_seq: u64) -> rusqlite::Result<Option<Known>> {
    // A number beyond SQLite's is nobody's.
    let Ok(place) = i64::try_from(dev_seq) else { return Ok(None) };
    connection
        .prepare_cached(
            "SELECT op_id, hash, state, quarantined, outcome, contradicted_by, ack_version, ack_epoch, subject_kind, subject_id
             FROM outbox WHERE dev_seq = ?1",
        )?
        .query_row([place], |row| {
            Ok(Known {
                op: row.get::<_, Sql<OpId>>(0)?.0,
                hash: row.get::<_, Sql<ChainHash>>(1)?.0,
                state: own::state(row, 2)?,
                outcome: row.get::<_, Option<Json<Outcome>>>(4)?.map(|outcome| outcome.0),
                contradicted_by: row.get::<_, Option<Json<Outcome>>>(5)?.map(|outcome| outcome.0),
                version: row.get::<_, Option<Sql<u64>>>(6)?.map(|version| version.0),
                epoch: row.get::<_, Option<Sql<Uuid>>>(7)?.map(|epoch| epoch.0),
                subject: own::subject(row, 8)?,
            })
        })
        .optional()
}

fn write(transaction: &Transaction<'_>, known: &Known, answer: &Answer, epoch: Uuid) -> rusqlite::Result<()> {
    let result = &answer.result;
    let Some(outcome) = &result.result else {
        transaction
            .prepare_cached("UPDATE outbox SET state = 'held', quarantined = ?2 WHERE dev_seq = ?1")?
            .execute(params![Sql(result.dev_seq), answer.quarantined])?;
        return Ok(());
    };
    transaction
        .prepare_cached("UPDATE outbox SET state = 'acknowledged', quarantined = 0, ack_version = ?2, ack_epoch = ?3 WHERE dev_seq = ?1")?
        .execute(params![Sql(result.dev_seq), result.row_version.map(Sql), Sql(epoch)])?;
    match &known.outcome {
        None => {
            keep_outcome(transaction, answer, outcome)?;
            if matches!(outcome, Outcome::Rejected { .. }) {
                erase_buyer(transaction, result.dev_seq)
            } else {
                Ok(())
            }
        }
        Some(told) if told != outcome => {
            tracing::error!(dev_seq = result.dev_seq, "the server says otherwise than its receipt");
            transaction
                .prepare_cached("UPDATE outbox SET contradicted_by = ?2, acknowledged_refusal_at = NULL WHERE dev_seq = ?1")?
                .execute(params![Sql(result.dev_seq), Json(outcome)])?;
            Ok(())
        }
        Some(_) => Ok(()),
    }
}

/// No voucher names the buyer of a sale that was refused for good: nothing would ever tell this device that they are to be erased.
fn erase_buyer(transaction: &Transaction<'_>, dev_seq: u64) -> rusqlite::Result<()> {
    let body = transaction
        .prepare_cached("SELECT body FROM outbox WHERE dev_seq = ?1")?
        .query_row([Sql(dev_seq)], |row| own::body(row, 0))?;
    body.operation.buyer().map_or(Ok(()), |buyer| person::erase(transaction, &[buyer]))
}

fn keep_outcome(transaction: &Transaction<'_>, answer: &Answer, outcome: &Outcome) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE outbox SET verdict = ?2, outcome = ?3, commit_no = ?4, receipt = ?5, receipt_epoch = ?6 WHERE dev_seq = ?1")?
        .execute(params![
            Sql(answer.result.dev_seq),
            outcome.name(),
            Json(outcome),
            Sql(answer.result.commit_no),
            answer.result.receipt,
            answer.receipt_epoch.map(Sql)
        ])?;
    Ok(())
}
