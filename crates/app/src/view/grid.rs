use beadsbox_domain::{Payment, Status};
use serde::{Deserialize, Serialize};

use super::{CurrencyView, ListOrder, PaperLanguage, SortKey, VoucherFilters, VoucherSelection, WorkProgress};

/// A column of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum GridColumn {
    Code,
    Title,
    Buyer,
    Email,
    Recipient,
    Message,
    Status,
    Price,
    Payment,
    Sold,
    SoldBy,
    Shop,
    Expires,
    Changed,
}

/// A column that is shown, and how wide; as wide as it likes where nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ShownColumn {
    pub column: GridColumn,
    /// Pixels.
    pub width: Option<u16>,
}

/// A question to the grid that a person gave a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedView {
    /// 1 to 60 characters; of two with the same name the later one counts.
    pub name: String,
    pub search: String,
    pub filters: VoucherFilters,
    pub sort: SortKey,
    pub descending: bool,
    /// In their order; those of the grid where it is empty.
    pub columns: Vec<ShownColumn>,
}

/// How a person likes the grid on this device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct GridMemory {
    /// In their order; the usual ones where it is empty.
    pub columns: Vec<ShownColumn>,
    pub views: Vec<SavedView>,
}

/// Somebody or something to choose by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct NamedId {
    pub id: String,
    pub name: String,
}

/// What there is to filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct FilterChoices {
    pub shops: Vec<NamedId>,
    /// Archived ones too: their vouchers are still there.
    pub templates: Vec<NamedId>,
    /// The newest first.
    pub batches: Vec<NamedId>,
    pub staff: Vec<NamedId>,
    /// Those of the templates.
    pub currencies: Vec<CurrencyView>,
}

/// A column and its heading, in the words of whoever looks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct HeadedColumn {
    pub column: GridColumn,
    pub heading: String,
}

/// A word for a status.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct StatusWord {
    pub status: Status,
    pub word: String,
}

/// A word for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct PaymentWord {
    pub payment: Payment,
    pub word: String,
}

/// A table of what the grid shows: its rows, columns and order, in its words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct TableForm {
    pub selection: VoucherSelection,
    pub order: ListOrder,
    pub columns: Vec<HeadedColumn>,
    pub statuses: Vec<StatusWord>,
    pub payments: Vec<PaymentWord>,
    /// How it was paid on the shop page.
    pub paid_online: String,
    /// Who sold what was bought there.
    pub shop_page: String,
    /// What the table is called.
    pub title: String,
    pub language: PaperLanguage,
}

/// What a table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    Csv,
    Xlsx,
}

/// A table for the clipboard, in both forms that programs take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CopiedTable {
    pub text: String,
    pub html: String,
    pub rows: u64,
    /// There were more than are copied at once.
    pub cut: bool,
}

/// How far a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct TableProgress {
    pub rows: u64,
    /// Where it is known.
    pub of: Option<u64>,
}

impl From<WorkProgress> for TableProgress {
    fn from(WorkProgress { done, of, .. }: WorkProgress) -> Self {
        Self { rows: done, of: (of > 0).then_some(of) }
    }
}

/// A table that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SavedTable {
    /// The file's name.
    pub name: String,
    pub rows: u64,
}
