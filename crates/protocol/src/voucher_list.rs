//! `GET /v1/vouchers`: the server's own list of vouchers, page by page, for programs that keep no cache.

use beadsbox_domain::{Date, Money, Person, ShopId, Status, Timestamp, VoucherCode, VoucherId, text::Title};
use serde::{Deserialize, Serialize};

/// The most vouchers in one page.
pub const MOST_LISTED: u32 = 1000;

/// The query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VoucherListQuery {
    /// The last voucher of the page before; none for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<VoucherId>,
    /// How many vouchers at most, 1 to 1000.
    #[serde(default = "a_hundred")]
    pub limit: u32,
}

const fn a_hundred() -> u32 {
    100
}

/// A page, in the order of the ids from the greatest on: what was sold here last comes first. A voucher that is sold meanwhile comes on no
/// later page, and none comes twice or is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VoucherList {
    /// At most as many as were asked for.
    pub vouchers: Vec<ListedVoucher>,
    /// What to ask for the next page after; none where this is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<VoucherId>,
}

/// A voucher as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListedVoucher {
    /// Its id.
    pub id: VoucherId,
    /// Its code.
    pub code: VoucherCode,
    /// What it is for, as its template said at the sale.
    pub title: Title,
    /// What it cost.
    pub price: Money,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// When it was sold.
    #[schema(value_type = String, format = DateTime)]
    pub sold_at: Timestamp,
    /// Which shop sold it.
    pub sold_shop: ShopId,
    /// Its last day; none where it is good for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Its buyer, as far as the device at which somebody asks may show; none once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Counts every change, from 1.
    pub row_version: u64,
}
