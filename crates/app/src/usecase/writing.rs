//! The table that is being written into a file: one at a time, and only whoever began it sees how far it is.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use beadsbox_domain::StaffId;

use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::TableProgress,
};

/// How far a table is.
#[derive(Debug)]
pub(super) struct Writing {
    staff: StaffId,
    rows: AtomicU64,
    of: AtomicU64,
    stopped: AtomicBool,
}

/// Where the one that is being written is found.
#[derive(Debug, Clone, Default)]
pub(crate) struct WritingDesk(Arc<Mutex<Option<Arc<Writing>>>>);

/// Writing one: until it is dropped nobody begins another.
#[derive(Debug)]
pub(super) struct WritingTurn {
    desk: WritingDesk,
    pub(super) writing: Arc<Writing>,
}

impl WritingDesk {
    /// Refuses a second one.
    pub(super) fn begin(&self, staff: StaffId) -> AppResult<WritingTurn> {
        let mut place = self.place();
        if place.is_some() {
            return Err(AppError::new(ErrorCode::WorkRunning, "another table is being written"));
        }
        let writing = Arc::new(Writing { staff, rows: AtomicU64::new(0), of: AtomicU64::new(0), stopped: AtomicBool::new(false) });
        *place = Some(Arc::clone(&writing));
        Ok(WritingTurn { desk: self.clone(), writing })
    }

    /// Whether one is being written.
    pub(crate) fn is_busy(&self) -> bool {
        self.place().is_some()
    }

    /// That person's.
    pub(super) fn of(&self, staff: StaffId) -> Option<Arc<Writing>> {
        self.place().clone().filter(|writing| writing.staff == staff)
    }

    /// Stops it, unless it is that person's. The desk is free at once.
    pub(crate) fn stop(&self, but_of: Option<StaffId>) {
        if let Some(writing) = self.place().take_if(|writing| Some(writing.staff) != but_of) {
            writing.stop();
        }
    }

    fn place(&self) -> MutexGuard<'_, Option<Arc<Writing>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for WritingTurn {
    fn drop(&mut self) {
        // Where it was stopped from outside, another one may be at the desk by now.
        self.desk.place().take_if(|writing| Arc::ptr_eq(writing, &self.writing));
    }
}

impl Writing {
    /// How many rows there will be.
    pub(super) fn expect(&self, rows: u64) {
        self.of.store(rows, Ordering::Release);
    }

    /// So many more are written; fails where it is to go no further.
    pub(super) fn wrote(&self, rows: usize) -> AppResult<()> {
        self.rows.fetch_add(rows as u64, Ordering::AcqRel);
        if self.stopped.load(Ordering::Acquire) {
            return Err(AppError::new(ErrorCode::Stopped, "stopped by whoever began it, or they are gone"));
        }
        Ok(())
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    pub(super) fn progress(&self) -> TableProgress {
        let of = self.of.load(Ordering::Acquire);
        TableProgress { rows: self.rows.load(Ordering::Acquire), of: (of > 0).then_some(of) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_table_at_a_time_is_written_and_belongs_to_whoever_began_it() {
        let (bruno, ada) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
        let desk = WritingDesk::default();
        let turn = desk.begin(bruno).unwrap();
        assert_eq!(desk.begin(bruno).unwrap_err().code, ErrorCode::WorkRunning);
        turn.writing.expect(9);
        turn.writing.wrote(4).unwrap();
        assert_eq!(desk.of(bruno).unwrap().progress(), TableProgress { rows: 4, of: Some(9) });
        assert!(desk.of(ada).is_none());

        desk.stop(Some(bruno));
        turn.writing.wrote(1).unwrap();
        desk.stop(Some(ada));
        assert_eq!(turn.writing.wrote(1).unwrap_err().code, ErrorCode::Stopped);
        let adas = desk.begin(ada).unwrap();
        drop(turn);
        assert!(desk.of(ada).is_some(), "the end of what was stopped is not the end of the next one");
        drop(adas);
        desk.begin(bruno).unwrap();
    }
}
