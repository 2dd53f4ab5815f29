//! Where staff members get mail.

use beadsbox_domain::{Deed, text::Email};
use beadsbox_protocol::mail::StaffAddressChange;

use super::super::{Seat, id};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{StaffAddressForm, StaffAddressView},
};

impl Seat {
    /// Where each of them gets mail. Needs the server: no device keeps these.
    pub async fn staff_addresses(&self) -> AppResult<Vec<StaffAddressView>> {
        self.require(Deed::Administer)?;
        let addresses = self.device.server.staff_addresses(self.server_session()?).await?;
        self.read(move |view| {
            let row = |address: beadsbox_protocol::mail::StaffAddress| StaffAddressView {
                staff_id: address.staff.to_string(),
                name: view.directory().staff_name(address.staff).to_owned(),
                email: address.email.map(String::from),
            };
            Ok(addresses.into_iter().map(row).collect())
        })
        .await
    }

    /// Sets where somebody gets mail, or takes the address away.
    pub async fn set_staff_address(&self, form: StaffAddressForm) -> AppResult<()> {
        self.require(Deed::Administer)?;
        let staff = id(&form.staff_id, ErrorCode::Internal)?;
        let typed = form.email.trim();
        let email = if typed.is_empty() {
            None
        } else {
            Some(Email::new(typed).map_err(|fault| AppError::of_field("email", fault))?)
        };
        Ok(self.device.server.change_staff_address(self.server_session()?, staff, &StaffAddressChange { email }).await?)
    }
}
