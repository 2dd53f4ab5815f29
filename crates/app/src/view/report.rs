use beadsbox_protocol::report as wire;
use serde::{Deserialize, Serialize};

use super::{CurrencyView, MoneyView, PaperLanguage, ShopView};

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// What is owed for vouchers.
    Liability,
    /// Sales, redemptions, refunds, expiry.
    Activity,
    /// How old what is owed is.
    Ageing,
    /// What is never used.
    Breakage,
    /// What tax is due when.
    Vat,
    /// The days for accountants.
    Accounting,
}

/// A part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportGrain {
    Day,
    Week,
    Month,
}

/// What is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportSplit {
    Template,
    Shop,
    Staff,
}

/// A report to make.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ReportForm {
    pub report: ReportKind,
    /// The first day.
    pub from: String,
    /// The last day; of what is owed: the day on whose evening it is looked at.
    pub to: String,
    pub by: Option<ReportGrain>,
    pub split: Option<ReportSplit>,
    pub currency: Option<String>,
    pub shop: Option<String>,
    pub template: Option<String>,
    /// Of its words.
    pub language: PaperLanguage,
}

/// What a report may be narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReportChoices {
    pub shops: Vec<ShopView>,
    /// Those in which templates are priced.
    pub currencies: Vec<CurrencyView>,
    pub templates: Vec<ReportTemplate>,
    /// Today, in this device's shop.
    pub today: String,
}

/// A template to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReportTemplate {
    pub id: String,
    pub title: String,
}

/// A report as the server made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Report")]
pub struct ReportView {
    pub title: String,
    /// When the server made it.
    pub made_at: String,
    /// From operations through this one, in the order in which the server took them.
    pub through: u64,
    /// What whoever reads it has to know.
    pub notes: Vec<String>,
    pub table: ReportTable,
    /// The same numbers, drawn.
    pub charts: Vec<ReportChart>,
}

/// The table of a report. Its words come with it, as they stand in its file as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReportTable {
    pub columns: Vec<ReportColumn>,
    pub rows: Vec<Vec<ReportCell>>,
    /// How many of the rows, at the end, are sums.
    pub sums: u32,
    /// How many more rows the file has.
    pub more: u32,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReportColumn {
    pub heading: String,
    /// Numbers stand at the right.
    pub number: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReportCell {
    Empty,
    Text {
        text: String,
    },
    Integer {
        number: i64,
    },
    Money {
        money: MoneyView,
    },
    Day {
        day: String,
    },
    /// Hundredths of a percent.
    Percent {
        basis_points: i32,
    },
}

/// A chart of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReportChart {
    pub title: String,
    pub currency: CurrencyView,
    /// Under the bars. A day where it can be read as one.
    pub labels: Vec<String>,
    pub series: Vec<ReportSeries>,
}

/// Bars of one colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReportSeries {
    pub name: String,
    /// Minor units, one for each label.
    pub values: Vec<i64>,
}

/// In what a report is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    Csv,
    Xlsx,
    Pdf,
    /// Of the accounting report: the double entries, as CSV.
    Journal,
}

/// The numbers of the accounts in the accounting export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountsForm {
    /// The version that it was made on.
    pub row_version: u64,
    /// Each with its name.
    pub accounts: Vec<AccountField>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountField {
    pub name: String,
    pub number: String,
}

impl From<ReportGrain> for wire::Grain {
    fn from(grain: ReportGrain) -> Self {
        match grain {
            ReportGrain::Day => Self::Day,
            ReportGrain::Week => Self::Week,
            ReportGrain::Month => Self::Month,
        }
    }
}

impl From<ReportSplit> for wire::Split {
    fn from(split: ReportSplit) -> Self {
        match split {
            ReportSplit::Template => Self::Template,
            ReportSplit::Shop => Self::Shop,
            ReportSplit::Staff => Self::Staff,
        }
    }
}
