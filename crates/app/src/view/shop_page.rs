use beadsbox_protocol::shop_page::OrderTrouble;
use serde::{Deserialize, Serialize};

use super::{MoneyView, NamedId};

/// The shop page, as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "ShopPage")]
pub struct ShopPageView {
    /// For which shop it sells; none while it is closed.
    pub shop: Option<NamedId>,
    /// For how many hours a voucher is held that is paid in the shop.
    pub hold_hours: u16,
    pub most_hold_hours: u16,
    pub row_version: u64,
    /// Where browsers reach it, as far as the server was told.
    pub address: Option<String>,
    /// Whether the server takes cards; else everything is paid in the shop.
    pub takes_cards: bool,
    /// How many vouchers it offers.
    pub on_sale: u64,
    /// How many orders wait for their payment.
    pub waiting: u64,
    /// Orders at which somebody has to look, the oldest first.
    pub orders: Vec<TroubledOrderRow>,
    /// How many there are; more than are shown, perhaps.
    pub orders_total: u64,
    /// For which it may sell: those that are open.
    pub shops: Vec<NamedId>,
}

/// An order at which somebody has to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "TroubledOrder")]
pub struct TroubledOrderRow {
    /// Also stands at its payment at the provider.
    pub id: String,
    pub trouble: OrderTrouble,
    /// In two groups.
    pub reservation: String,
    pub title: String,
    pub price: MoneyView,
    pub ordered_at: String,
    /// The payment at the provider, as far as it is known.
    pub payment: Option<String>,
}

/// What the shop page is to be.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ShopPageForm {
    /// The version that was read.
    pub row_version: u64,
    /// None to sell nothing.
    pub shop_id: Option<String>,
    pub hold_hours: u32,
}

/// What somebody did about an order.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct OrderSettlementForm {
    pub order_id: String,
    pub reason: String,
}
