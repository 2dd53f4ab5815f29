//! The table of a report, from the numbers of the server to what a screen, a PDF and a spreadsheet show.

use beadsbox_documents::{Cell, Column, Kind, Table};
use beadsbox_domain::{Currency, Money};

use crate::{
    error::{AppError, AppResult},
    view::{MoneyView, ReportCell, ReportColumn, ReportTable},
};

/// The most rows on a screen; the file has them all.
const MOST_ROWS: usize = 1000;

/// A table whose last rows are sums.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) table: Table,
    pub(super) sums: usize,
}

impl Sheet {
    /// A table with these rows, and under them a sum for each currency of the columns that can be summed up.
    ///
    /// `currency` is the column with the currency's code; the sums' first cell says so.
    pub(super) fn new(title: &str, columns: Vec<Column>, rows: Vec<(Currency, Vec<Cell>)>, sum: &str) -> AppResult<Self> {
        let mut sums: Vec<(Currency, Vec<Cell>, usize)> = Vec::new();
        for (currency, row) in &rows {
            match sums.iter_mut().find(|(of, ..)| of == currency) {
                Some((_, total, count)) => {
                    *count += 1;
                    for (total, cell) in total.iter_mut().zip(row) {
                        *total = added(total, cell)?;
                    }
                }
                None => sums.push((*currency, row.iter().map(summable).collect(), 1)),
            }
        }
        // One row is its own sum.
        sums.retain(|(.., count)| *count > 1);
        let place = columns.iter().position(|column| column.kind == Kind::Text).unwrap_or_default();
        let sums: Vec<Vec<Cell>> = sums
            .into_iter()
            .map(|(currency, mut row, _)| {
                if let Some(cell) = row.get_mut(place) {
                    *cell = Cell::text(format!("{sum} {}", currency.code()));
                }
                row
            })
            .collect();
        let count = sums.len();
        let rows = rows.into_iter().map(|(_, row)| row).chain(sums).collect();
        Ok(Self { table: Table { title: title.to_owned(), columns, rows }, sums: count })
    }

    /// Without columns in which nothing stands, of those that may be left out.
    pub(super) fn without_empty(mut self, may_go: &[&str]) -> Self {
        let nothing = |cell: &Cell| matches!(cell, Cell::Empty | Cell::Integer(0)) || matches!(cell, Cell::Money(money) if money.minor == 0);
        let table = &mut self.table;
        for place in (0..table.columns.len()).rev() {
            if may_go.contains(&table.columns[place].heading.as_str()) && table.rows.iter().all(|row| nothing(&row[place])) {
                table.columns.remove(place);
                for row in &mut table.rows {
                    row.remove(place);
                }
            }
        }
        self
    }

    /// As a screen shows it.
    pub(super) fn view(&self) -> ReportTable {
        let (table, plain) = (&self.table, self.table.rows.len() - self.sums);
        let shown = table.rows[..plain].iter().take(MOST_ROWS).chain(&table.rows[plain..]);
        ReportTable {
            columns: table
                .columns
                .iter()
                .map(|column| ReportColumn { heading: column.heading.clone(), number: is_number(column.kind) })
                .collect(),
            rows: shown.map(|row| row.iter().map(shown_cell).collect()).collect(),
            sums: u32::try_from(self.sums).unwrap_or(u32::MAX),
            more: u32::try_from(plain.saturating_sub(MOST_ROWS)).unwrap_or(u32::MAX),
        }
    }
}

const fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Money | Kind::Amount | Kind::Percent)
}

fn summable(cell: &Cell) -> Cell {
    match cell {
        Cell::Integer(_) | Cell::Money(_) => cell.clone(),
        _ => Cell::Empty,
    }
}

fn added(total: &Cell, cell: &Cell) -> AppResult<Cell> {
    Ok(match (total, cell) {
        (Cell::Integer(one), Cell::Integer(other)) => Cell::Integer(one.checked_add(*other).ok_or_else(|| AppError::internal("a sum is out of range"))?),
        (Cell::Money(one), Cell::Money(other)) => Cell::Money(one.checked_add(*other).map_err(AppError::internal)?),
        (Cell::Empty, cell) => summable(cell),
        (total, _) => total.clone(),
    })
}

fn shown_cell(cell: &Cell) -> ReportCell {
    match cell {
        Cell::Empty => ReportCell::Empty,
        Cell::Text(text) => ReportCell::Text { text: text.clone() },
        Cell::Integer(number) => ReportCell::Integer { number: *number },
        Cell::Money(money) => ReportCell::Money { money: MoneyView::from(*money) },
        Cell::Date(day) => ReportCell::Day { day: day.to_string() },
        Cell::Moment(at) => ReportCell::Text { text: at.to_string() },
        Cell::Percent(basis_points) => ReportCell::Percent { basis_points: *basis_points },
    }
}

/// An amount in a column of money.
pub(super) const fn money(minor: i64, currency: Currency) -> Cell {
    Cell::Money(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).unwrap()
    }

    fn row(shop: &str, code: &str, count: i64, minor: i64) -> (Currency, Vec<Cell>) {
        let of = currency(code);
        (of, vec![Cell::text(shop), Cell::Integer(count), money(minor, of), Cell::Percent(50)])
    }

    fn columns() -> Vec<Column> {
        let kinds = [("Shop", Kind::Text), ("Count", Kind::Integer), ("Value", Kind::Amount), ("Share", Kind::Percent)];
        kinds.into_iter().map(|(heading, kind)| Column::new(heading, kind)).collect()
    }

    #[test]
    fn each_currency_has_a_sum_where_there_is_something_to_add() {
        let rows = vec![row("Marais", "EUR", 2, 100), row("Soho", "EUR", 3, 50), row("Soho", "USD", 1, 7)];
        let sheet = Sheet::new("x", columns(), rows, "Total").unwrap();
        assert_eq!((sheet.sums, sheet.table.rows.len()), (1, 4));
        assert_eq!(sheet.table.rows[3], [Cell::text("Total EUR"), Cell::Integer(5), money(150, currency("EUR")), Cell::Empty]);
        assert!(Sheet::new("x", columns(), vec![row("a", "EUR", 1, i64::MAX), row("b", "EUR", 1, 1)], "Total").is_err());
    }

    #[test]
    fn a_column_of_nothing_may_go() {
        let rows = vec![row("Marais", "EUR", 0, 100), row("Soho", "EUR", 0, 50)];
        let sheet = Sheet::new("x", columns(), rows, "Total").unwrap().without_empty(&["Count", "Value"]);
        assert_eq!(sheet.table.columns.iter().map(|column| column.heading.as_str()).collect::<Vec<_>>(), ["Shop", "Value", "Share"]);
        assert!(sheet.table.rows.iter().all(|row| row.len() == 3));
    }

    #[test]
    fn a_screen_has_its_bounds_and_keeps_the_sums() {
        let rows = (0..1200).map(|_| row("Marais", "EUR", 1, 1)).collect();
        let view = Sheet::new("x", columns(), rows, "Total").unwrap().view();
        assert_eq!((view.rows.len(), view.sums, view.more), (1001, 1, 200));
        assert_eq!(view.rows[1000][1], ReportCell::Integer { number: 1200 });
    }
}
