//! What the server decided, as `crates/store/src/outbox/results.rs` takes it: the first outcome and its receipt stay for good.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::operation::Subject;
use beadsbox_overlay::Acknowledgement;
use beadsbox_protocol::{
    push::{KeptReceipt, OpResult},
    receipt,
};
use ed25519_dalek::VerifyingKey;
use uuid::Uuid;

use super::{OutRow, Outbox, State};

impl OutRow {
    fn learns_from(&self, answer: &OpResult, epoch: Uuid, quarantined: bool) -> bool {
        match (&answer.result, self.state) {
            (None, State::Waiting) => true,
            (None, State::Held) => quarantined,
            (None, State::Quarantined) => !quarantined,
            (None, State::Acknowledged) => false,
            (Some(_), state) if state != State::Acknowledged => true,
            (said @ Some(_), _) => {
                let heard = self.outcome == *said || self.contradicted_by == *said;
                let known = Some(Acknowledgement { epoch, version: answer.row_version });
                !heard || self.acknowledged != known
            }
        }
    }

    fn learn(&mut self, answer: OpResult, epoch: Uuid, receipt_epoch: Option<Uuid>, quarantined: bool) {
        let Some((outcome, receipt_epoch)) = answer.result.zip(receipt_epoch) else {
            self.state = if quarantined { State::Quarantined } else { State::Held };
            return;
        };
        self.state = State::Acknowledged;
        self.acknowledged = Some(Acknowledgement { epoch, version: answer.row_version });
        match &self.outcome {
            Some(told) if *told != outcome => self.contradicted_by = Some(outcome),
            Some(_) => {}
            None => {
                let (dev_seq, commit_no, receipt) = (self.dev_seq, answer.commit_no, answer.receipt);
                self.receipt = Some(KeptReceipt { dev_seq, epoch: receipt_epoch, commit_no, outcome: outcome.clone(), receipt });
                self.outcome = Some(outcome);
            }
        }
    }
}

impl Outbox {
    /// Takes what the server decided; answers what it is about, or the first whose receipt is not the server's: then none is kept.
    pub fn take_results(&mut self, epoch: Uuid, results: &[OpResult], quarantined: bool) -> Result<Vec<Subject>, u64> {
        let mut answers = Vec::new();
        for result in results {
            let place = usize::try_from(result.dev_seq).unwrap_or(usize::MAX).wrapping_sub(1);
            let Some(row) = self.rows.get(place) else { continue };
            let quarantined = quarantined || result.is_quarantined();
            if !result.answers(row.op, row.hash) || !row.learns_from(result, epoch, quarantined) {
                continue;
            }
            let receipt_epoch = self.epoch_of(result, row);
            if result.result.is_some() && receipt_epoch.is_none() {
                return Err(result.dev_seq);
            }
            answers.push((place, result.clone(), receipt_epoch, quarantined));
        }
        let mut subjects = Vec::new();
        for (place, result, receipt_epoch, quarantined) in answers {
            self.rows[place].learn(result, epoch, receipt_epoch, quarantined);
            subjects.extend(self.rows[place].body.as_ref().map(|body| body.operation.subject()));
        }
        Ok(subjects)
    }

    /// In which epoch the server gave this receipt; none where it is not the server's.
    fn epoch_of(&self, result: &OpResult, row: &OutRow) -> Option<Uuid> {
        let key = VerifyingKey::from_bytes(&crate::server::public_key()).ok()?;
        let (outcome, signature) = (result.result.as_ref()?, BASE64.decode(&result.receipt).ok()?);
        let genuine = |epoch: &Uuid| receipt::is_genuine(&key, *epoch, result.commit_no, row.hash, outcome, &signature);
        let earlier = self.known_epochs.iter().filter(|epoch| **epoch != self.epoch);
        std::iter::once(&self.epoch).chain(earlier).find(|epoch| genuine(epoch)).copied()
    }

    /// The server has that epoch, and holds no more than that: what comes after waits again, with what was said of it.
    pub fn adopt(&mut self, epoch: Uuid, last_seq: u64) {
        let same = self.epoch == epoch;
        self.epoch = epoch;
        self.known_epochs.insert(epoch);
        self.behind_until = None;
        for row in &mut self.rows {
            if row.dev_seq > last_seq {
                row.state = State::Waiting;
                row.contained = None;
                continue;
            }
            if row.state == State::Waiting && (row.outcome.is_some() || same) {
                row.state = if row.outcome.is_some() { State::Acknowledged } else { State::Held };
            }
            if let (State::Acknowledged, Some(acknowledged)) = (row.state, row.acknowledged.as_mut()) {
                acknowledged.epoch = epoch;
            }
        }
    }
}
