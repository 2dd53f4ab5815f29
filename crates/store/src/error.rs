//! What can go wrong with the files, as a closed set.

use std::fmt::Display;

use beadsbox_domain::OpId;
use beadsbox_protocol::BodyError;
use rusqlite::ErrorCode;
use uuid::Uuid;

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreFile {
    /// This device's operations. Precious.
    Outbox,
    /// The server's rows. Can be rebuilt.
    Cache,
}

impl Display for StoreFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Outbox => "outbox.db",
            Self::Cache => "cache.db",
        })
    }
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The library under the program can corrupt a WAL file that is read and written at once.
    #[error("SQLite {found} is older than {least}")]
    SqliteTooOld { found: String, least: &'static str },
    /// The library was built without the cipher: nothing is opened, so that nothing is written in the clear.
    #[error("SQLite was built without SQLCipher")]
    NoCipher,
    /// The file is sound, but was written under another key.
    #[error("{file} was written under another key")]
    KeyMismatch { file: StoreFile },
    /// The outbox is cut, overwritten or gone. It was left as it is.
    #[error("outbox.db is damaged: {detail}")]
    OutboxDamaged { detail: String },
    /// The cache turned out to be damaged while in use. The next start rebuilds it.
    #[error("cache.db is damaged: {detail}")]
    CacheDamaged { detail: String },
    /// Written by a newer version of the program.
    #[error("{file} has schema {found}, this program knows {known}")]
    NewerSchema { file: StoreFile, found: u32, known: u32 },
    /// No room left. Nothing of the change was kept.
    #[error("the disk is full")]
    DiskFull,
    /// The disk or the folder refuses. Nothing of the change was kept.
    #[error("the disk failed: {detail}")]
    DiskFailed { detail: String },
    /// Another program holds the file.
    #[error("{file} is in use by another program")]
    InUse { file: StoreFile },
    /// The device has no identity yet.
    #[error("the device is not enrolled")]
    NotEnrolled,
    /// The device has another identity already.
    #[error("the device is enrolled already")]
    AlreadyEnrolled,
    /// An operation does not follow from those before it: somebody changed the file.
    #[error("the chain breaks at operation {dev_seq}")]
    ChainBroken { dev_seq: u64 },
    /// A sale and the buyer's data do not belong together.
    #[error("the buyer's data does not have the hash that the operation names")]
    PersonMismatch,
    /// An operation that cannot be written.
    #[error("the operation cannot be recorded: {0}")]
    Body(#[from] BodyError),
    /// This operation was recorded before.
    #[error("operation {op} was recorded before")]
    Repeated { op: OpId },
    /// No such operation of this device.
    #[error("operation {op} is not of this device")]
    UnknownOperation { op: OpId },
    /// What the server sent belongs to another epoch than the one this device knows.
    #[error("epoch {found} is not {known}")]
    WrongEpoch { known: Uuid, found: Uuid },
    /// A page of changes that does not begin where the cache stands.
    #[error("the page begins at {from}, the cache stands at {stands}")]
    PageOutOfPlace { from: u64, stands: u64 },
    /// A cursor for the next page that this program did not make, or made for another question.
    #[error("not a cursor of this list")]
    BadCursor,
    /// A snapshot of another epoch than the cache's, or older than the cache is.
    #[error("the snapshot does not follow on this cache: {detail}")]
    SnapshotOutOfPlace { detail: String },
    /// A chunk of a snapshot that is not what the manifest says, or that this program cannot read.
    #[error("chunk {number} of the snapshot: {detail}")]
    ChunkBroken { number: usize, detail: String },
    /// What was loaded is not what the server said it would be. The cache in use is untouched.
    #[error("the snapshot came out otherwise: {detail}")]
    SnapshotDiffers { detail: String },
    /// A fault of this program.
    #[error("internal: {detail}")]
    Internal { detail: String },
}

impl StoreError {
    pub(crate) fn internal(detail: impl Display) -> Self {
        Self::Internal { detail: detail.to_string() }
    }

    pub(crate) fn damaged(file: StoreFile, detail: impl Display) -> Self {
        let detail = detail.to_string();
        match file {
            StoreFile::Outbox => Self::OutboxDamaged { detail },
            StoreFile::Cache => Self::CacheDamaged { detail },
        }
    }

    /// What SQLite said of that file.
    pub(crate) fn from_sqlite(file: StoreFile, error: &rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DiskFull => Self::DiskFull,
                ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                    Self::DiskFailed { detail: error.to_string() }
                }
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => Self::InUse { file },
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::damaged(file, error),
                _ => Self::internal(error),
            },
            // Only this program writes these files, under a key: a value that it cannot read back was not written by it.
            rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::IntegralValueOutOfRange(..) | rusqlite::Error::InvalidColumnType(..) => {
                Self::damaged(file, error)
            }
            _ => Self::internal(error),
        }
    }

    /// What the file system said.
    pub(crate) fn from_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::DiskFailed { detail: error.to_string() },
        }
    }
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError<E> {
    /// The caller's own check said no.
    #[error("refused before it was recorded")]
    Refused(E),
    /// The file did.
    #[error(transparent)]
    Store(#[from] StoreError),
}
