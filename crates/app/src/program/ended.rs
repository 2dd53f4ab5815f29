//! What an admin did about whoever works here: it reaches them with the staff's rows, in the middle of their work.

use std::{
    sync::{Arc, atomic::Ordering::Release},
    time::Duration,
};

use super::{Program, ProgramEvent};
use crate::{
    error::AppResult,
    session::{KnownRow, Session},
    view::{SessionEnd, SessionView},
};

/// The screens wait for nothing longer.
const ASKED_FOR: Duration = Duration::from_secs(2);

impl Program {
    /// Who works here, once the directory was looked at: somebody may have been let in by a row that was replaced meanwhile.
    pub(super) async fn settled_session(&self) -> AppResult<SessionView> {
        self.heed_directory().await;
        self.session_view()
    }

    /// Ends the work of a person whom the directory no longer lets work here so. What was recorded stays, and goes on being sent.
    pub(crate) async fn heed_directory(&self) {
        if let Err(error) = self.look_at_directory().await {
            // The next change of the directory has it looked at again; the server asks on its own.
            tracing::warn!(%error, "whether whoever works here still may could not be read");
        }
    }

    async fn look_at_directory(&self) -> AppResult<()> {
        let (Some(session), Ok(device)) = (self.session(), self.device()) else { return Ok(()) };
        if session.ended.is_some() {
            return Ok(());
        }
        let staff = session.staff;
        let found = device.files(move |store| Ok(store.view()?.directory().staff(staff).cloned())).await?;
        // A cache that is being taken anew knows nobody for a while.
        let Some(row) = found else { return Ok(()) };
        match session.ended_by(&row) {
            None => {}
            // Changed by themselves at this device, it ended every session but this one.
            Some(SessionEnd::SignInChanged) if self.holds_at_server(&session).await => {
                self.put_in_place(&session, Session { known: KnownRow::from(&row), ..Session::clone(&session) });
            }
            Some(end) => self.end_session(&session, end),
        }
        Ok(())
    }

    /// Whether the server still knows the session. Where it cannot be asked, whoever works here shows who they are once more.
    async fn holds_at_server(&self, session: &Session) -> bool {
        let (Some(token), Ok(device)) = (&session.token, self.device()) else { return false };
        matches!(tokio::time::timeout(ASKED_FOR, device.server.second_factor(token)).await, Ok(Ok(_)))
    }

    /// Nothing more is done in that person's name, and the screens are locked: what they show stays for whoever opens them.
    fn end_session(&self, session: &Arc<Session>, end: SessionEnd) {
        let ended = Session { ended: Some(end), ..Session::clone(session) };
        let view = ended.view(true);
        if !self.put_in_place(session, ended) {
            return;
        }
        self.0.locked.store(true, Release);
        if let Ok(device) = self.device() {
            device.stop_work(None);
        }
        tracing::info!(staff = %session.staff, ?end, "an admin ended what they were let in by");
        self.emit(ProgramEvent::Session(view));
    }

    /// Puts a session in the place of that one, if nobody else came meanwhile.
    fn put_in_place(&self, of: &Arc<Session>, next: Session) -> bool {
        let mut place = self.session_slot();
        let still_there = place.as_ref().is_some_and(|now| Arc::ptr_eq(now, of));
        if still_there {
            *place = Some(Arc::new(next));
        }
        still_there
    }
}
