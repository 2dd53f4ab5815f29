//! What is for sale, as anybody may read it.

use beadsbox_domain::{
    Money, TemplateId,
    text::{Description, Title},
};
use serde::{Deserialize, Serialize};

/// The most templates in a catalogue.
pub const MOST_ON_SALE: u32 = 500;

/// `GET /v1/catalogue`: the templates that are for sale, by title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Catalogue {
    /// At most [`MOST_ON_SALE`].
    pub templates: Vec<OnSale>,
}

/// A voucher template that is not archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OnSale {
    /// Which.
    pub id: TemplateId,
    /// What it said: whoever buys names it, so that nobody pays another price than they saw.
    pub version: u32,
    /// What it is called.
    pub title: Title,
    /// What the recipient gets.
    pub description: Description,
    /// What it costs.
    pub price: Money,
    /// How many months a voucher is valid; none for ever.
    pub validity_months: Option<u16>,
}
