//! A report of the books on paper: a table with what it was made from, on A4 across.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Cell, DocumentError, Kind, Language, Table,
    amount::{amount, rate},
    day,
    press::Press,
};

/// A report, as it stands on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPaper {
    /// In whose language.
    pub language: Language,
    /// What it is called.
    pub title: String,
    /// The period, when it was made, from what: in words.
    pub facts: Vec<(String, String)>,
    /// What whoever reads it has to know.
    pub notes: Vec<String>,
    /// Its numbers.
    pub table: Table,
    /// How many of the rows, at the end, are sums.
    pub sums: usize,
}

/// The most rows on paper; a spreadsheet has them all.
const MOST_ROWS: usize = 5000;

#[derive(Serialize)]
struct Data<'a> {
    language: &'static str,
    title: &'a str,
    facts: &'a [(String, String)],
    notes: Vec<&'a str>,
    heads: Vec<Head<'a>>,
    rows: Vec<Vec<String>>,
    sums: usize,
    empty: &'static str,
    page: &'static str,
}

#[derive(Serialize)]
struct Head<'a> {
    text: &'a str,
    number: bool,
}

impl ReportPaper {
    /// As a PDF on A4, that says that it was made at that moment.
    pub fn pdf(&self, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        let facts: Vec<&str> = self.facts.iter().map(|(_, fact)| fact.as_str()).collect();
        let ident = format!("report {} {}", self.title, facts.join(" "));
        Press::new("/report.typ", concat!(include_str!("../parts.typ"), include_str!("report.typ")), &self.data())?.pdf(&ident, made)
    }

    fn data(&self) -> Data<'_> {
        let language = self.language;
        let plain = self.table.rows.len().saturating_sub(self.sums);
        let shown = self.table.rows[..plain].iter().take(MOST_ROWS).chain(&self.table.rows[plain..]);
        let cut = (plain > MOST_ROWS).then_some(language.pick(
            "There are more rows than stand on paper: the spreadsheet has them all.",
            "Le tableau compte plus de lignes que ce document\u{a0}: le tableur les contient toutes.",
        ));
        Data {
            language: language.code(),
            title: &self.title,
            facts: &self.facts,
            notes: self.notes.iter().map(String::as_str).chain(cut).collect(),
            heads: self.table.columns.iter().map(|column| Head { text: &column.heading, number: is_number(column.kind) }).collect(),
            rows: shown.map(|row| row.iter().map(|cell| written(cell, language)).collect()).collect(),
            sums: self.sums,
            empty: language.pick("Nothing in this period.", "Rien sur cette période."),
            page: language.pick("Page", "Page"),
        }
    }
}

const fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Money | Kind::Amount | Kind::Percent)
}

fn written(cell: &Cell, language: Language) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Money(money) => amount(*money, language),
        Cell::Date(date) => day::short(*date),
        Cell::Moment(at) => day::moment(*at),
        Cell::Percent(basis_points) => u16::try_from(*basis_points).map_or_else(|_| String::new(), |basis_points| rate(basis_points, language)),
    }
}
