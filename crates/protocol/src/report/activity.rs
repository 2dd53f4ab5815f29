use beadsbox_domain::{Currency, Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Made;

/// `GET /v1/reports/activity`: sales, redemptions, refunds and expiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Activity {
    /// How it was made.
    pub made: Made,
    /// By day, week or month, then what is told apart, then currency.
    pub rows: Vec<ActivityRow>,
    /// There are more rows than these.
    pub cut: bool,
    /// How many lines of the books arrived after the period's last day.
    pub late: u64,
}

/// What happened in one part of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActivityRow {
    /// The first day of the part; none for the whole period.
    #[schema(value_type = Option<String>, format = Date)]
    pub start: Option<Date>,
    /// Which template, shop or staff member; none where nothing is told apart.
    pub of: Option<Uuid>,
    /// The currency.
    pub currency: Currency,
    /// Vouchers sold.
    pub sold: Count,
    /// Redeemed, also those that had been marked expired.
    pub redeemed: Count,
    /// Redemptions taken back, in the shop that had redeemed.
    pub undone: Count,
    /// Cancelled.
    pub cancelled: Count,
    /// Refunded.
    pub refunded: Count,
    /// Marked expired, less those that are owed again.
    pub expired: Count,
    /// Gone over the counter beside an accepted redemption, less what resolved itself.
    pub at_stake: Count,
}

/// How many, and what they are worth in minor units. Below 0 where more was taken back than done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Count {
    /// How many.
    pub count: i64,
    /// Minor units.
    pub minor: i64,
}
