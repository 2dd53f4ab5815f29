//! Lives of the device: what it takes back, how it parts, and how it is known again.

use beadsbox_protocol::{
    ErrorCode,
    enrol::RecogniseResponse,
    fork::{ForkRequest, ForkResponse, OwnOperation, OwnOperations, OwnOperationsQuery},
};
use beadsbox_sync::TransportError;

use super::{ServerState, epoch, refused};

impl ServerState {
    pub fn own_operations(&self, query: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        let words = self.lives.get(&query.incarnation).ok_or_else(|| refused(ErrorCode::ChainForked, Some(1)))?;
        let after = usize::try_from(query.after).unwrap();
        let given = (query.after + 1..).zip(words.iter().skip(after)).take(query.limit as usize);
        let operations = given.map(|(seq, word)| OwnOperation { body: word.clone(), result: self.result(query.incarnation, seq), person: None });
        Ok(OwnOperations { operations: operations.collect() })
    }

    pub fn fork(&mut self, request: &ForkRequest) -> Result<ForkResponse, TransportError> {
        let after = usize::try_from(request.fork_seq).unwrap() - 1;
        let from = self.lives.get(&request.incarnation).or_else(|| self.lives.get(&1).filter(|_| after == 0));
        let from = from.filter(|life| after <= life.len()).ok_or_else(|| refused(ErrorCode::Malformed, None))?;
        let (shared, differs) = (from[..after].to_vec(), from.get(after).is_none_or(|word| !request.fork_hash.ends_with(word.as_str())));
        if self.lives.contains_key(&request.incarnation) && !differs {
            return Err(refused(ErrorCode::Malformed, None));
        }
        let known = self.parted.iter().find(|(life, parted)| self.lives.contains_key(life) && **parted == after).map(|(life, _)| *life);
        let incarnation = known.unwrap_or_else(|| self.lives.keys().copied().max().unwrap_or(0).max(request.incarnation) + 1);
        self.lives.entry(incarnation).or_insert(shared);
        self.parted.insert(incarnation, after);
        Ok(ForkResponse { incarnation })
    }

    pub fn recognise(&mut self) -> RecogniseResponse {
        self.certificates += 1;
        self.known = !self.forgets_at_once;
        RecogniseResponse { epoch: epoch(self.epoch) }
    }
}
