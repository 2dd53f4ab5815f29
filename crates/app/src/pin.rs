//! Checks PINs, with the server or without: what they are checked against comes with the staff's rows.

use beadsbox_domain::{StaffId, Timestamp};
use beadsbox_protocol::rows::Staff;
use beadsbox_store::{PinTurn, Store};

use crate::{
    device::Device,
    error::{AppError, AppResult, ErrorCode},
    session,
};

/// The staff member, if the PIN is theirs. Each attempt is counted on disk before its PIN is looked at.
pub(crate) async fn check(device: &Device, staff: StaffId, pin: String) -> AppResult<Staff> {
    let now = device.host.clock.now();
    device.files(move |store| check_in(store, staff, &pin, now)).await
}

fn check_in(store: &Store, id: StaffId, pin: &str, now: Timestamp) -> AppResult<Staff> {
    let view = store.view()?;
    session::fresh_enough(&view, now)?;
    let known = view.directory().staff(id).filter(|staff| staff.active).cloned();
    drop(view);
    // A list of people that this till made names nobody without a PIN.
    let wrong = || AppError::new(ErrorCode::WrongPin, "person and PIN do not fit");
    let staff = known.ok_or_else(wrong)?;
    let Some(verifier) = &staff.pin else { return Err(wrong()) };
    match store.begin_pin_attempt(id, now)? {
        PinTurn::Look => {}
        PinTurn::Blocked { until } => {
            let seconds = until.duration_since(now).as_secs() + 1;
            return Err(AppError::new(ErrorCode::PinDelayed, "too many wrong PINs").with("seconds", seconds));
        }
        PinTurn::Locked => return Err(AppError::new(ErrorCode::PinLocked, "far too many wrong PINs").with("name", &staff.name)),
    }
    if !session::verify(pin.trim(), &verifier.0) {
        store.note_wrong_pin(id)?;
        return Err(wrong());
    }
    store.forget_pin_attempts(id)?;
    Ok(staff)
}
