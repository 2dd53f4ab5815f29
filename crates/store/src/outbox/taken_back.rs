//! Own operations that these files lack, as the server kept them: the files are an older copy.

use beadsbox_domain::operation::Subject;
use beadsbox_protocol::{OperationBody, fork::OwnOperation};
use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    enrolment, person,
    receipt::Notary,
    record::{self, last},
    results::{self, Came, ResultsError},
    standing,
};
use crate::error::StoreError;

/// Appends the operations after the last one here, byte for byte, each where the chain goes on, with the outcome that it had and the
/// buyer whom it names: this device may be the one that gives them back to a server that lost them. All of them or none. Answers what they were about.
pub(crate) fn append(transaction: &Transaction<'_>, operations: &[OwnOperation], epoch: Uuid) -> Result<Vec<Subject>, ResultsError> {
    let identity = enrolment::load(transaction)?.ok_or(ResultsError::Refused(StoreError::NotEnrolled))?;
    let (mut dev_seq, mut tip) = last(transaction)?.unwrap_or((0, identity.origin));
    let mut subjects = Vec::with_capacity(operations.len());
    for operation in operations {
        // One that is here already came twice.
        if operation.result.dev_seq <= dev_seq {
            continue;
        }
        dev_seq += 1;
        let body = OperationBody::decode(&operation.body).map_err(|error| ResultsError::Refused(error.into()))?;
        if body.dev_seq != dev_seq || body.device != identity.enrolment.device {
            return Err(ResultsError::Refused(StoreError::ChainBroken { dev_seq }));
        }
        let hash = tip.then(&operation.body);
        record::insert(transaction, &body, &operation.body, tip, hash)?;
        tip = hash;
        let buyer = body.operation.buyer().zip(operation.person.as_ref());
        if let Some((hash, salted)) = buyer.filter(|(hash, salted)| salted.hash().is_ok_and(|named| named == *hash)) {
            person::keep(transaction, hash, salted)?;
        }
        subjects.push(body.operation.subject());
    }
    // The receipts name the hashes: where they are the server's, so is the chain.
    let notary = Notary::load(transaction, &identity)?;
    let came: Vec<_> = operations.iter().map(|operation| operation.result.clone()).collect();
    let came = Came { results: &came, epoch, quarantined: false };
    let answers = results::news(transaction, &notary, &came)?.map_err(|dev_seq| ResultsError::Refused(StoreError::BadReceipt { dev_seq }))?;
    results::take(transaction, &answers, epoch)?;
    standing::catch_up(transaction)?;
    Ok(subjects)
}
