//! Reports over the books, made by the server. Sums are whole minor units of the currency that stands beside them; days are business days
//! in the time zone of the shop whose business it was, and both ends of a period belong to it.

mod accounting;
mod activity;
mod ageing;
mod liability;
mod vat;

use beadsbox_domain::{Date, ShopId, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use accounting::{Accounting, AccountingLine, AccountsChange};
pub use activity::{Activity, ActivityRow, Count};
pub use ageing::{Age, Ageing, AgeingLine, Breakage, BreakageLine, Until};
pub use liability::{Late, Liability, LiabilityLine};
pub use vat::{VatLine, VatReport};

/// The longest period of one report, in days.
pub const MOST_DAYS: i32 = 3700;

/// `GET /v1/reports/…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The first day.
    #[param(value_type = String, format = Date, example = "2026-03-01")]
    pub from: Date,
    /// The last day, at most ten years later. Of what is owed on a day: that day.
    #[param(value_type = String, format = Date, example = "2026-03-31")]
    pub to: Date,
    /// One line for each of these; else one for the whole period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub by: Option<Grain>,
    /// Apart by these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub split: Option<Split>,
    /// Only this currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "EUR")]
    pub currency: Option<String>,
    /// Only this shop: of what is owed the one that sold, else the one whose business it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<ShopId>,
    /// Only vouchers of this template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
}

impl ReportQuery {
    /// A period, with everything in it.
    pub const fn of(from: Date, to: Date) -> Self {
        Self { from, to, by: None, split: None, currency: None, shop: None, template: None }
    }
}

/// A part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A calendar month.
    Month,
}

/// What a report tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Templates.
    Template,
    /// Shops.
    Shop,
    /// Staff members.
    Staff,
}

/// How a report was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Made {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// From the books through this operation, in the order in which the server took them; 0 where there is none.
    pub through_commit_no: u64,
    /// How far the copy of the database that was asked was behind, in seconds, rounded up; 0 where it was abreast, or the database itself was asked.
    pub data_age_seconds: u64,
    /// What shops, templates and staff members in the report are called.
    pub names: Vec<Name>,
}

/// What somebody or something is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
// A text is called `Name` already, in the same document.
#[schema(as = ReportName)]
pub struct Name {
    /// Of a shop, a template or a staff member.
    pub id: Uuid,
    /// As it is called now.
    pub name: String,
}

impl Made {
    /// What that one is called; empty where nobody knows.
    pub fn name(&self, id: Uuid) -> &str {
        self.names.iter().find(|name| name.id == id).map_or("", |name| name.name.as_str())
    }
}
