//! A badge on paper.

use beadsbox_documents::BadgePaper;
use beadsbox_domain::{Deed, StaffId};
use beadsbox_protocol::badge;

use super::papers::Paper;
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, id},
    view::BadgeForm,
};

/// Whose staff it is.
const ORGANISATION: &str = "My Beads Box";

impl Seat {
    /// A badge as a PDF, to be cut out. Only whoever has just made it knows what its code says.
    pub async fn badge_paper(&self, form: &BadgeForm) -> AppResult<Paper> {
        self.require(Deed::Administer)?;
        let unknown = || AppError::new(ErrorCode::UnknownBadge, "no badge of anybody here");
        let staff: StaffId = id(&form.staff_id, ErrorCode::UnknownBadge)?;
        badge::hash(&form.badge).ok_or_else(unknown)?;
        let (text, language, now) = (form.badge.trim().to_owned(), form.language.into(), self.device.host.clock.now());
        self.read(move |view| {
            let person = view.directory().staff(staff).ok_or_else(unknown)?;
            let paper = BadgePaper { language, organisation: ORGANISATION.to_owned(), name: person.name.clone(), qr: text };
            Ok(Paper { name: format!("badge-{staff}.pdf"), pdf: paper.pdf(now)? })
        })
        .await
    }
}
