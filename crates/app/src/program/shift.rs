//! Who works here now: people change at a shared till in two seconds, and a till that nobody touches is locked.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::Ordering::{Acquire, Release},
    },
    time::Duration,
};

use beadsbox_protocol::badge;

use super::{LAST_PERSON, Program};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    pin,
    session::{self, Session},
    usecase::id,
    view::{PersonView, PinSignIn, SessionView, SignInForm},
};

/// How often it is looked whether somebody is still there.
const LOOK: Duration = Duration::from_secs(1);

impl Program {
    /// Who may work here: whoever is not barred.
    pub async fn people(&self) -> AppResult<Vec<PersonView>> {
        self.device()?
            .files(|store| Ok(store.view()?.directory().staff_members().into_iter().filter(|staff| staff.active).map(PersonView::from).collect()))
            .await
    }

    /// Whoever that badge names works here from now on. Also opens what is locked.
    pub async fn switch_by_badge(&self, scanned: &str) -> AppResult<SessionView> {
        self.signed_in()?;
        let device = self.device()?;
        let unknown = || AppError::new(ErrorCode::UnknownBadge, "nobody's badge, or one that no longer counts");
        let secret = hex::encode(badge::hash(scanned).ok_or_else(unknown)?);
        let now = device.host.clock.now();
        let found = device
            .files(move |store| {
                let view = store.view()?;
                session::fresh_enough(&view, now)?;
                let staff = view.directory().staff_members().into_iter().find(|staff| staff.active && staff.badge.as_deref() == Some(&secret));
                Ok(staff.cloned())
            })
            .await?;
        let staff = found.ok_or_else(unknown)?;
        self.take_over(session::at_the_till(staff, now))?;
        self.settled_session().await
    }

    /// Whoever typed their PIN works here from now on. Also opens what is locked.
    pub async fn switch_by_pin(&self, form: PinSignIn) -> AppResult<SessionView> {
        self.signed_in()?;
        let device = self.device()?;
        let staff = pin::check(&device, id(&form.staff_id, ErrorCode::WrongPin)?, form.pin).await?;
        self.take_over(session::at_the_till(staff, device.host.clock.now()))?;
        self.settled_session().await
    }

    /// Locks the screens; what is on them stays, and so does what was confirmed: it goes on.
    pub fn lock(&self) {
        if let Some(session) = self.session()
            && !self.0.locked.swap(true, std::sync::atomic::Ordering::AcqRel)
        {
            tracing::info!(staff = %session.staff, "locked");
            if let Ok(device) = self.device() {
                device.let_unconfirmed_go();
            }
            self.emit(super::ProgramEvent::Session(session.view(true)));
        }
    }

    /// Opens what is locked by a password: whoever's it is works here from now on, with all that they may.
    pub async fn unlock(&self, form: SignInForm) -> AppResult<SessionView> {
        self.signed_in()?;
        let session = session::sign_in(&*self.device()?, form).await?;
        let name = session.name.clone();
        self.take_over(session)?;
        self.save_preference(LAST_PERSON, name).await?;
        self.settled_session().await
    }

    /// Who works here, and whether the screens are locked.
    pub fn session_view(&self) -> AppResult<SessionView> {
        Ok(self.signed_in()?.view(self.is_locked()))
    }

    /// A key or the mouse was touched. While locked that opens nothing.
    pub fn note_activity(&self) {
        *self.0.touched.lock().unwrap_or_else(PoisonError::into_inner) = self.0.host.clock.running();
    }

    pub(super) fn is_locked(&self) -> bool {
        self.0.locked.load(Acquire)
    }

    /// From now on everything is that person's.
    pub(super) fn begin_session(&self, session: Session) {
        let session = Arc::new(session);
        self.set_session(Some(Arc::clone(&session)));
        if let Ok(device) = self.device() {
            device.stop_work(Some(session.staff));
        }
        self.note_activity();
        self.0.locked.store(false, Release);
        self.emit(super::ProgramEvent::Session(session.view(false)));
    }

    fn signed_in(&self) -> AppResult<Arc<Session>> {
        self.session().ok_or_else(|| AppError::new(ErrorCode::NotSignedIn, "nobody is signed in"))
    }

    /// The same person goes on where they were, if more is open there than what they have shown now opens; another one has the till.
    fn take_over(&self, by: Session) -> AppResult<()> {
        // Somebody may have signed out meanwhile: then nobody has it, and the server need not keep what it has just given.
        let before = self.signed_in().inspect_err(|_| self.end_at_server(by.token.clone()))?;
        let more = if by.by_password { before.token.is_some() && by.token.is_none() } else { before.by_password };
        let same = before.staff == by.staff && before.role == by.role;
        let still_good = more && same && before.ended.is_none() && self.0.host.clock.now() < before.until;
        let (next, ended) = if still_good { (Session::clone(&before), None) } else { (by, before.token.clone()) };
        tracing::info!(staff = %next.staff, "works here now");
        self.begin_session(next);
        self.end_at_server(ended);
        self.device()?.announce();
        Ok(())
    }

    async fn is_idle(&self) -> AppResult<bool> {
        let touched = *self.0.touched.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = self.0.host.clock.running().saturating_sub(touched);
        if idle < Duration::from_mins(1) || self.is_locked() || self.session().is_none() {
            return Ok(false);
        }
        let minutes = self.device()?.files(|store| Ok(store.view()?.directory().policy().lock_after_minutes)).await?;
        Ok(minutes > 0 && idle >= Duration::from_mins(u64::from(minutes)))
    }
}

/// Locks the screens once nobody has touched anything for as long as the policy says.
pub(crate) async fn lock_when_idle(program: Program) {
    loop {
        tokio::time::sleep(LOOK).await;
        if matches!(program.is_idle().await, Ok(true)) {
            program.lock();
        }
    }
}
