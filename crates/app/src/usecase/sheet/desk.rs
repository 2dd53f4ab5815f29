//! What lies on a person's desk: the table that is open, what was made of its lines, and the work that is being done.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use super::{Checked, Sheet};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::WorkProgress,
};

/// The desk. There is one at a device, as there is one office window.
#[derive(Default)]
pub(crate) struct Desk {
    sheet: Mutex<Option<Arc<Sheet>>>,
    checked: Mutex<Option<Arc<Checked>>>,
    work: Mutex<Option<Arc<Work>>>,
}

/// Work that takes long enough to be watched.
#[derive(Debug, Default)]
pub(crate) struct Work {
    done: AtomicU64,
    of: AtomicU64,
    stopped: AtomicBool,
}

impl Work {
    pub(in crate::usecase) fn progress(&self) -> WorkProgress {
        WorkProgress { done: self.done.load(Ordering::Acquire), of: self.of.load(Ordering::Acquire) }
    }

    /// It begins anew, with so much to do.
    pub(in crate::usecase) fn expect(&self, of: usize) {
        self.done.store(0, Ordering::Release);
        self.of.store(of as u64, Ordering::Release);
    }

    /// So much more is done. An error where somebody stopped it.
    pub(in crate::usecase) fn did(&self, done: usize) -> AppResult<()> {
        self.done.fetch_add(done as u64, Ordering::AcqRel);
        if self.is_stopped() {
            Err(AppError::new(ErrorCode::Stopped, "stopped by whoever began it"))
        } else {
            Ok(())
        }
    }

    pub(in crate::usecase) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    pub(in crate::usecase) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// Work that is being done; it is off the desk when this is dropped.
pub(in crate::usecase) struct AtWork<'a> {
    desk: &'a Desk,
    pub(in crate::usecase) work: Arc<Work>,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        *lock(&self.desk.work) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each holds one pointer, whole at every point where a panic could come.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    pub(super) fn put(&self, sheet: Arc<Sheet>) {
        *lock(&self.checked) = None;
        *lock(&self.sheet) = Some(sheet);
    }

    pub(super) fn sheet(&self) -> Option<Arc<Sheet>> {
        lock(&self.sheet).clone()
    }

    pub(in crate::usecase) fn keep_checked(&self, checked: Checked) {
        *lock(&self.checked) = Some(Arc::new(checked));
    }

    pub(super) fn checked(&self) -> Option<Arc<Checked>> {
        lock(&self.checked).clone()
    }

    pub(in crate::usecase) fn work(&self) -> Option<Arc<Work>> {
        lock(&self.work).clone()
    }

    /// Begins work; only one at a time is done here.
    pub(in crate::usecase) fn begin(&self) -> AppResult<AtWork<'_>> {
        let mut slot = lock(&self.work);
        if slot.is_some() {
            return Err(AppError::new(ErrorCode::WorkRunning, "other work on a table is being done"));
        }
        let work = Arc::new(Work::default());
        *slot = Some(Arc::clone(&work));
        drop(slot);
        Ok(AtWork { desk: self, work })
    }

    /// Whoever had it is gone, or has done with it: work stops when it can, and the table with its names is let go.
    pub(crate) fn clear(&self) {
        if let Some(work) = self.work() {
            work.stop();
        }
        *lock(&self.sheet) = None;
        *lock(&self.checked) = None;
    }
}
