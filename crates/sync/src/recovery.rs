//! What a device does after a rewind of the server, after an older copy of its files was put back, and as a copy of a device.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use beadsbox_protocol::{Incarnation, MOST_OPERATIONS, fork::OwnOperationsQuery, push::OpResult};
use tokio::sync::Mutex;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    plan::{self, Reaction},
    replica::{Answers, Position, Replica},
    status::{Halt, Trouble},
    syncer::{Next, Syncer},
    transport::{Transport, TransportError},
};

/// Without an answer in between, a server that takes a certificate or gives a life is asked no more often: what both tasks had on
/// their way when it happened.
const MOST_ATTEMPTS: u32 = 3;

/// What is under way.
#[derive(Default)]
pub(crate) struct Recovery {
    /// One step at a time: both tasks hear of it.
    turn: Mutex<()>,
    attempts: AtomicU32,
    revoked: AtomicBool,
}

impl Recovery {
    /// The server answered in the ordinary way.
    pub(crate) fn is_over(&self) {
        self.attempts.store(0, Ordering::Relaxed);
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Relaxed)
    }

    pub(crate) fn note_revoked(&self) {
        self.revoked.store(true, Ordering::Relaxed);
    }

    /// Whether it may be tried once more; where not, the count begins anew, with the next pause over.
    fn may_try(&self) -> bool {
        let tried = self.attempts.fetch_add(1, Ordering::Relaxed);
        if tried >= MOST_ATTEMPTS {
            self.is_over();
        }
        tried < MOST_ATTEMPTS
    }
}

impl<R: Replica + 'static, T: Transport + 'static> Syncer<R, T> {
    /// Keeps what the server decided. `false`: it is a late reply.
    pub(crate) async fn keep_answers(&self, epoch: Uuid, results: &[OpResult], quarantined: bool) -> Result<bool, Trouble> {
        let kept = if quarantined {
            self.replica().record_quarantined(epoch, results).await
        } else {
            self.replica().record_results(epoch, results).await
        };
        self.are_genuine(kept.map_err(|error| self.files_failed(&error))?)
    }

    /// `false`: they are of an epoch that the device has left.
    pub(crate) fn are_genuine(&self, answers: Answers) -> Result<bool, Trouble> {
        match answers {
            Answers::Kept => Ok(true),
            Answers::OtherEpoch => Ok(false),
            // Whoever answers cannot sign for the server: as good as away, and a person has to know.
            Answers::NotGenuine => Err(self.failed(false, Trouble::BadReceipt)),
        }
    }

    /// The server holds own operations that these files lack: takes them back. `false`: not now, because what waits here goes first.
    pub(crate) async fn catch_up(&self, life: Incarnation, server_last_seq: u64) -> Result<bool, Trouble> {
        let turn = self.recovery.turn.lock().await;
        if !self.replica().fall_behind(life, server_last_seq).await.map_err(|error| self.files_failed(&error))? {
            // The server will say whether it holds the same.
            self.wake();
            return Ok(false);
        }
        warn!(server_last_seq, "the device's files are an older copy: its operations are taken back");
        loop {
            let position = self.replica().position().await.map_err(|error| self.files_failed(&error))?;
            if position.last_seq >= server_last_seq || position.incarnation != life {
                info!(last_seq = position.last_seq, "the device's operations are back");
                return Ok(true);
            }
            let query = OwnOperationsQuery { incarnation: position.incarnation, after: position.last_seq, limit: most(MOST_OPERATIONS as u64) };
            let given = match self.transport().own_operations(&query).await {
                Ok(given) => given.operations,
                Err(error) => {
                    // What is to be done about it may be a recovery of its own.
                    drop(turn);
                    return self.handle(&error, Some(position.incarnation)).await.map(|()| true);
                }
            };
            if given.is_empty() {
                return Err(self.failed(false, Trouble::Server("it does not give this device's operations back".to_owned())));
            }
            let answers = self.replica().take_back(position.epoch, &given).await.map_err(|error| self.files_failed(&error))?;
            if !self.are_genuine(answers)? {
                return Ok(true);
            }
        }
    }

    /// The server holds another operation under that number, or does not know the life that asked: goes on as a life of its own.
    pub(crate) async fn fork(&self, first_seq: u64, asked_as: Option<Incarnation>) -> Result<Next, Trouble> {
        let _turn = self.recovery.turn.lock().await;
        let position = self.replica().position().await.map_err(|error| self.files_failed(&error))?;
        if asked_as.is_some_and(|life| life != position.incarnation) {
            return Ok(Next::Again);
        }
        if !self.recovery.may_try() {
            return Ok(self.halted(Halt::Forked));
        }
        if let Err(error) = self.take_shared_answers(&position, first_seq).await? {
            return Ok(self.not_recovered(&error, &position));
        }
        let request = self.replica().fork_request(first_seq).await.map_err(|error| self.files_failed(&error))?;
        let Some(request) = request else { return Ok(self.halted(Halt::Forked)) };
        match self.transport().fork(&request).await {
            Ok(life) if life.incarnation > request.incarnation => {
                warn!(request.fork_seq, life.incarnation, "a copy of this device is about: it goes on as a life of its own");
                self.replica().adopt_life(request.fork_seq, life.incarnation).await.map_err(|error| self.files_failed(&error))?;
                Ok(Next::Again)
            }
            Ok(_) => Ok(self.halted(Halt::Forked)),
            Err(error) => Ok(self.not_recovered(&error, &position)),
        }
    }

    /// What became of the operations that both copies share is the old life's to tell, and this device leaves it.
    async fn take_shared_answers(&self, position: &Position, first_seq: u64) -> Result<Result<(), TransportError>, Trouble> {
        let mut after = position.acked;
        while after + 1 < first_seq {
            let query = OwnOperationsQuery { incarnation: position.incarnation, after, limit: most(first_seq - 1 - after) };
            let given = match self.transport().own_operations(&query).await {
                Ok(given) => given.operations,
                Err(error) => return Ok(Err(error)),
            };
            let Some(last) = given.last().map(|operation| operation.result.dev_seq).filter(|last| *last > after) else { break };
            let results: Vec<OpResult> = given.into_iter().map(|operation| operation.result).collect();
            self.keep_answers(position.epoch, &results, false).await?;
            after = last;
        }
        Ok(Ok(()))
    }

    /// The server does not know this device: it was restored from before the enrolment, and is shown the certificate.
    pub(crate) async fn show_certificate(&self) -> Result<Next, Trouble> {
        let _turn = self.recovery.turn.lock().await;
        if !self.recovery.may_try() {
            return Ok(self.halted(Halt::UnknownDevice));
        }
        let request = self.replica().recognition().await.map_err(|error| self.files_failed(&error))?;
        let Some(request) = request else { return Ok(self.halted(Halt::UnknownDevice)) };
        match self.transport().recognise(&request).await {
            Ok(_) => {
                warn!("the server knows this device again, by its certificate");
                Ok(Next::Again)
            }
            Err(error) => {
                let position = self.replica().position().await.map_err(|error| self.files_failed(&error))?;
                match plan::react(&error, &position) {
                    Reaction::Retry { trouble: Trouble::Offline(_) | Trouble::Server(_), .. } => Ok(self.not_recovered(&error, &position)),
                    _ => Ok(self.halted(Halt::UnknownDevice)),
                }
            }
        }
    }

    /// A step that failed: after a pause the request that led to it is made again, and leads to it again.
    fn not_recovered(&self, error: &TransportError, position: &Position) -> Next {
        match plan::react(error, position) {
            Reaction::Retry { online, trouble, least_pause } => Next::Failed { trouble: self.failed(online, trouble), least_pause },
            Reaction::Halt(halt) => self.halted(halt),
            _ => Next::Again,
        }
    }

    fn halted(&self, halt: Halt) -> Next {
        Next::Failed { trouble: self.failed(false, Trouble::Halted(halt)), least_pause: std::time::Duration::ZERO }
    }
}

fn most(count: u64) -> u32 {
    u32::try_from(count.min(MOST_OPERATIONS as u64)).unwrap_or(u32::MAX)
}
