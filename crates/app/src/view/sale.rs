use beadsbox_domain::{Payment, Template};
use serde::{Deserialize, Serialize};

use super::MoneyView;

/// A template as a counter sells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TemplateCard {
    pub id: String,
    pub version: u32,
    pub title: String,
    pub description: String,
    pub price: MoneyView,
    pub validity_months: Option<u16>,
}

impl From<&Template> for TemplateCard {
    fn from(template: &Template) -> Self {
        Self {
            id: template.id.to_string(),
            version: template.version,
            title: template.content.title.as_str().to_owned(),
            description: template.content.description.as_str().to_owned(),
            price: template.content.price.into(),
            validity_months: template.content.validity_months,
        }
    }
}

/// What can be sold, and what a seller is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SaleChoices {
    pub templates: Vec<TemplateCard>,
    /// Whether vouchers are mailed to a buyer who gives an address, unless the seller chooses otherwise; none where no mail can be sent.
    pub mail: Option<bool>,
}

/// A sale as typed, of one or several vouchers; empty texts are left out.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SaleForm {
    pub lines: Vec<SaleLine>,
    pub buyer: String,
    pub email: String,
    /// Whether that address gets the vouchers; none where the seller was not asked.
    pub mail: Option<bool>,
    pub payment: Payment,
    /// Only this shop redeems it without the server.
    pub this_shop_only: bool,
}

/// So many vouchers alike.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SaleLine {
    pub template_id: String,
    pub quantity: u32,
    pub recipient: String,
    pub message: String,
}

/// What was just sold: it is on this device's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SaleReceipt {
    /// The operation that it began with: what it is called by where its receipt was shown.
    pub sale: String,
    pub vouchers: Vec<SoldVoucher>,
    pub total: MoneyView,
    pub buyer: String,
    /// Where they go by mail once the server has the sale.
    pub mailed_to: Option<String>,
    /// The only shop that redeems them without the server.
    pub home_shop: Option<String>,
    pub sold_at: String,
    pub online: bool,
}

/// One voucher of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SoldVoucher {
    pub voucher_id: String,
    pub code: String,
    pub title: String,
    pub price: MoneyView,
    pub recipient: Option<String>,
    pub expires_on: Option<String>,
    pub qr: QrView,
}

/// A QR code to draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Qr")]
pub struct QrView {
    /// What it says.
    pub text: String,
    /// How many squares wide and high.
    pub size: u32,
    /// The dark squares as the path of an SVG, one square a unit.
    pub path: String,
}
