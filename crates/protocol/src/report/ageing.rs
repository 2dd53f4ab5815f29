use beadsbox_domain::{Currency, ShopId, TemplateId};
use serde::{Deserialize, Serialize};

use super::{Count, Made};

/// `GET /v1/reports/ageing`: what is owed after the last day, by how long ago it was sold and how long it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ageing {
    /// How it was made.
    pub made: Made,
    /// By currency, shop, age and what is left.
    pub lines: Vec<AgeingLine>,
}

/// A part of what is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgeingLine {
    /// The shop that sold, and owes.
    pub shop: ShopId,
    /// The currency.
    pub currency: Currency,
    /// How long ago they were sold.
    pub age: Age,
    /// How long they still hold.
    pub until: Until,
    /// How many vouchers, and what is owed for them.
    pub owed: Count,
}

/// How long ago a voucher was sold, in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// Less than 3.
    Under3,
    /// 3 to less than 6.
    Under6,
    /// 6 to less than 12.
    Under12,
    /// 12 to less than 24.
    Under24,
    /// 24 and more.
    Over24,
}

/// How long a voucher still holds, in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// Its last day has passed, and it is not marked expired.
    Overdue,
    /// Less than 1.
    Under1,
    /// 1 to less than 3.
    Under3,
    /// 3 to less than 6.
    Under6,
    /// 6 to less than 12.
    Under12,
    /// 12 and more.
    Over12,
    /// For ever.
    Never,
}

/// `GET /v1/reports/breakage`: what is bought and never used, as of the last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Breakage {
    /// How it was made.
    pub made: Made,
    /// By template and currency.
    pub lines: Vec<BreakageLine>,
}

/// The vouchers of one template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BreakageLine {
    /// Which.
    pub template: TemplateId,
    /// The currency.
    pub currency: Currency,
    /// Sold, and their last day has passed; without those that were cancelled.
    pub over: Count,
    /// Of these, never redeemed: expired, or overdue and not yet marked.
    pub never_redeemed: Count,
    /// Owed, and their last day is within 30 days.
    pub within_30_days: Count,
    /// Owed, and their last day is within 90 days, also those within 30.
    pub within_90_days: Count,
    /// Owed in all, as service.
    pub owed: Count,
}

impl BreakageLine {
    /// The share never redeemed of those whose time is over, in hundredths of a percent; none where there are none.
    pub fn share_basis_points(&self) -> Option<i32> {
        let (part, whole) = (i128::from(self.never_redeemed.count), i128::from(self.over.count));
        (whole > 0).then(|| i32::try_from((part * 20_000 + whole) / (2 * whole)).unwrap_or(i32::MAX))
    }
}
