use beadsbox_domain::Money;
use jiff::civil::{Date, DateTime};

use super::TableError;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands over it.
    pub heading: String,
    /// What stands in it.
    pub kind: Kind,
}

impl Column {
    /// A column with that heading.
    pub fn new(heading: impl Into<String>, kind: Kind) -> Self {
        Self { heading: heading.into(), kind }
    }
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Money of any currency. CSV puts the currency's code into a column of its own behind it; XLSX into the number's format.
    Money,
    /// Money whose currency another column of the table says.
    Amount,
    /// Days.
    Date,
    /// Moments, by the clock of whoever reads or of the shop: the heading or the title has to say which.
    Moment,
    /// Percentages.
    Percent,
}

/// A cell. Every column may be empty somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Of a column of [`Kind::Text`].
    Text(String),
    /// Of a column of [`Kind::Integer`].
    Integer(i64),
    /// Of a column of [`Kind::Money`] or [`Kind::Amount`].
    Money(Money),
    /// Of a column of [`Kind::Date`].
    Date(Date),
    /// Of a column of [`Kind::Moment`].
    Moment(DateTime),
    /// Of a column of [`Kind::Percent`]: hundredths of a percent, 2000 is 20 %.
    Percent(i32),
}

impl Cell {
    /// Words; nothing where there are none.
    pub fn text(text: impl Into<String>) -> Self {
        Some(text.into()).filter(|text| !text.is_empty()).map_or(Self::Empty, Self::Text)
    }

    const fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(_) => matches!(kind, Kind::Text),
            Self::Integer(_) => matches!(kind, Kind::Integer),
            Self::Money(_) => matches!(kind, Kind::Money | Kind::Amount),
            Self::Date(_) => matches!(kind, Kind::Date),
            Self::Moment(_) => matches!(kind, Kind::Moment),
            Self::Percent(_) => matches!(kind, Kind::Percent),
        }
    }
}

/// A row has a cell for every column, of its kind.
pub(super) fn check(columns: &[Column], row: &[Cell]) -> Result<(), TableError> {
    if row.len() != columns.len() {
        return Err(TableError::Ragged { cells: row.len(), columns: columns.len() });
    }
    columns
        .iter()
        .zip(row)
        .find(|(column, cell)| !cell.fits(column.kind))
        .map_or(Ok(()), |(column, _)| Err(TableError::Kind(column.heading.clone())))
}
