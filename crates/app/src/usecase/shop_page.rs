//! The shop page: an admin opens and closes it, and sees the orders at which somebody has to look. Needs the server, as all of this does.

use beadsbox_domain::{Deed, ShopId, Timestamp};
use beadsbox_protocol::{
    rows::Shop,
    shop_page::{MOST_HOLD_HOURS, OrderSettlement, PaymentReversal, SeenReversal, ShopPageChange, ShopPageSettings, ShopPageSetup, TroubledOrder},
};
use beadsbox_store::Directory;

use super::{Seat, id, reason};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldFault},
    view::{NamedId, OrderSettlementForm, ReversalAdvice, ReversalRow, SeenReversalForm, ShopPageForm, ShopPageView, TroubledOrderRow},
};

impl Seat {
    /// For which shop it sells, and the orders at which somebody has to look.
    pub async fn shop_page(&self) -> AppResult<ShopPageView> {
        self.require(Deed::Administer)?;
        let setup = self.device.server.shop_page(self.server_session()?).await?;
        self.shop_page_shown(setup).await
    }

    /// Opens it for a shop, or closes it.
    pub async fn set_shop_page(&self, form: ShopPageForm) -> AppResult<ShopPageView> {
        self.require(Deed::Administer)?;
        let shop = form.shop_id.as_deref().map(|shop| id::<ShopId>(shop, ErrorCode::Internal)).transpose()?;
        let hold_hours = hours(form.hold_hours).map_err(|fault| AppError::of_field("hold_hours", fault))?;
        let change = ShopPageChange { row_version: form.row_version, settings: ShopPageSettings { shop, hold_hours } };
        let setup = self.device.server.change_shop_page(self.server_session()?, &change).await?;
        self.shop_page_shown(setup).await
    }

    /// Notes that somebody dealt with an order, or with money of it that went back, and how.
    pub async fn settle_shop_order(&self, form: OrderSettlementForm) -> AppResult<ShopPageView> {
        self.require(Deed::Administer)?;
        let order = id(&form.order_id, ErrorCode::Internal)?;
        let reversal = form.reversal.map(seen).transpose()?;
        let settlement = OrderSettlement { reason: reason(&form.reason)?.as_str().to_owned(), reversal };
        let setup = self.device.server.settle_shop_order(self.server_session()?, order, &settlement).await?;
        self.shop_page_shown(setup).await
    }

    async fn shop_page_shown(&self, setup: ShopPageSetup) -> AppResult<ShopPageView> {
        self.read(move |view| Ok(shown(view.directory(), setup))).await
    }
}

/// A number of hours that the server takes.
fn hours(typed: u32) -> Result<u16, FieldFault> {
    match u16::try_from(typed) {
        Ok(0) => Err(FieldFault(FieldErrorCode::TooSmall, Some(1))),
        Ok(hours) if hours <= MOST_HOLD_HOURS => Ok(hours),
        _ => Err(FieldFault(FieldErrorCode::TooLarge, Some(MOST_HOLD_HOURS.into()))),
    }
}

fn seen(form: SeenReversalForm) -> AppResult<SeenReversal> {
    let told_at: Timestamp = form.told_at.parse().map_err(AppError::internal)?;
    Ok(SeenReversal { id: form.id, told_at })
}

fn order_row(order: TroubledOrder) -> TroubledOrderRow {
    TroubledOrderRow {
        id: order.id.to_string(),
        trouble: order.trouble,
        reservation: order.reservation.to_string(),
        title: order.title,
        price: order.price.into(),
        ordered_at: order.ordered_at.to_string(),
        payment: order.payment,
    }
}

fn reversal_row(reversal: PaymentReversal) -> ReversalRow {
    ReversalRow {
        advice: ReversalAdvice::about(&reversal),
        id: reversal.id,
        order_id: reversal.order.to_string(),
        state: reversal.state,
        failed: reversal.failed,
        amount: reversal.amount.into(),
        answer_by: reversal.answer_by.map(|at| at.to_string()),
        told_at: reversal.told_at.to_string(),
        reservation: reversal.reservation.to_string(),
        title: reversal.title,
        price: reversal.price.into(),
        ordered_at: reversal.ordered_at.to_string(),
        payment: reversal.payment,
        voucher_id: reversal.voucher.map(|voucher| voucher.id.to_string()),
        status: reversal.voucher.map(|voucher| voucher.status),
    }
}

fn shown(directory: &Directory, setup: ShopPageSetup) -> ShopPageView {
    let named = |id: ShopId| NamedId { id: id.to_string(), name: directory.shop_name(id).to_owned() };
    ShopPageView {
        shop: setup.settings.shop.map(named),
        hold_hours: setup.settings.hold_hours,
        most_hold_hours: MOST_HOLD_HOURS,
        row_version: setup.row_version,
        address: setup.address,
        takes_cards: setup.takes_cards,
        on_sale: setup.on_sale,
        waiting: setup.waiting,
        orders: setup.troubled.into_iter().map(order_row).collect(),
        orders_total: setup.troubled_total,
        reversals: setup.reversals.into_iter().map(reversal_row).collect(),
        reversals_total: setup.reversals_total,
        shops: directory.shops().into_iter().filter(|shop: &&Shop| !shop.closed).map(|shop| named(shop.id)).collect(),
    }
}
