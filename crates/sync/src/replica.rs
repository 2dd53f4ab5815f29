//! The device's side, as the sync needs it.

use async_trait::async_trait;
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    Incarnation,
    digest::{IdRange, LocalDigest, RangeRows},
    enrol::RecogniseRequest,
    fork::{ForkRequest, OwnOperation},
    pull::{ChangesPage, Cursor},
    push::{OpResult, PushRequest},
    snapshot::Manifest,
};
use uuid::Uuid;

/// Where the device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The server's epoch, as last seen.
    pub epoch: Uuid,
    /// Which life of the device this is.
    pub incarnation: Incarnation,
    /// How far the cache is.
    pub cursor: Cursor,
    /// The highest own `dev_seq` up to which every outcome is held.
    pub acked: u64,
    /// How many operations have no outcome yet.
    pub waiting: u64,
    /// How many wrong PINs were ever typed here.
    pub wrong_pins: u64,
    /// The last operation recorded; 0 before the first.
    pub last_seq: u64,
    /// The files are known to lack own operations that the server holds.
    pub behind: bool,
}

/// What became of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// They are on the disk.
    Kept,
    /// One has a receipt that is not the server's, or does not follow from what is recorded: none was kept.
    NotGenuine,
    /// They are of an epoch that the device has left: a late reply.
    OtherEpoch,
}

/// What came of a step of loading a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// It is on the disk.
    So {
        /// The chunk to take next.
        next_chunk: usize,
        /// Rows taken.
        rows: u64,
    },
    /// What came is not what was promised, or does not follow on this cache. Nothing of it was kept.
    Unfit(String),
}

/// What came of a step after the last chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// More are to come.
    Working {
        /// Steps done.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// The cache is the loaded one.
    InPlace,
    /// What was loaded is not what was promised. The cache is as it was.
    Unfit(String),
}

/// The device's files. Every method is durable when it returns, and may be called again with the same.
#[async_trait]
pub trait Replica: Send + Sync {
    /// What can go wrong with them.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Where the device stands.
    async fn position(&self) -> Result<Position, Self::Error>;
    /// The next batch to send, signed: from the first operation on that waits behind `after`, the last of a batch that is on its way
    /// already, or 0. None when nothing waits there.
    async fn next_batch(&self, after: u64) -> Result<Option<PushRequest>, Self::Error>;
    /// Keeps what the server decided, with its receipts.
    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Self::Error>;
    /// Notes that the server keeps these until an admin accepts them.
    async fn record_quarantined(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Self::Error>;
    /// Takes a page: first keeps its outcomes, for a reply to a push may have been lost and its rows may rest on them, then takes its
    /// rows into the cache, with its cursor. Where the outcomes were not kept the rows are not taken either.
    async fn apply_page(&self, page: &ChangesPage) -> Result<Answers, Self::Error>;
    /// Begins to take a snapshot beside the cache, or goes on where a load of it ended.
    async fn begin_load(&self, manifest: &Manifest) -> Result<Loaded, Self::Error>;
    /// Takes a chunk; only the next one.
    async fn load_chunk(&self, number: usize, bytes: Vec<u8>) -> Result<Loaded, Self::Error>;
    /// Does the next step after the last chunk; the last of them puts the loaded cache in its place.
    async fn finish_load(&self) -> Result<Finished, Self::Error>;
    /// Throws away what was loaded.
    async fn discard_load(&self) -> Result<(), Self::Error>;
    /// What the cache holds of a range.
    async fn range_digest(&self, range: IdRange) -> Result<LocalDigest, Self::Error>;
    /// Replaces a range by the server's rows. `false` where the cache has gone beyond them meanwhile, and nothing was done.
    async fn repair_range(&self, range: IdRange, theirs: RangeRows) -> Result<bool, Self::Error>;
    /// Whether it is time to compare the cache with the server again.
    async fn proof_is_due(&self) -> Result<bool, Self::Error>;
    /// Every range was seen to be the server's.
    async fn proved(&self) -> Result<(), Self::Error>;
    /// Empties the cache, to take everything anew. The outbox stays.
    async fn rebuild_cache(&self) -> Result<(), Self::Error>;
    /// The server holds own operations of that life up to that number: where the files lack some, nothing is recorded before they are
    /// back. Answers whether they can be taken back now: not while something waits that the server may hold differently.
    async fn fall_behind(&self, life: Incarnation, server_last_seq: u64) -> Result<bool, Self::Error>;
    /// Appends own operations that the files lack, with their outcomes.
    async fn take_back(&self, epoch: Uuid, operations: &[OwnOperation]) -> Result<Answers, Self::Error>;
    /// The request for a life of its own from that operation on, signed; none where it is not here.
    async fn fork_request(&self, fork_seq: u64) -> Result<Option<ForkRequest>, Self::Error>;
    /// Goes on as that life: what comes from `fork_seq` on is sent again under it.
    async fn adopt_life(&self, fork_seq: u64, incarnation: Incarnation) -> Result<(), Self::Error>;
    /// What shows a server that lost this device who it is; none where the files do not say.
    async fn recognition(&self) -> Result<Option<RecogniseRequest>, Self::Error>;
    /// The server has a new epoch, or holds less than this device thought: what comes after `last_seq` is sent again.
    async fn send_again_after(&self, epoch: Uuid, last_seq: u64) -> Result<(), Self::Error>;
    /// The server answered; its clock said this.
    async fn contacted(&self, server_time: Timestamp);
    /// The device was revoked: the cache goes and nothing is recorded any more; what waits is still sent.
    async fn revoked(&self) -> Result<(), Self::Error>;
    /// A random number, to spread the devices' attempts.
    fn random(&self) -> u32;
}
