use beadsbox_domain::{Currency, ShopId};
use serde::{Deserialize, Serialize};

use super::Made;

/// `GET /v1/reports/liability`: what is owed for vouchers, and what moved it in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Liability {
    /// How it was made.
    pub made: Made,
    /// By currency and shop.
    pub lines: Vec<LiabilityLine>,
}

/// What one shop owes in one currency, in minor units:
/// opening + sold − redeemed + undone − refunded − expired + extended + replaced + taken over = closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LiabilityLine {
    /// The shop that sold, and owes.
    pub shop: ShopId,
    /// The currency.
    pub currency: Currency,
    /// Owed before the first day.
    pub opening: i64,
    /// Vouchers sold.
    pub sold: i64,
    /// Redeemed, in whichever shop.
    pub redeemed: i64,
    /// Redemptions taken back.
    pub undone: i64,
    /// Money returned for cancelled vouchers.
    pub refunded: i64,
    /// Marked expired.
    pub expired: i64,
    /// Expired, and owed again.
    pub extended: i64,
    /// Exchanged for others: what came less what went.
    pub replaced: i64,
    /// Taken over from another system, which had sold them.
    #[serde(default)]
    pub taken_over: i64,
    /// Owed after the last day.
    pub closing: i64,
    /// Of the closing, what is owed in money, for vouchers cancelled and not refunded.
    pub closing_money: i64,
    /// Beside it: cancelled in the period, which turned service owed into money owed.
    pub cancelled: i64,
    /// Beside it: redeemed after they had been marked expired, when nothing was owed.
    pub expired_honoured: i64,
    /// What arrived after the last day and belongs to it or to a day before.
    pub late: Late,
}

/// What arrived after a period's last day and belongs to it: what a report made on that day's evening did not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Late {
    /// How many lines of the books.
    pub count: u64,
    /// By how much they moved what is owed.
    pub owed: i64,
}

impl LiabilityLine {
    /// Whether opening and movements come to the closing.
    pub fn adds_up(&self) -> bool {
        let plus = [self.opening, self.sold, self.undone, self.extended, self.replaced, self.taken_over];
        let minus = [self.redeemed, self.refunded, self.expired];
        let sum = |parts: &[i64]| parts.iter().map(|part| i128::from(*part)).sum::<i128>();
        sum(&plus) - sum(&minus) == i128::from(self.closing)
    }
}
