//! The shop page, as an admin sees it: for which shop it sells, and the orders at which somebody has to look.

use beadsbox_domain::{Money, ShopId, Status, Timestamp, VoucherId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reservation::ReservationCode;

/// The longest time for which something is held that is paid in the shop, in hours: 60 days.
pub const MOST_HOLD_HOURS: u16 = 1_440;

/// What the page is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopPageSettings {
    /// Whose business its sales are; none while nothing is sold on the page.
    pub shop: Option<ShopId>,
    /// For how many hours a voucher is held that is paid in the shop, from 1 to 1440.
    #[schema(minimum = 1, maximum = 1440)]
    pub hold_hours: u16,
}

/// `GET /v1/admin/shop-page`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShopPageSetup {
    /// What it is set to.
    pub settings: ShopPageSettings,
    /// Its version.
    pub row_version: u64,
    /// Where browsers reach it, as far as this server was told.
    pub address: Option<String>,
    /// Whether this server takes cards; else everything is paid in the shop.
    pub takes_cards: bool,
    /// How many vouchers it offers.
    pub on_sale: u64,
    /// How many orders wait for their payment.
    pub waiting: u64,
    /// Orders at which somebody has to look, the oldest first, 100 at most.
    pub troubled: Vec<TroubledOrder>,
    /// How many there are.
    pub troubled_total: u64,
    /// Money that went back at the payment provider, or is asked back, and at which somebody has to look: the oldest first, 100 at most.
    #[serde(default)]
    pub reversals: Vec<PaymentReversal>,
    /// How many there are.
    #[serde(default)]
    pub reversals_total: u64,
}

/// `PUT /v1/admin/shop-page`: the settings, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopPageChange {
    /// The version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// What it is to be.
    pub settings: ShopPageSettings,
}

/// Why somebody has to look at an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum OrderTrouble {
    /// Something else was paid than it costs, or on another payment page than its own.
    AmountDiffers,
    /// It is paid, and its sale was refused.
    SaleRefused,
}

/// An order at which somebody has to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TroubledOrder {
    /// Its id, which also stands at the payment at the provider.
    pub id: Uuid,
    /// Why.
    pub trouble: OrderTrouble,
    /// What its buyer says at a counter.
    pub reservation: ReservationCode,
    /// What was ordered.
    pub title: String,
    /// What it costs.
    pub price: Money,
    /// When it was ordered.
    #[schema(value_type = String, format = DateTime)]
    pub ordered_at: Timestamp,
    /// The payment at the provider, as far as it is known.
    pub payment: Option<String>,
}

/// What became of money that was paid for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ReversalState {
    /// A part of it was given back.
    PartlyRefunded,
    /// All of it was given back.
    Refunded,
    /// Whoever paid had their bank ask it back; the provider keeps it until that is decided.
    Disputed,
    /// It was disputed, and stays.
    Won,
    /// It was disputed, and is gone.
    Lost,
}

/// Money of an order that went back at the payment provider, is asked back, or was to go back and did not. The voucher is as it was: what that means for it a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PaymentReversal {
    /// At the provider: of the charge that was refunded, of the dispute, or of the refund that failed.
    pub id: String,
    /// What became of it.
    pub state: ReversalState,
    /// It was to be refunded as the state says, and did not reach whoever paid: the provider credits it to the shop again.
    #[serde(default)]
    pub failed: bool,
    /// Refunded so far, or disputed.
    pub amount: Money,
    /// Until when the provider takes an answer to a dispute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answer_by: Option<Timestamp>,
    /// When the provider told of it as it is now.
    #[schema(value_type = String, format = DateTime)]
    pub told_at: Timestamp,
    /// Of which order it is.
    pub order: Uuid,
    /// What its buyer says at a counter.
    pub reservation: ReservationCode,
    /// What was ordered.
    pub title: String,
    /// What it costs.
    pub price: Money,
    /// When it was ordered.
    #[schema(value_type = String, format = DateTime)]
    pub ordered_at: Timestamp,
    /// The payment at the provider, as far as it is known.
    pub payment: Option<String>,
    /// The voucher that the order has, as it is now; none where it never got one.
    pub voucher: Option<ReversedVoucher>,
}

/// A voucher whose money went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReversedVoucher {
    /// Its id.
    pub id: VoucherId,
    /// Where it stands.
    pub status: Status,
    /// Whether that a bank took its money back is on record.
    pub charged_back: bool,
}

/// `POST /v1/admin/shop-orders/{id}`: somebody dealt with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderSettlement {
    /// What was done, 1 to 500 characters; it is kept.
    pub reason: String,
    /// The money of it that went back, where that was dealt with; else its own trouble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversal: Option<SeenReversal>,
}

/// Money that went back, as somebody saw it: 409 where something else became of it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenReversal {
    /// Its id at the provider.
    pub id: String,
    /// When the provider told of it as it was seen.
    #[schema(value_type = String, format = DateTime)]
    pub told_at: Timestamp,
}
