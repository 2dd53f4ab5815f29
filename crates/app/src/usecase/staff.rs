//! The staff: who may do what, and with what they sign in for the first time.

use beadsbox_domain::{Deed, StaffId, text::Name};
use beadsbox_protocol::{
    ErrorCode as ServerCode,
    admin::{NewStaff, OneTimePassword, SecondFactorRemoval, StaffPatch, StaffStatus},
    rows::Staff,
};
use beadsbox_sync::TransportError;

use super::{Seat, id, reason};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    view::{NewStaffForm, OneTimePasswordView, SecondFactorRemovalForm, SignInRow, StaffAccess, StaffForm, StaffRow},
};

impl Seat {
    /// Everybody as this device knows them; how they sign in only where the server can be asked.
    pub async fn staff(&self) -> AppResult<Vec<StaffRow>> {
        self.require(Deed::Administer)?;
        let asked = self.staff_statuses().await;
        self.read(move |view| {
            let directory = view.directory();
            let access = |status: &StaffStatus| StaffAccess {
                second_factor_since: status.second_factor_since.map(|at| at.to_string()),
                one_time_until: status.one_time_until.map(|at| at.to_string()),
                sign_ins: status
                    .sign_ins
                    .iter()
                    .map(|last| SignInRow { device: directory.device_name(last.device).to_owned(), at: last.at.to_string() })
                    .collect(),
            };
            let row = |staff: &Staff| {
                let mut row = StaffRow::from(staff);
                row.access = asked.iter().find(|status| status.staff.id == staff.id).map(access);
                row
            };
            Ok(directory.staff_members().into_iter().map(row).collect())
        })
        .await
    }

    /// What the server knows of everybody; nothing where it cannot be asked.
    async fn staff_statuses(&self) -> Vec<StaffStatus> {
        let Some(token) = self.session.token.as_deref().filter(|_| self.device.is_online()) else { return Vec::new() };
        self.device.server.staff(token).await.unwrap_or_else(|error| {
            tracing::info!(%error, "the server does not list the staff");
            Vec::new()
        })
    }

    /// Adds somebody, with a one-time password that is shown this once.
    pub async fn add_staff(&self, form: NewStaffForm) -> AppResult<OneTimePasswordView> {
        self.require(Deed::Administer)?;
        let name = Name::new(&form.name).map_err(|fault| AppError::of_field("name", fault))?;
        let new = NewStaff { name: name.to_string(), role: form.role };
        let added = self.device.server.create_staff(self.server_session()?, &new).await.map_err(name_fault)?;
        self.take_news().await;
        Ok(shown(name.to_string(), added.one_time))
    }

    /// Changes somebody's name and role.
    pub async fn change_staff(&self, form: StaffForm) -> AppResult<()> {
        self.require(Deed::Administer)?;
        let name = Name::new(&form.name).map_err(|fault| AppError::of_field("name", fault))?;
        let patch = StaffPatch { name: Some(name.to_string()), role: Some(form.role), row_version: Some(form.row_version), ..StaffPatch::default() };
        self.patch_staff(&form.id, &patch).await
    }

    /// Bars somebody, or lets them in again.
    pub async fn bar_staff(&self, staff: &str, barred: bool) -> AppResult<()> {
        self.require(Deed::Administer)?;
        self.patch_staff(staff, &StaffPatch { active: Some(!barred), ..StaffPatch::default() }).await
    }

    async fn patch_staff(&self, staff: &str, patch: &StaffPatch) -> AppResult<()> {
        let staff: StaffId = id(staff, ErrorCode::Internal)?;
        self.device.server.change_staff(self.server_session()?, staff, patch).await.map_err(name_fault)?;
        self.take_news().await;
        Ok(())
    }

    /// Makes a one-time password for somebody, shown this once.
    pub async fn reset_password(&self, staff: &str) -> AppResult<OneTimePasswordView> {
        self.require(Deed::Administer)?;
        let staff: StaffId = id(staff, ErrorCode::Internal)?;
        let made = self.device.server.reset_password(self.server_session()?, staff).await?;
        self.take_news().await;
        let name = self.read(move |view| Ok(view.directory().staff_name(staff).to_owned())).await?;
        Ok(shown(name, made))
    }

    /// Takes another person's second factor away.
    pub async fn remove_second_factor(&self, form: SecondFactorRemovalForm) -> AppResult<()> {
        self.require(Deed::Administer)?;
        let staff: StaffId = id(&form.staff_id, ErrorCode::Internal)?;
        let removal = SecondFactorRemoval { reason: reason(&form.reason)?.as_str().to_owned() };
        Ok(self.device.server.remove_second_factor(self.server_session()?, staff, &removal).await?)
    }
}

fn shown(name: String, made: OneTimePassword) -> OneTimePasswordView {
    OneTimePasswordView { name, password: made.password, until: made.until.to_string() }
}

/// A name that somebody or something else has is a fault of its field.
pub(super) fn name_fault(error: TransportError) -> AppError {
    match error {
        TransportError::Refused(problem) if problem.code == ServerCode::NameTaken => AppError::in_field("name", FieldErrorCode::Taken, None),
        other => other.into(),
    }
}
