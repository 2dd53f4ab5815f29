use beadsbox_domain::{Status, Vat};
use serde::{Deserialize, Serialize};

use super::{FaultCount, FieldColumn, MoneyView, RefusalView};
use crate::error::AppError;

/// How a table writes days whose year stands last, with strokes or dashes: 3/12/2025.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// How another system's vouchers are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ImportForm {
    /// What people call that system. The same line of the same system is the same voucher.
    pub source: String,
    pub mapping: Vec<FieldColumn>,
    /// Prices are whole minor units, and not decimal numbers.
    pub minor_units: bool,
    /// Of lines that name none.
    pub currency: String,
    pub days: DayOrder,
    /// Of lines that name none; empty where each has to.
    pub buyer: String,
    /// The template of lines that name none; none where each has to.
    pub template_id: Option<String>,
    /// How templates are taxed that are not here yet.
    pub vat: Vat,
}

/// Vouchers that would be taken over, by status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ImportSum {
    pub status: Status,
    pub vouchers: u64,
    pub values: Vec<MoneyView>,
}

/// A template that they would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ImportTemplate {
    pub title: String,
    pub price: MoneyView,
    pub vouchers: u64,
    /// It is here; otherwise it will be made, and not offered for sale.
    pub known: bool,
    /// How it is taxed.
    pub vat: Vat,
    /// It is taxed otherwise than the form says: what is here goes first.
    pub other_vat: bool,
}

/// What an import would do. Nothing is done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ImportCheck {
    pub lines: u64,
    pub good: u64,
    /// Here already, from this import or an earlier one.
    pub already: u64,
    pub refused: u64,
    pub sums: Vec<ImportSum>,
    /// The first of them.
    pub templates: Vec<ImportTemplate>,
    /// How many there are in all.
    pub template_count: u64,
    pub faults: Vec<FaultCount>,
}

/// A line that the rules refused.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct LineRefusal {
    /// Its line in the file.
    pub line: u64,
    pub refusal: RefusalView,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct ImportDone {
    /// Recorded, and on the disk.
    pub imported: u64,
    /// Were here already.
    pub already: u64,
    /// The rules refused them meanwhile: somebody else was quicker.
    pub refused: u64,
    /// The first of these.
    pub refusals: Vec<LineRefusal>,
    /// Not done, because somebody stopped it. The same import again does them, and no other again.
    pub left: u64,
    /// What ended it before its end.
    pub error: Option<AppError>,
}
