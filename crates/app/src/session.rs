//! Who is signed in, and how they got there.
//!
//! With the server: it checks the password, and this device keeps a verifier of its own (Argon2id) for later. Without: the
//! verifier, for a limited number of days, with growing delays after wrong passwords.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use beadsbox_domain::{Role, StaffId, Timestamp};
use beadsbox_protocol::{
    rows::Staff,
    session::{SignInRequest, SignInResponse},
};
use beadsbox_store::{OfflineSignIn, SignInEnd, Store, View};
use beadsbox_sync::TransportError;
use jiff::SignedDuration;

use crate::{
    device::Device,
    error::{AppError, AppResult, ErrorCode},
    new_password,
    view::{SessionEnd, SessionView, SignInForm},
};

/// How long a session with the server's blessing lasts without signing in again.
const SESSION: SignedDuration = SignedDuration::from_hours(12);

/// A signed-in staff member.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) staff: StaffId,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The server's token, where it was asked.
    pub(crate) token: Option<String>,
    /// They showed their password. By badge or PIN alone the till is theirs, and nothing else.
    pub(crate) by_password: bool,
    /// How long it holds.
    pub(crate) until: Timestamp,
    /// Their row in the staff, as it was when they showed who they are.
    pub(crate) known: KnownRow,
    /// Why it opens nothing any more, where an admin ended it: the screens are locked until somebody shows who they are.
    pub(crate) ended: Option<SessionEnd>,
}

/// Which row of a staff member somebody was let in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownRow {
    pub(crate) row_version: u64,
    pub(crate) sign_in_version: u64,
}

impl From<&Staff> for KnownRow {
    fn from(staff: &Staff) -> Self {
        Self { row_version: staff.row_version, sign_in_version: staff.sign_in_version }
    }
}

impl Session {
    /// Why it ends by that row of the directory; none where the row lets it go on, or is older than what it was begun by.
    pub(crate) fn ended_by(&self, row: &Staff) -> Option<SessionEnd> {
        if row.row_version < self.known.row_version {
            None
        } else if !row.active {
            Some(SessionEnd::Barred)
        } else if row.role != self.role {
            Some(SessionEnd::RoleChanged)
        } else if row.sign_in_version > self.known.sign_in_version {
            Some(SessionEnd::SignInChanged)
        } else {
            None
        }
    }

    pub(crate) fn view(&self, locked: bool) -> SessionView {
        let offline = self.token.is_none();
        SessionView {
            staff_id: self.staff.to_string(),
            name: self.name.clone(),
            role: self.role,
            offline,
            offline_until: offline.then(|| self.until.to_string()),
            by_password: self.by_password,
            locked,
            ended: self.ended,
        }
    }
}

/// Signs in: with the server if it answers, else by this device's own verifier.
pub(crate) async fn sign_in(device: &Device, form: SignInForm) -> AppResult<Session> {
    let request = SignInRequest { code: typed(form.code), ..SignInRequest::new(form.name.trim(), form.password) };
    if request.name.is_empty() || request.password.is_empty() {
        return Err(AppError::new(ErrorCode::WrongPassword, "name and password are both needed"));
    }
    if !form.new_password.is_empty() {
        new_password::check(&request.password, &form.new_password, &form.again)?;
    }
    let request = SignInRequest { new_password: typed(form.new_password), ..request };
    match device.server.sign_in(&request).await {
        Ok(response) => {
            // From now on it is the one that counts.
            let password = request.new_password.unwrap_or(request.password);
            remember(device, password, response).await
        }
        Err(error) if counts_as_offline(&error) => offline(device, request).await,
        Err(error) => Err(delayed(error.into())),
    }
}

fn typed(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

/// Staff rows tell of who is barred and whose badge or PIN still counts, so nobody is let in by rows that are too old.
pub(crate) fn fresh_enough(view: &View<'_>, now: Timestamp) -> AppResult<()> {
    let days = view.directory().policy().offline_sign_in_days;
    let longest = SignedDuration::from_hours(24 * i64::from(days));
    match view.position().last_sync_at {
        Some(synced) if now.duration_since(synced).abs() <= longest => Ok(()),
        _ => Err(AppError::new(ErrorCode::SignInOfflineExpired, "too long since the last sync").with("days", days)),
    }
}

/// The session of somebody whom a badge or a PIN names.
pub(crate) fn at_the_till(staff: Staff, now: Timestamp) -> Session {
    let until = now.saturating_add(SESSION).unwrap_or(now);
    let known = KnownRow::from(&staff);
    Session { staff: staff.id, name: staff.name, role: staff.role, token: None, by_password: false, until, known, ended: None }
}

/// A server that is away or in trouble is no reason to keep people from their work.
fn counts_as_offline(error: &TransportError) -> bool {
    use beadsbox_protocol::ErrorCode as Code;
    match error {
        TransportError::Unreachable(_) | TransportError::NotUnderstood(_) => true,
        TransportError::Refused(problem) => matches!(problem.code, Code::Unavailable | Code::Internal),
    }
}

fn delayed(error: AppError) -> AppError {
    if error.code == ErrorCode::TooManyRequests {
        AppError { code: ErrorCode::SignInDelayed, ..error }
    } else {
        error
    }
}

async fn remember(device: &Device, password: String, response: SignInResponse) -> AppResult<Session> {
    let now = device.host.clock.now();
    let salt = device.host.random_bytes::<16>();
    let staff = response.staff.clone();
    device
        .files(move |store| {
            let verifier = Ok(hash(&password, &salt)?);
            let Staff { id, name, role, sign_in_version, .. } = staff;
            let sign_in = OfflineSignIn { staff: id, name, role, verifier, verified_at: now, failed: 0, blocked_until: None, sign_in_version };
            store.keep_offline_sign_in(&sign_in)?;
            store.forget_pin_attempts(id)?;
            Ok(())
        })
        .await?;
    // By this device's clock, which may be wrong: the server holds its own end of the session against its own.
    let until = now.saturating_add(SESSION).unwrap_or(now);
    let known = KnownRow::from(&response.staff);
    let Staff { id, name, role, .. } = response.staff;
    Ok(Session { staff: id, name, role, token: Some(response.token), by_password: true, until, known, ended: None })
}

/// Whoever is signed in has another password by now: that one lets them in without the server.
pub(crate) async fn remember_password(device: &Device, password: String, staff: Staff) -> AppResult<()> {
    let salt = device.host.random_bytes::<16>();
    device
        .files(move |store| {
            if let Some(known) = store.offline_sign_in_of(staff.id)? {
                let verifier = Ok(hash(&password, &salt)?);
                store.keep_offline_sign_in(&OfflineSignIn { verifier, sign_in_version: staff.sign_in_version, ..known })?;
            }
            Ok(())
        })
        .await
}

async fn offline(device: &Device, request: SignInRequest) -> AppResult<Session> {
    let now = device.host.clock.now();
    device.files(move |store| offline_in(store, &request, now)).await
}

fn offline_in(store: &Store, request: &SignInRequest, now: Timestamp) -> AppResult<Session> {
    let unknown = || AppError::new(ErrorCode::SignInOfflineUnknown, "this person never signed in on this device with the server");
    let known = store.offline_sign_in(&request.name)?.ok_or_else(unknown)?;
    let view = store.view()?;
    let (days, staff) = (view.directory().policy().offline_sign_in_days, view.directory().staff(known.staff).cloned());
    drop(view);
    let verifier = known.verifier.as_ref().map_err(|end| ended(*end))?;
    if staff.as_ref().is_some_and(|staff| staff.sign_in_version > known.sign_in_version) {
        return Err(ended(SignInEnd::Changed));
    }
    let allowed = SignedDuration::from_hours(24 * i64::from(days));
    let until = known.verified_at.saturating_add(allowed).unwrap_or(now);
    // A clock turned back must not make the days longer.
    if now >= until || now < known.verified_at.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now) {
        return Err(AppError::new(ErrorCode::SignInOfflineExpired, "too long since the last sign-in with the server").with("days", days));
    }
    // It counts as wrong until it was looked at.
    if let Some(blocked_until) = store.begin_sign_in_attempt(known.staff, now)? {
        let seconds = blocked_until.duration_since(now).as_secs() + 1;
        return Err(AppError::new(ErrorCode::SignInDelayed, "too many wrong passwords").with("seconds", seconds));
    }
    if !verify(&request.password, verifier) {
        return Err(AppError::new(ErrorCode::WrongPassword, "name and password do not fit"));
    }
    store.forget_sign_in_attempts(known.staff)?;
    if staff.as_ref().is_some_and(|staff| !staff.active) {
        return Err(ended(SignInEnd::Barred));
    }
    // The role may have changed since, and the cache knows.
    let role = staff.as_ref().map_or(known.role, |staff| staff.role);
    let row = staff.as_ref().map_or(KnownRow { row_version: 0, sign_in_version: known.sign_in_version }, KnownRow::from);
    Ok(Session { staff: known.staff, name: known.name, role, token: None, by_password: true, until, known: row, ended: None })
}

fn ended(end: SignInEnd) -> AppError {
    match end {
        SignInEnd::Barred => AppError::new(ErrorCode::StaffInactive, "this person may not sign in any more"),
        SignInEnd::Changed => AppError::new(ErrorCode::SignInOfflineChanged, "the password or second factor was changed since"),
    }
}

fn hash(password: &str, salt: &[u8]) -> AppResult<String> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(AppError::internal)
}

/// Whether a password or a PIN fits, by the parameters that its verifier names.
pub(crate) fn verify(password: &str, verifier: &str) -> bool {
    PasswordHash::new(verifier).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_ends_the_work_of_whom_it_no_longer_lets_in_unless_it_is_older() {
        let row = |row_version, role, active, sign_in_version| Staff { role, active, sign_in_version, row_version, name: "Carla".to_owned(), ..staff() };
        let session = at_the_till(row(4, Role::BackOffice, true, 2), Timestamp::UNIX_EPOCH);
        assert_eq!(session.ended_by(&row(4, Role::BackOffice, true, 2)), None);
        assert_eq!(session.ended_by(&row(5, Role::BackOffice, true, 2)), None, "another name or badge");
        assert_eq!(session.ended_by(&row(5, Role::Counter, false, 3)), Some(SessionEnd::Barred));
        assert_eq!(session.ended_by(&row(5, Role::Admin, true, 2)), Some(SessionEnd::RoleChanged));
        assert_eq!(session.ended_by(&row(5, Role::BackOffice, true, 3)), Some(SessionEnd::SignInChanged));
        assert_eq!(session.ended_by(&row(3, Role::Counter, true, 1)), None, "the server knew more when it let them in");
    }

    fn staff() -> Staff {
        let id = StaffId(uuid::Uuid::from_u128(7));
        Staff { id, name: String::new(), role: Role::Counter, active: true, pin: None, badge: None, sign_in_version: 1, row_version: 1 }
    }

    #[test]
    fn a_verifier_takes_its_password_only() {
        let verifier = hash("Würfel 7", &[7; 16]).unwrap();
        assert!(verify("Würfel 7", &verifier));
        assert!(!verify("würfel 7", &verifier));
        assert!(!verify("Würfel 7", "not a hash"));
    }
}
