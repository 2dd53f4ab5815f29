//! Somebody forgot their password, and nobody is signed in.

use beadsbox_protocol::mail::{MailLanguage, NewPassword, ResetRequest};

use super::Program;
use crate::{
    error::{AppError, AppResult, FieldErrorCode, FieldErrors},
    view::NewPasswordForm,
};

/// The fewest characters of a password; the server asks the same.
const SHORTEST: usize = 8;
/// The most.
const LONGEST: usize = 200;

impl Program {
    /// Has a mail sent with which they set another password. The answer is the same whether or not there is such a person.
    pub async fn ask_password_reset(&self, name: &str, language: MailLanguage) -> AppResult<()> {
        let name = name.trim();
        if name.is_empty() {
            return Err(AppError::in_field("name", FieldErrorCode::Required, None));
        }
        Ok(self.device()?.server.ask_password_reset(&ResetRequest { name: name.to_owned(), language }).await?)
    }

    /// Sets another password with what that mail said.
    pub async fn set_forgotten_password(&self, form: NewPasswordForm) -> AppResult<()> {
        let mut faults = FieldErrors::default();
        let token = form.token.trim();
        if token.is_empty() {
            faults.add("token", FieldErrorCode::Required, None);
        }
        let characters = form.password.chars().count();
        if characters < SHORTEST {
            faults.add("password", FieldErrorCode::TooShort, u32::try_from(SHORTEST).ok());
        } else if characters > LONGEST {
            faults.add("password", FieldErrorCode::TooLong, u32::try_from(LONGEST).ok());
        } else if form.password != form.again {
            faults.add("again", FieldErrorCode::NotTheSame, None);
        }
        faults.finish()?;
        Ok(self.device()?.server.redeem_password_reset(&NewPassword { token: token.to_owned(), password: form.password }).await?)
    }
}
