//! The two encrypted SQLite files of a device.
//!
//! `outbox.db` holds what was done here, in order, and is precious; `cache.db` holds the server's rows and can be rebuilt. What
//! the screens show is both together: see `docs/sync.md`. Every call blocks.

mod cache;
mod effective;
mod error;
mod file;
mod keys;
mod load;
mod outbox;
mod page;
mod store;
mod types;
mod view;

pub use cache::directory::Directory;
pub use error::{RecordError, StoreError, StoreFile};
pub use file::set_aside_outbox;
pub use keys::{StoreKeys, StorePaths};
pub use load::LoadProgress;
pub use page::{Found, ListSums, VoucherFilters, VoucherPage, VoucherQuery, VoucherSort};
pub use store::{LoadStep, Store, Versions};
pub use types::{
    BatchLimit, Business, CacheOpening, CachePosition, CacheProof, ChangedKinds, ConflictView, Enrolment, Fork, NewOperation, NewOutcome, OfflineSignIn,
    OpState, OpenAsk, Opened, OutboxCounts, OwnOperation, PendingBatch, PinTurn, Place, RecentRedemption, Recorded, Recording, RedemptionState, SignInEnd,
    Standing, TemplateView, VoucherBrief, VoucherView,
};
pub use view::{BatchSummary, OfflineUse, View};
