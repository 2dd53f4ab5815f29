//! Work that takes long enough to be watched: in each place one at a time, and only whoever began it sees how far it is.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use beadsbox_domain::StaffId;

use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{WorkKind, WorkProgress},
};

/// Work, and how far it is.
#[derive(Debug)]
pub(crate) struct Work {
    kind: WorkKind,
    staff: StaffId,
    done: AtomicU64,
    of: AtomicU64,
    stopped: AtomicBool,
}

/// Where the work that is being done is found.
#[derive(Debug, Clone, Default)]
pub(crate) struct WorkPlace(Arc<Mutex<Option<Arc<Work>>>>);

/// Doing it: until this is dropped nobody begins other work there.
#[derive(Debug)]
pub(super) struct AtWork {
    place: WorkPlace,
    pub(super) work: Arc<Work>,
}

impl WorkPlace {
    /// Refuses a second one.
    pub(super) fn begin(&self, kind: WorkKind, staff: StaffId) -> AppResult<AtWork> {
        let mut place = self.slot();
        if place.is_some() {
            return Err(AppError::new(ErrorCode::WorkRunning, "other work is being done"));
        }
        let work = Arc::new(Work { kind, staff, done: AtomicU64::new(0), of: AtomicU64::new(0), stopped: AtomicBool::new(false) });
        *place = Some(Arc::clone(&work));
        Ok(AtWork { place: self.clone(), work })
    }

    /// Whether there is any.
    pub(crate) fn is_busy(&self) -> bool {
        self.slot().is_some()
    }

    /// That person's.
    pub(super) fn of(&self, staff: StaffId) -> Option<Arc<Work>> {
        self.slot().clone().filter(|work| work.staff == staff)
    }

    /// Stops it, unless it is that person's. The place is free at once.
    pub(crate) fn stop(&self, but_of: Option<StaffId>) {
        self.stop_where(|work| Some(work.staff) != but_of);
    }

    /// Stops what nobody said is to be done.
    pub(crate) fn stop_unconfirmed(&self) {
        self.stop_where(|work| work.kind == WorkKind::Look);
    }

    fn stop_where(&self, which: impl FnOnce(&Work) -> bool) {
        if let Some(work) = self.slot().take_if(|work| which(work)) {
            work.stop();
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Work>>> {
        // It holds one pointer, whole at every point where a panic could come.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        // Where it was stopped from outside, other work may be there by now.
        self.place.slot().take_if(|work| Arc::ptr_eq(work, &self.work));
    }
}

impl Work {
    /// It begins anew, with so much to do.
    pub(super) fn expect(&self, of: u64) {
        self.done.store(0, Ordering::Release);
        self.of.store(of, Ordering::Release);
    }

    /// So much more is done. An error where it is to go no further.
    pub(super) fn did(&self, done: usize) -> AppResult<()> {
        self.done.fetch_add(done as u64, Ordering::AcqRel);
        self.check()
    }

    /// An error where it is to go no further.
    pub(super) fn check(&self) -> AppResult<()> {
        if self.is_stopped() {
            Err(AppError::new(ErrorCode::Stopped, "stopped by whoever began it, or they are gone"))
        } else {
            Ok(())
        }
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn progress(&self) -> WorkProgress {
        WorkProgress { kind: self.kind, done: self.done.load(Ordering::Acquire), of: self.of.load(Ordering::Acquire) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_at_a_time_is_done_and_belongs_to_whoever_began_it() {
        let (bruno, ada) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
        let place = WorkPlace::default();
        let at_work = place.begin(WorkKind::Save, bruno).unwrap();
        assert_eq!(place.begin(WorkKind::Save, bruno).unwrap_err().code, ErrorCode::WorkRunning);
        at_work.work.expect(9);
        at_work.work.did(4).unwrap();
        assert_eq!(place.of(bruno).unwrap().progress(), WorkProgress { kind: WorkKind::Save, done: 4, of: 9 });
        assert!(place.of(ada).is_none());

        place.stop(Some(bruno));
        place.stop_unconfirmed();
        at_work.work.did(1).unwrap();
        place.stop(Some(ada));
        assert_eq!(at_work.work.did(1).unwrap_err().code, ErrorCode::Stopped);
        let adas = place.begin(WorkKind::Look, ada).unwrap();
        drop(at_work);
        assert!(place.of(ada).is_some(), "the end of what was stopped is not the end of the next one");
        place.stop_unconfirmed();
        assert!(adas.work.is_stopped(), "looking is nothing that anybody confirmed");
        place.begin(WorkKind::Import, bruno).unwrap();
    }
}
