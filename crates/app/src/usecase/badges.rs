//! The badges that an admin gives people.

use beadsbox_domain::Deed;

use super::{Seat, id, qr};
use crate::{
    error::{AppResult, ErrorCode},
    view::BadgeView,
};

impl Seat {
    /// Gives somebody a new badge; the one before no longer counts. It is shown this once.
    pub async fn create_badge(&self, staff: &str) -> AppResult<BadgeView> {
        self.require(Deed::Administer)?;
        let made = self.device.server.create_badge(self.server_session()?, id(staff, ErrorCode::Internal)?).await?;
        self.take_news().await;
        Ok(BadgeView { name: made.staff.name, role: made.staff.role, qr: qr::draw(&made.badge)? })
    }

    /// Takes somebody's badge away.
    pub async fn delete_badge(&self, staff: &str) -> AppResult<()> {
        self.require(Deed::Administer)?;
        self.device.server.delete_badge(self.server_session()?, id(staff, ErrorCode::Internal)?).await?;
        self.take_news().await;
        Ok(())
    }
}
