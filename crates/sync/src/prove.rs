//! Proves, range by range, that the cache holds the server's rows, and takes anew the range that differs. It waits for everybody
//! else, and may be dropped at any moment.

use std::time::Duration;

use beadsbox_protocol::{
    digest::{DigestAnswer, DigestQuery, IdRange, MOST_RANGE_ROWS, RangeDigest, RangeQuery, RowKind},
    snapshot::SNAPSHOT_FORMAT,
};
use tracing::{info, warn};

use crate::{
    plan::{self, Comparison, Reaction},
    replica::Replica,
    status::Trouble,
    syncer::Syncer,
    transport::{Transport, TransportError},
};

/// How often it is looked whether a comparison is due.
const LOOK: Duration = Duration::from_mins(10);
/// Between two ranges, so that whoever waits comes first.
const BREATH: Duration = Duration::from_millis(10);
/// After a failed repair, or while the feed moves.
const PAUSE: Duration = Duration::from_millis(300);
/// So often in a row a range is asked about anew before the comparison is put off.
const MOST_TURNS: u32 = 40;
/// So often one range is replaced before that is given up.
const MOST_REPAIRS: u32 = 3;

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Every range is equal; so many were replaced for that.
    Equal {
        /// Ranges replaced.
        repaired: u64,
    },
    /// Changes came too quickly to compare. It is tried again later.
    PutOff,
    /// Server and program compute other digests.
    NotComparable,
}

enum Turn {
    Equal,
    Again,
    Repaired,
    NotComparable,
}

impl<R: Replica + 'static, T: Transport + 'static> Syncer<R, T> {
    pub(crate) async fn prove_for_ever(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let quiet = {
                let status = self.status.borrow();
                status.online && status.up_to_date
            };
            if quiet && matches!(self.replica.proof_is_due().await, Ok(true)) {
                match self.prove().await {
                    Ok(proof) => info!(?proof, "the cache was compared with the server"),
                    Err(trouble) => info!(%trouble, "the cache could not be compared"),
                }
            }
        }
    }

    /// Compares the cache with the server now, and repairs what differs.
    pub async fn prove(&self) -> Result<Proof, Trouble> {
        let _turn = self.proving.lock().await;
        self.status.send_modify(|status| status.comparing = true);
        let proof = self.compare_all().await;
        self.status.send_modify(|status| status.comparing = false);
        proof
    }

    async fn compare_all(&self) -> Result<Proof, Trouble> {
        let mut repaired = 0;
        for kind in RowKind::ALL {
            let mut after = None;
            loop {
                let range = match self.compare_next(kind, after, &mut repaired).await? {
                    Ok(range) => range,
                    Err(unproved) => return Ok(unproved),
                };
                tokio::time::sleep(BREATH).await;
                after = range.through;
                if after.is_none() {
                    break;
                }
            }
        }
        self.replica.proved().await.map_err(|error| self.files_failed(&error))?;
        Ok(Proof::Equal { repaired })
    }

    /// The next range, until it is equal.
    async fn compare_next(&self, kind: RowKind, after: Option<uuid::Uuid>, repaired: &mut u64) -> Result<Result<IdRange, Proof>, Trouble> {
        let mut repairs = 0;
        for _ in 0..MOST_TURNS {
            let (turn, range) = self.compare_once(kind, after).await?;
            match turn {
                Turn::Equal => return Ok(Ok(range)),
                Turn::NotComparable => return Ok(Err(Proof::NotComparable)),
                Turn::Repaired if repairs < MOST_REPAIRS => {
                    repairs += 1;
                    *repaired += 1;
                }
                Turn::Repaired => {
                    warn!(?range, "a range differs however often it is replaced");
                    return Ok(Err(Proof::NotComparable));
                }
                Turn::Again => {
                    // What moves is on its way here: the task that takes pages has it soon.
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Ok(Err(Proof::PutOff))
    }

    async fn compare_once(&self, kind: RowKind, after: Option<uuid::Uuid>) -> Result<(Turn, IdRange), Trouble> {
        let position = self.replica.position().await.map_err(|error| self.files_failed(&error))?;
        let query = DigestQuery { epoch: position.epoch, format: SNAPSHOT_FORMAT, cursor: position.cursor.seq, kind, after, limit: MOST_RANGE_ROWS };
        let answer = self.transport.digest(&query).await.map_err(|error| asking_failed(&error, &position))?;
        let unknown = IdRange { kind, after, through: None };
        let theirs = match answer {
            DigestAnswer::Moving => return Ok((Turn::Again, unknown)),
            DigestAnswer::OtherFormat => return Ok((Turn::NotComparable, unknown)),
            DigestAnswer::Range(theirs) => theirs,
        };
        let range = IdRange { through: theirs.through, ..unknown };
        let ours = self.replica.range_digest(range).await.map_err(|error| self.files_failed(&error))?;
        match plan::compare(&query, &theirs, &ours) {
            Comparison::Equal => Ok((Turn::Equal, range)),
            Comparison::Moved => Ok((Turn::Again, range)),
            Comparison::Differs => self.repair(range, &theirs).await.map(|turn| (turn, range)),
        }
    }

    async fn repair(&self, range: IdRange, theirs: &RangeDigest) -> Result<Turn, Trouble> {
        warn!(?range, rows = theirs.rows, "a range of the cache is not the server's and is taken anew");
        let position = self.replica.position().await.map_err(|error| self.files_failed(&error))?;
        let query = RangeQuery { epoch: position.epoch, kind: range.kind, after: range.after, through: range.through };
        let rows = self.transport.range(&query).await.map_err(|error| asking_failed(&error, &position))?;
        // No page is taken meanwhile: one could be newer than these rows.
        let _turn = self.turn_to_receive(0).await;
        let replaced = self.replica.repair_range(range, rows).await.map_err(|error| self.files_failed(&error))?;
        Ok(if replaced { Turn::Repaired } else { Turn::Again })
    }
}

/// What mends itself is left to the task that takes pages; here it only ends the comparison.
fn asking_failed(error: &TransportError, position: &crate::replica::Position) -> Trouble {
    match plan::react(error, position) {
        Reaction::Retry { trouble, .. } => trouble,
        Reaction::Halt(halt) => Trouble::Halted(halt),
        _ => match error {
            TransportError::Refused(problem) => Trouble::Refused(problem.code),
            other => Trouble::Server(other.to_string()),
        },
    }
}
