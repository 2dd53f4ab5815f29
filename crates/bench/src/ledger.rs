//! What was measured, kept in a file after every row, so that a run that was cut short goes on where it stood.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::{
    figure::{Figure, Unit},
    progress,
};

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// What it took.
    #[serde(flatten)]
    pub figure: Figure,
    /// The program.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How durable it is, whether it is encrypted, and whether it was stopped before its end.
    pub note: String,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The row's name, as `./dev bench` takes it.
    pub row: String,
    /// How many vouchers, changes or operations.
    pub size: u64,
    /// What was done.
    pub what: String,
    /// Ours.
    pub ours: Side,
    /// The other, measured in turn with ours.
    pub other: Option<Side>,
    /// Ours by the other: times of times, or rates of rates.
    pub ratio: Option<f64>,
    /// What was aimed at, in words.
    pub goal: Option<String>,
    /// Whether it was reached; none without a goal.
    pub met: Option<bool>,
}

/// Which number of a figure a goal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// The one in the middle.
    Median,
    /// The 99th of a hundred.
    P99,
}

impl Number {
    const fn of(self, figure: &Figure) -> f64 {
        match self {
            Self::Median => figure.median,
            Self::P99 => figure.p99,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::P99 => "p99",
        }
    }
}

/// What is aimed at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Ours is at most so many times the other.
    AtMostTimes(f64),
    /// Ours is at least so many times the other.
    AtLeastTimes(f64),
    /// Ours is at most so much, in its own unit.
    AtMost(f64),
}

impl Entry {
    /// A line without a verdict.
    pub fn new(row: &str, size: u64, what: impl Into<String>, ours: Side, other: Option<Side>) -> Self {
        Self { row: row.to_owned(), size, what: what.into(), ours, other, ratio: None, goal: None, met: None }
    }

    /// Compares that number of both sides, and says whether all goals are reached.
    #[must_use]
    pub fn judged(mut self, number: Number, goals: &[Goal]) -> Self {
        let ours = number.of(&self.ours.figure);
        self.ratio = self.other.as_ref().map(|other| ours / number.of(&other.figure));
        let unit = self.ours.figure.unit.name();
        let verdict = |goal: &Goal| match (*goal, self.ratio) {
            (Goal::AtMostTimes(most), Some(ratio)) => (format!("≤ {most} ×"), ratio <= most),
            (Goal::AtLeastTimes(least), Some(ratio)) => (format!("≥ {least} ×"), ratio >= least),
            (Goal::AtMostTimes(_) | Goal::AtLeastTimes(_), None) => ("not compared".to_owned(), false),
            (Goal::AtMost(most), _) => (format!("≤ {most} {unit}"), ours <= most),
        };
        let verdicts: Vec<(String, bool)> = goals.iter().map(verdict).collect();
        if !verdicts.is_empty() {
            let words: Vec<&str> = verdicts.iter().map(|(words, _)| words.as_str()).collect();
            self.goal = Some(format!("{}: {}", number.name(), words.join(" and ")));
            self.met = Some(verdicts.iter().all(|(_, met)| *met));
        }
        self
    }
}

/// All lines, and the file that keeps them.
pub struct Ledger {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Ledger {
    /// The lines of that file; none where there is no such file.
    pub fn open(path: PathBuf) -> anyhow::Result<Self> {
        let entries = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("{} is not a ledger of this program: remove it", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        Ok(Self { path, entries })
    }

    /// All lines, in the order in which they came.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether something of that row was measured.
    pub fn has(&self, row: &str) -> bool {
        self.entries.iter().any(|entry| entry.row == row)
    }

    /// Forgets a row, to measure it anew.
    pub fn forget(&mut self, row: &str) -> anyhow::Result<()> {
        self.entries.retain(|entry| entry.row != row);
        self.save()
    }

    /// Adds the lines of a row that is done.
    pub fn add(&mut self, entries: Vec<Entry>) -> anyhow::Result<()> {
        for entry in &entries {
            tell(entry);
        }
        self.entries.extend(entries);
        self.save()
    }

    fn save(&self) -> anyhow::Result<()> {
        let beside = self.path.with_extension("new");
        fs::write(&beside, serde_json::to_vec_pretty(&self.entries)?)?;
        Ok(fs::rename(&beside, &self.path)?)
    }
}

fn tell(entry: &Entry) {
    let side = |side: &Side| format!("{} {} {}", side.name, shown(side.figure.median, side.figure.unit), side.figure.unit.name());
    let other = entry.other.as_ref().map_or_else(String::new, |other| format!(", {}", side(other)));
    let ratio = entry.ratio.map_or_else(String::new, |ratio| format!(", {ratio:.2} ×"));
    let goal = entry
        .goal
        .as_ref()
        .map_or_else(String::new, |goal| format!(" ({goal}: {})", if entry.met == Some(true) { "met" } else { "missed" }));
    progress(&format!("  {} {} {}: {}{other}{ratio}{goal}", entry.row, entry.size, entry.what, side(&entry.ours)));
}

/// A number with as many digits as say something.
pub fn shown(number: f64, unit: Unit) -> String {
    match unit {
        Unit::RowsASecond => format!("{number:.0}"),
        Unit::Mebibytes | Unit::Kibibytes if number >= 10.0 => format!("{number:.0}"),
        Unit::Mebibytes | Unit::Kibibytes => format!("{number:.2}"),
        Unit::Seconds | Unit::Milliseconds if number < 10.0 => format!("{number:.2}"),
        Unit::Seconds | Unit::Milliseconds => format!("{number:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(median: f64, unit: Unit) -> Side {
        let figure = Figure::of(vec![median], unit).unwrap();
        Side { figure, name: "it".into(), version: "1".into(), note: String::new() }
    }

    #[test]
    fn all_goals_have_to_be_reached() {
        let entry =
            |goals: &[Goal]| Entry::new("page", 1, "", side(6.0, Unit::Milliseconds), Some(side(4.0, Unit::Milliseconds))).judged(Number::Median, goals);
        assert_eq!(entry(&[Goal::AtMostTimes(2.0)]).met, Some(true));
        assert_eq!(entry(&[Goal::AtMostTimes(2.0), Goal::AtMost(5.0)]).met, Some(false));
        assert_eq!(entry(&[]).met, None);
        assert_eq!(entry(&[]).ratio, Some(1.5));
    }

    #[test]
    fn of_rates_more_is_better() {
        let entry = Entry::new("pull", 1, "", side(400.0, Unit::RowsASecond), Some(side(10.0, Unit::RowsASecond)));
        assert_eq!(entry.judged(Number::Median, &[Goal::AtLeastTimes(40.0)]).met, Some(true));
    }

    #[test]
    fn what_nobody_stood_beside_reaches_no_ratio() {
        let entry = Entry::new("push", 1, "", side(400.0, Unit::RowsASecond), None);
        assert_eq!(entry.judged(Number::Median, &[Goal::AtLeastTimes(1.0)]).met, Some(false));
    }

    #[test]
    fn a_run_goes_on_where_it_stood() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.json");
        let mut ledger = Ledger::open(path.clone()).unwrap();
        ledger.add(vec![Entry::new("pull", 1, "", side(1.0, Unit::Seconds), None)]).unwrap();
        ledger.add(vec![Entry::new("push", 1, "", side(1.0, Unit::Seconds), None)]).unwrap();
        let mut again = Ledger::open(path).unwrap();
        assert_eq!(again.entries(), ledger.entries());
        again.forget("pull").unwrap();
        assert!(!again.has("pull") && again.has("push"));
    }
}
