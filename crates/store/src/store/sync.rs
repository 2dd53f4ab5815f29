//! What the sync asks.

use beadsbox_domain::{PersonHash, Timestamp};
use beadsbox_protocol::{ChainHash, pull::ChangesPage, push::OpResult, rows::Row};
use uuid::Uuid;

use super::{Store, sign_in::staff_in};
use crate::{
    cache::apply::{ApplyError, apply},
    error::StoreError,
    outbox::{
        batch, chain, counts,
        enrolment::{self, Identity},
        person,
        receipt::Notary,
        results::{self, Came, ResultsError, Taken},
    },
    types::{BatchLimit, ChangedKinds, NewOutcome, PendingBatch},
};

impl Store {
    pub(super) fn identity(&self) -> Result<Identity, StoreError> {
        self.files.outbox.read(enrolment::load)?.ok_or(StoreError::NotEnrolled)
    }

    /// The next operations to send of those behind `after`; none when nothing waits there.
    pub fn pending_batch(&self, after: u64, limit: BatchLimit) -> Result<Option<PendingBatch>, StoreError> {
        let identity = self.identity()?;
        self.files.outbox.read(move |connection| batch::pending(connection, &identity, after, limit))
    }

    /// The operations from that place on, whatever became of them, with the chain's hash before them; none where there is none.
    pub fn batch_from(&self, first_seq: u64, limit: BatchLimit) -> Result<Option<(ChainHash, PendingBatch)>, StoreError> {
        let identity = self.identity()?;
        self.files.outbox.read(move |connection| {
            let Some(batch) = batch::from(connection, &identity, first_seq, limit)? else { return Ok(None) };
            Ok(Some((batch::hash_before(connection, first_seq)?, batch)))
        })
    }

    /// The place up to which every outcome is held.
    pub fn acknowledged_through(&self) -> Result<u64, StoreError> {
        self.files.outbox.read(counts::acknowledged_through)
    }

    /// Keeps what the server decided, with its receipts; answers what was not known before. The same results may come again.
    /// When this returns they are on the disk, and only then may a screen say "confirmed". One receipt that is not the server's
    /// refuses all of them.
    pub fn record_results(&self, results: &[OpResult], epoch: Uuid) -> Result<Vec<NewOutcome>, StoreError> {
        self.take_results(Came { results, epoch, quarantined: false })
    }

    /// As [`Self::record_results`], of operations that the server keeps until an admin accepts them.
    pub fn record_quarantined(&self, results: &[OpResult], epoch: Uuid) -> Result<Vec<NewOutcome>, StoreError> {
        self.take_results(Came { results, epoch, quarantined: true })
    }

    fn take_results(&self, came: Came<'_>) -> Result<Vec<NewOutcome>, StoreError> {
        let identity = self.identity()?;
        let (known, epoch) = (identity.enrolment.epoch, came.epoch);
        if known != epoch {
            return Err(StoreError::WrongEpoch { known, found: epoch });
        }
        // Most pages bring none: nothing more is read for them.
        if came.results.is_empty() {
            return Ok(Vec::new());
        }
        let news = self.files.outbox.read(|connection| results::news(connection, &Notary::load(connection, &identity)?, &came))?;
        let answers = news.map_err(|dev_seq| StoreError::BadReceipt { dev_seq })?;
        if answers.is_empty() {
            return Ok(Vec::new());
        }
        match self.files.outbox.write(move |transaction| results::take(transaction, &answers, epoch)) {
            Ok(Taken { new, subjects }) => {
                self.files.overlay.touch(subjects);
                Ok(new)
            }
            Err(error) => Err(self.results_failed(error)),
        }
    }

    pub(super) fn results_failed(&self, error: ResultsError) -> StoreError {
        match error {
            ResultsError::Refused(error) => error,
            ResultsError::Write(error) => self.files.outbox.write_failed(error),
        }
    }

    /// Takes a page of changes: first the outcomes in it, then its rows with the cursor. It must begin where the cache stands.
    /// `received_at` is now, by this device's clock.
    ///
    /// The two are commits of two files, and nothing is lost between them: the page comes again from where the cursor stands, and by
    /// then its outcomes are known. The other way round a row would contain an operation that still counts as waiting.
    pub fn apply_page(&self, page: &ChangesPage, received_at: Timestamp) -> Result<ChangedKinds, StoreError> {
        let outcomes = !self.record_results(&page.own_results, page.epoch)?.is_empty();
        // Before the cursor moves on: the page would not come again after a crash in between.
        self.erase_persons(&erased_in(&page.rows))?;
        self.heed_staff(&staff_in(&page.rows))?;
        let rows = page.clone();
        let applied = self.files.cache.write(move |transaction| apply(transaction, &rows, received_at));
        let applied = match applied {
            Ok(applied) => applied,
            Err(ApplyError::Refused(error)) => return Err(error),
            Err(ApplyError::Write(error)) => return Err(self.files.cache.write_failed(error)),
        };
        self.files.overlay.touch_cached(applied.subjects, applied.kinds.directory);
        Ok(ChangedKinds { outcomes, ..applied.kinds })
    }

    /// A buyer whom the server erased goes here as well.
    pub(super) fn erase_persons(&self, erased: &[PersonHash]) -> Result<(), StoreError> {
        if erased.is_empty() {
            return Ok(());
        }
        let kept = self.files.outbox.read(|connection| person::kept_among(connection, erased))?;
        if kept.is_empty() {
            return Ok(());
        }
        self.files.outbox.change(move |transaction| person::erase(transaction, &kept))
    }

    /// Computes the whole chain anew; answers how many operations it holds.
    pub fn verify_chain(&self) -> Result<u64, StoreError> {
        let identity = self.identity()?;
        match self.files.outbox.read(move |connection| chain::walk(connection, &identity))? {
            chain::Walk::Whole(operations) => Ok(operations),
            chain::Walk::Broken(dev_seq) => Err(StoreError::ChainBroken { dev_seq }),
        }
    }
}

/// The buyers whom the server no longer has, as vouchers among these rows say.
pub(super) fn erased_in(rows: &[Row]) -> Vec<PersonHash> {
    let buyer = |row: &Row| match row {
        Row::Voucher(row) if row.person.is_none() => Some(row.voucher.person),
        _ => None,
    };
    rows.iter().filter_map(buyer).collect()
}
