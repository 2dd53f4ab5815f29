//! What lies on a person's desk: the table that is open, what was made of its lines, the work that is being done, and what came of the last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use beadsbox_domain::StaffId;

use super::{Checked, Sheet};
use crate::{
    error::AppResult,
    usecase::work::{AtWork, WorkPlace},
    view::ImportDone,
};

/// The desk. There is one at a device, as there is one office window.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) work: WorkPlace,
    papers: Mutex<Papers>,
}

/// What lies there. The names in a table are let go with whoever opened it.
#[derive(Default)]
struct Papers {
    sheet: Option<Arc<Sheet>>,
    checked: Option<Arc<Checked>>,
    /// Of the last import, for whoever comes back to a page that did not see its end.
    done: Option<(StaffId, ImportDone)>,
}

impl Desk {
    fn papers(&self) -> MutexGuard<'_, Papers> {
        // Each is one value, whole at every point where a panic could come.
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Not where it was stopped meanwhile: whoever began is gone, and nothing of theirs comes back.
    pub(super) fn put(&self, at_work: &AtWork, sheet: Arc<Sheet>) -> AppResult<()> {
        let mut papers = self.papers();
        at_work.work.check()?;
        *papers = Papers { sheet: Some(sheet), ..Papers::default() };
        Ok(())
    }

    pub(super) fn sheet(&self) -> Option<Arc<Sheet>> {
        self.papers().sheet.clone()
    }

    /// Not where it was stopped meanwhile.
    pub(in crate::usecase) fn keep_checked(&self, at_work: &AtWork, checked: Checked) -> AppResult<()> {
        let mut papers = self.papers();
        at_work.work.check()?;
        papers.checked = Some(Arc::new(checked));
        papers.done = None;
        Ok(())
    }

    pub(super) fn checked(&self) -> Option<Arc<Checked>> {
        self.papers().checked.clone()
    }

    /// It names nobody, so it is kept also where whoever began it was replaced: they see it when they are back.
    pub(in crate::usecase) fn keep_done(&self, staff: StaffId, done: ImportDone) {
        self.papers().done = Some((staff, done));
    }

    /// That person's.
    pub(in crate::usecase) fn done(&self, staff: StaffId) -> Option<ImportDone> {
        self.papers().done.as_ref().filter(|(by, _)| *by == staff).map(|(_, done)| done.clone())
    }

    /// Whoever had it has done with the table, and has seen what came of the last import. What was confirmed goes on: it holds what it needs.
    pub(super) fn clear(&self) {
        self.work.stop_unconfirmed();
        *self.papers() = Papers::default();
    }

    /// Everything stops and is let go, but for that person's.
    pub(crate) fn leave(&self, but_of: Option<StaffId>) {
        // First: what was stopped puts nothing there any more.
        self.work.stop(but_of);
        let mut papers = self.papers();
        if papers.sheet.as_ref().is_some_and(|sheet| Some(sheet.staff) != but_of) {
            (papers.sheet, papers.checked) = (None, None);
        }
    }
}
