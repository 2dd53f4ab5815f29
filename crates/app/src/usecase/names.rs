//! Facts with names: what the screens show of stamps and refusals.

use beadsbox_domain::{Refusal, Stamp, Status};
use beadsbox_store::Directory;

use crate::view::{Fact, RefusalView, TemplateForm};

/// Who, where, when, with names.
pub(crate) fn fact(directory: &Directory, stamp: &Stamp) -> Fact {
    Fact {
        op_id: stamp.op.to_string(),
        at: stamp.at.to_string(),
        staff: directory.staff_name(stamp.staff).to_owned(),
        shop: directory.shop_name(stamp.shop).to_owned(),
        device: directory.device_name(stamp.device).to_owned(),
        by_server: stamp.device.0.is_nil(),
        on_shop_page: false,
    }
}

/// The same of a voucher's sale: all that the server sells it sells on the shop page.
pub(crate) fn fact_of_sale(directory: &Directory, stamp: &Stamp) -> Fact {
    let fact = fact(directory, stamp);
    Fact { on_shop_page: fact.by_server, ..fact }
}

/// A refusal with names.
pub(crate) fn refusal(directory: &Directory, refusal: &Refusal) -> RefusalView {
    match refusal {
        // Nothing but a sale gives it by the server's hand.
        Refusal::StatusIs { status: Status::Purchased, since } => RefusalView::StatusIs { status: Status::Purchased, since: fact_of_sale(directory, since) },
        Refusal::StatusIs { status, since } => RefusalView::StatusIs { status: *status, since: fact(directory, since) },
        Refusal::Expired { expires_on } => RefusalView::Expired { expires_on: expires_on.to_string() },
        Refusal::UnknownVoucher => RefusalView::UnknownVoucher,
        Refusal::NotPermitted { role } => RefusalView::NotPermitted { role: *role },
        Refusal::TooLateToUndo { minutes } => RefusalView::TooLateToUndo { minutes: *minutes },
        Refusal::NeverEnds => RefusalView::NeverEnds,
        Refusal::NotLater { expires_on } => RefusalView::NotLater { expires_on: expires_on.to_string() },
        Refusal::NotReplaced => RefusalView::NotReplaced,
        Refusal::ChargedBackAlready => RefusalView::ChargedBackAlready,
        Refusal::NotOwnRedemption => RefusalView::NotOwnRedemption,
        Refusal::NotStanding => RefusalView::NotStanding,
        Refusal::StaleTemplate { current, current_version, based_on } => {
            RefusalView::StaleTemplate { current: TemplateForm::from(current), current_version: *current_version, based_on: *based_on }
        }
        Refusal::ArchivedAlready { archived: true } => RefusalView::AlreadyArchived,
        Refusal::ArchivedAlready { archived: false } => RefusalView::NotArchived,
        Refusal::ConflictClosed | Refusal::ConflictChanged => RefusalView::ConflictSettled,
        Refusal::NotAccepted { reason } => RefusalView::NotAccepted { reason: reason.to_string() },
        other => RefusalView::Other { code: kind(other) },
    }
}

/// The refusal's `kind` on the wire.
fn kind(refusal: &Refusal) -> String {
    serde_json::to_value(refusal).ok().and_then(|value| value.get("kind")?.as_str().map(str::to_owned)).unwrap_or_default()
}
