//! Writing an operation: its place, its bytes, its hash, in the caller's transaction.

use beadsbox_domain::{Operation, PersonHash, Timestamp};
use beadsbox_protocol::{ChainHash, OperationBody, body::format_of};
use rusqlite::{Connection, ErrorCode, params};

use super::{
    enrolment::{self, Identity},
    kind::{kind, named_redemption, subject_columns},
    person, standing,
};
use crate::{
    error::{RecordError, StoreError},
    file::{WriteError, sql::Sql},
    types::{NewOperation, Recorded},
};

/// Why an operation was not written.
pub(crate) enum Failure<E> {
    Write(WriteError),
    Record(RecordError<E>),
}

impl<E> From<WriteError> for Failure<E> {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl<E> From<rusqlite::Error> for Failure<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error.into())
    }
}

impl<E> From<StoreError> for Failure<E> {
    fn from(error: StoreError) -> Self {
        Self::Record(RecordError::Store(error))
    }
}

/// Writes the operations, one after the other.
pub(crate) fn append<E>(connection: &Connection, operations: Vec<NewOperation>) -> Result<Vec<Recorded>, Failure<E>> {
    let identity = enrolment::load(connection)?.ok_or(StoreError::NotEnrolled)?;
    standing::may_record(connection)??;
    let (mut dev_seq, mut tip) = last(connection)?.unwrap_or((0, identity.origin));
    let mut recorded = Vec::with_capacity(operations.len());
    for operation in operations {
        dev_seq += 1;
        let written = append_one(connection, &identity, operation, dev_seq, tip)?;
        tip = written.hash;
        recorded.push(written);
    }
    Ok(recorded)
}

/// The last operation's place and hash.
pub(crate) fn last(connection: &Connection) -> rusqlite::Result<Option<(u64, ChainHash)>> {
    use rusqlite::OptionalExtension as _;
    connection
        .prepare_cached("SELECT dev_seq, hash FROM outbox ORDER BY dev_seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, Sql<u64>>(0)?.0, row.get::<_, Sql<ChainHash>>(1)?.0)))
        .optional()
}

fn append_one<E>(connection: &Connection, identity: &Identity, new: NewOperation, dev_seq: u64, previous: ChainHash) -> Result<Recorded, Failure<E>> {
    let sold_to = checked_person(&new)?;
    let body = OperationBody {
        format: format_of(&new.operation),
        device: identity.enrolment.device,
        incarnation: identity.enrolment.incarnation,
        dev_seq,
        op: new.op,
        at: Timestamp::from_millisecond(new.at.as_millisecond()).unwrap_or(new.at),
        staff: new.staff,
        shop: new.shop,
        online: new.online,
        clock_right: new.clock_right,
        operation: new.operation,
    };
    let text = body.encode().map_err(StoreError::Body)?;
    let hash = previous.then(&text);
    if let Some((hash, salted)) = sold_to.zip(new.person) {
        person::keep(connection, hash, &salted)?;
    }
    insert(connection, &body, &text, previous, hash).map_err(|error| {
        if is_repetition(&error) {
            StoreError::Repeated { op: body.op }.into()
        } else {
            Failure::from(error)
        }
    })?;
    Ok(Recorded { dev_seq, op: body.op, hash })
}

/// Writes the row of an operation. `text` is its body, byte for byte.
pub(super) fn insert(connection: &Connection, body: &OperationBody, text: &str, previous: ChainHash, hash: ChainHash) -> rusqlite::Result<()> {
    let (subject_kind, subject_id) = subject_columns(body.operation.subject());
    connection
        .prepare_cached(
            "INSERT INTO outbox (dev_seq, op_id, subject_kind, subject_id, kind, redemption, at, body, prev_hash, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            Sql(body.dev_seq),
            Sql(body.op),
            subject_kind,
            Sql(subject_id),
            kind(&body.operation),
            named_redemption(&body.operation).map(Sql),
            Sql(body.at),
            text,
            Sql(previous),
            Sql(hash)
        ])?;
    Ok(())
}

/// A sale comes with its buyer, and nothing else comes with one. The buyer of a voucher that is replaced may have been erased.
fn checked_person(new: &NewOperation) -> Result<Option<PersonHash>, StoreError> {
    match (&new.operation, &new.person) {
        (Operation::Sell { person, .. }, Some(salted)) if salted.hash().is_ok_and(|hash| hash == *person) => Ok(Some(*person)),
        (Operation::Sell { replaces: Some(_), .. }, None) => Ok(None),
        (Operation::Sell { .. }, _) | (_, Some(_)) => Err(StoreError::PersonMismatch),
        (_, None) => Ok(None),
    }
}

/// The place is free and the other columns are sound by construction, so the id is what was there already.
fn is_repetition(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
