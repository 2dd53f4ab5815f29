//! The admin's end of day: every shop and device, and what is still to be done.

use beadsbox_domain::{Date, DayClose, Money, Stamp, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rows::{Device, Shop};

/// `GET /v1/admin/end-of-day`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EndOfDayQuery {
    /// The business day, in each shop's own time zone.
    #[param(value_type = String, format = Date, example = "2026-03-10")]
    pub day: Date,
}

/// How one day stands in every shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EndOfDay {
    /// Which day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// When the server looked.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
    /// By name.
    pub shops: Vec<ShopDay>,
    /// There are more devices than are listed.
    pub cut: bool,
}

/// One shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShopDay {
    /// Which.
    pub shop: Shop,
    /// Its devices, by name. One that was revoked is listed while something of it is not closed.
    pub devices: Vec<DeviceDay>,
    /// Open conflicts that its tills honoured.
    pub open_conflicts: u64,
    /// What those vouchers are worth, by currency. Of a voucher whose sale has not come nobody knows.
    pub at_stake: Vec<Money>,
}

/// How a device's day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Everything that the server holds of it through that day is closed, and something of that day is.
    Closed,
    /// Something through that day is not closed.
    Open,
    /// Nothing was done, as far as the server knows.
    Idle,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeviceDay {
    /// Which.
    pub device: Device,
    /// How its day stands.
    pub state: DayState,
    /// The last request that it made, to within some seconds.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_contact_at: Option<Timestamp>,
    /// How many operations it had waiting, as it last said.
    pub waiting: Option<u64>,
    /// Its closes of that day, the first one first, at most 20.
    pub closes: Vec<CloseSeen>,
    /// Sales, redemptions and cash through that day that no close covers; counted up to 1,000.
    pub not_closed: u64,
    /// The first of them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub not_closed_since: Option<Timestamp>,
}

/// A close, and what the server makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CloseSeen {
    /// Who closed it, when.
    pub stamp: Stamp,
    /// What the till says, without its people.
    pub close: DayClose,
    /// Whether the server came to the same from the operations that it was sent; none where it did not look.
    pub agrees: Option<bool>,
}
