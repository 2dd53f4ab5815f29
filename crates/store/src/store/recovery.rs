//! After a rewind of the server, after an older copy of these files was put back, as another life, and revoked.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{Incarnation, fork::OwnOperation};
use uuid::Uuid;

use super::Store;
use crate::{
    error::StoreError,
    outbox::{enrolment, epoch, lives, standing, taken_back},
    types::{Fork, Standing},
};

impl Store {
    /// The server has a new epoch, or holds less than this device thought: what comes after `server_last_seq` waits again, with the
    /// outcomes and receipts that it had. A cache of another epoch is emptied.
    pub fn adopt_epoch(&self, epoch: Uuid, server_last_seq: u64) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| epoch::adopt(transaction, epoch, server_last_seq))?;
        self.files.overlay.touch_everything();
        self.leave_other_epoch().map(drop)
    }

    /// Empties a cache of another epoch than the device's; answers whether it was one. The outbox adopts an epoch first, and the
    /// program may have ended, or the disk failed, before the cache followed.
    pub fn leave_other_epoch(&self) -> Result<bool, StoreError> {
        let known = self.files.outbox.read(enrolment::load)?.map(|identity| identity.enrolment.epoch);
        let cached = self.position()?.epoch;
        let other = known.zip(cached).is_some_and(|(known, cached)| known != cached);
        if other {
            self.reset_cache()?;
        }
        Ok(other)
    }

    /// Whether this device may record, and on what it waits.
    pub fn standing(&self) -> Result<Standing, StoreError> {
        self.files.outbox.read(standing::standing)
    }

    /// The server holds own operations of that life up to `server_last_seq`: where these files lack some, nothing is recorded until
    /// they are taken back. Answers whether they can be: not while something waits here, which the server may hold differently.
    pub fn fall_behind(&self, life: Incarnation, server_last_seq: u64) -> Result<bool, StoreError> {
        self.files.outbox.change(move |transaction| standing::fall_behind(transaction, life, server_last_seq))
    }

    /// Appends own operations that these files lack, as the server kept them, with their outcomes. They must follow from the last
    /// one here, and their receipts must be the server's; else none is kept.
    pub fn take_back(&self, operations: &[OwnOperation], epoch: Uuid) -> Result<(), StoreError> {
        let operations = operations.to_vec();
        let taken = self.files.outbox.write(move |transaction| taken_back::append(transaction, &operations, epoch));
        let subjects = taken.map_err(|error| self.results_failed(error))?;
        self.files.overlay.touch(subjects);
        Ok(())
    }

    /// Where this device forked: at that operation, its own; none where it has none of that number.
    pub fn fork(&self, seq: u64) -> Result<Option<Fork>, StoreError> {
        let identity = self.identity()?;
        self.files.outbox.read(move |connection| lives::fork(connection, &identity, seq))
    }

    /// Goes on as another life: the operations from the fork on are sent again under it, byte for byte.
    pub fn adopt_life(&self, fork: Fork, incarnation: Incarnation) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| lives::adopt(transaction, &fork, incarnation))?;
        self.files.overlay.touch_everything();
        Ok(())
    }

    /// The device was revoked: nothing is recorded any more, and the cache leaves nothing in its file. The outbox stays.
    pub fn revoke(&self, at: Timestamp) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| standing::revoke(transaction, at))?;
        self.wipe_cache()
    }
}
