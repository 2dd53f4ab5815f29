//! Somebody of the office lets a redemption pass that this device's limits forbid, with their PIN.

use beadsbox_domain::Deed;

use super::{Seat, id};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    pin,
    view::{ApprovalForm, PersonView, RedeemAnswer},
};

impl Seat {
    /// Who may do that here: of the right role, and with a PIN.
    pub async fn approvers(&self) -> AppResult<Vec<PersonView>> {
        self.require(Deed::Redeem)?;
        self.read(|view| {
            let staff = view.directory().staff_members();
            Ok(staff
                .into_iter()
                .filter(|staff| staff.active && staff.pin.is_some() && staff.role.may(Deed::Approve))
                .map(PersonView::from)
                .collect())
        })
        .await
    }

    /// Redeems the voucher of that code, beyond the limits where need be. An error means that nothing was recorded.
    pub async fn redeem_approved(&self, form: ApprovalForm) -> AppResult<RedeemAnswer> {
        self.require(Deed::Redeem)?;
        let staff = id(&form.staff_id, ErrorCode::WrongPin)?;
        let approver = pin::check(&self.device, staff, form.pin).await?;
        if !approver.role.may(Deed::Approve) {
            return Err(AppError::new(ErrorCode::RoleNotAllowed, "the role does not let it pass").with("role", approver.role.name()));
        }
        tracing::info!(approver = %approver.id, "a redemption may pass the offline limits");
        self.redeem_as(&form.code, Some(approver.id)).await
    }
}
