//! What a person changes of their own sign-in: the password, and the second factor.

use beadsbox_protocol::{
    second_factor::{SecondFactorConfirmation, SecondFactorRequest},
    session::PasswordRequest,
};

use super::{Seat, qr};
use crate::{
    error::{AppError, AppResult, FieldErrorCode},
    new_password, session,
    view::{PasswordForm, SecondFactorForm, SecondFactorOfferView, SecondFactorView},
};

impl Seat {
    /// Changes the password of whoever is signed in; with the server, and the old one once more.
    pub async fn change_password(&self, form: PasswordForm) -> AppResult<()> {
        let session = self.server_session()?;
        if form.password.is_empty() {
            return Err(AppError::in_field("password", FieldErrorCode::Required, None));
        }
        new_password::check(&form.password, &form.new_password, &form.again)?;
        let request = PasswordRequest { password: form.password, new_password: form.new_password.clone() };
        let staff = self.device.server.change_password(session, &request).await?;
        session::remember_password(&self.device, form.new_password, staff).await?;
        self.take_news().await;
        Ok(())
    }

    /// Whether a second factor is asked of whoever is signed in.
    pub async fn second_factor(&self) -> AppResult<SecondFactorView> {
        let state = self.device.server.second_factor(self.server_session()?).await?;
        Ok(SecondFactorView { since: state.since.map(|at| at.to_string()), recovery_codes: state.recovery_codes, required: state.required })
    }

    /// Begins a second factor, or another in the place of the one there is: a QR code for the authenticator.
    pub async fn begin_second_factor(&self, form: SecondFactorForm) -> AppResult<SecondFactorOfferView> {
        let session = self.server_session()?;
        if form.password.is_empty() {
            return Err(AppError::in_field("password", FieldErrorCode::Required, None));
        }
        let code = Some(form.code).filter(|code| !code.trim().is_empty());
        let offer = self.device.server.begin_second_factor(session, &SecondFactorRequest { password: form.password, code }).await?;
        Ok(SecondFactorOfferView { qr: qr::draw(&offer.url)?, secret: in_fours(&offer.secret) })
    }

    /// Shows a code of the one that was begun: from now on it is asked for. The recovery codes, which are shown this once.
    pub async fn confirm_second_factor(&self, code: String) -> AppResult<Vec<String>> {
        let made = self.device.server.confirm_second_factor(self.server_session()?, &SecondFactorConfirmation { code }).await?;
        self.take_news().await;
        Ok(made.codes)
    }
}

/// Four by four, as people type.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
