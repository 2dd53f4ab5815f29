//! A person sets their own PIN.

use beadsbox_domain::Pin;
use beadsbox_protocol::session::PinRequest;

use super::Seat;
use crate::{
    error::{AppResult, FieldErrorCode, FieldErrors},
    view::PinForm,
};

impl Seat {
    /// Sets the PIN of whoever is signed in; with the server, and their password once more.
    pub async fn set_pin(&self, form: PinForm) -> AppResult<()> {
        let session = self.server_session()?;
        let mut faults = FieldErrors::default();
        let pin = faults.take("pin", Pin::new(&form.pin));
        if pin.is_some() && form.pin.trim() != form.again.trim() {
            faults.add("again", FieldErrorCode::NotTheSame, None);
        }
        if form.password.is_empty() {
            faults.add("password", FieldErrorCode::Required, None);
        }
        faults.finish()?;
        let pin = pin.map(|pin| pin.as_str().to_owned());
        self.device.server.set_pin(session, &PinRequest { password: form.password, pin }).await?;
        self.take_news().await;
        Ok(())
    }
}
