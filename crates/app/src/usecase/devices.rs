//! What an admin does about devices: let one in, change it, bar it.

use beadsbox_domain::{Deed, DeviceId, ShopId, text::Name};
use beadsbox_protocol::{
    admin::{DevicePatch, NewEnrolmentCode},
    enrol_ticket::EnrolTicket,
};

use super::{Seat, id, qr};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{DeviceForm, EnrolmentCodeView, EnrolmentForm, SyncOverview},
};

impl Seat {
    /// A one-time code for a new device, with the QR code that tells it this server's address as well.
    pub async fn create_enrolment_code(&self, form: EnrolmentForm) -> AppResult<EnrolmentCodeView> {
        self.require(Deed::Administer)?;
        let shop_id: ShopId = id(&form.shop_id, ErrorCode::Internal)?;
        let typed = form.device_name.trim();
        let name = if typed.is_empty() { None } else { Some(name("device_name", typed)?) };
        let made = self.device.server.enrolment_code(self.server_session()?, &NewEnrolmentCode { shop_id }).await?;
        let address = self.device.server.address();
        let server = address.to_string();
        let ticket = EnrolTicket::new(&server, &made.code, name.as_ref().map(Name::as_str)).map_err(AppError::internal)?;
        Ok(EnrolmentCodeView {
            qr: qr::draw(&ticket.text())?,
            code: made.code,
            shop: made.shop.name,
            only_here: address.is_this_machine(),
            server,
            device_name: name.map(|name| name.to_string()),
            expires_at: made.expires_at.to_string(),
        })
    }

    /// Changes what a device is called and where it stands.
    pub async fn change_device(&self, form: DeviceForm) -> AppResult<SyncOverview> {
        self.require(Deed::Administer)?;
        let device: DeviceId = id(&form.device_id, ErrorCode::Internal)?;
        let shop: ShopId = id(&form.shop_id, ErrorCode::Internal)?;
        let name = name("name", &form.name)?;
        let patch = DevicePatch { row_version: form.row_version, name: Some(name.to_string()), shop_id: Some(shop) };
        self.device.server.change_device(self.server_session()?, device, &patch).await?;
        self.take_news().await;
        self.sync_overview().await
    }

    /// Revokes a device at once.
    pub async fn revoke_device(&self, device: &str) -> AppResult<SyncOverview> {
        self.require(Deed::Administer)?;
        self.device.server.revoke_device(self.server_session()?, id(device, ErrorCode::Internal)?).await?;
        self.take_news().await;
        self.sync_overview().await
    }
}

fn name(field: &str, typed: &str) -> AppResult<Name> {
    Name::new(typed).map_err(|fault| AppError::of_field(field, fault))
}
