//! What a number of measurements comes to.

use serde::{Deserialize, Serialize};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Milliseconds: less is better.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Seconds: less is better.
    #[serde(rename = "s")]
    Seconds,
    /// Rows a second: more is better.
    #[serde(rename = "rows/s")]
    RowsASecond,
    /// Memory: less is better.
    #[serde(rename = "MiB")]
    Mebibytes,
    /// Memory of something small: less is better.
    #[serde(rename = "KiB")]
    Kibibytes,
}

impl Unit {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::RowsASecond => "rows/s",
            Self::Mebibytes => "MiB",
            Self::Kibibytes => "KiB",
        }
    }
}

/// Many measurements in a few numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The one in the middle.
    pub median: f64,
    /// All but one in a hundred are no worse.
    pub p99: f64,
    /// From the 5th to the 95th of a hundred.
    pub spread: [f64; 2],
    /// How many measurements there were.
    pub measurements: usize,
    /// Of all of them.
    pub unit: Unit,
}

impl Figure {
    /// Comes to nothing where there are no measurements.
    pub fn of(mut measured: Vec<f64>, unit: Unit) -> Option<Self> {
        measured.sort_by(f64::total_cmp);
        let at = |percent| measured.get(place(measured.len(), percent)?).copied();
        let worst = if unit == Unit::RowsASecond { 1 } else { 99 };
        Some(Self { median: at(50)?, p99: at(worst)?, spread: [at(5)?, at(95)?], measurements: measured.len(), unit })
    }
}

/// The place of that percentile among so many sorted measurements, by nearest rank.
fn place(count: usize, percent: usize) -> Option<usize> {
    (count * percent).div_ceil(100).max(1).checked_sub(1).filter(|_| count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(measured: Vec<f64>, unit: Unit) -> Option<String> {
        Figure::of(measured, unit).map(|figure| format!("{} {} {:?}", figure.median, figure.p99, figure.spread))
    }

    #[test]
    fn a_hundred_measurements_are_their_own_percentiles() {
        let measured = (1..=100).rev().map(f64::from).collect();
        assert_eq!(told(measured, Unit::Milliseconds).unwrap(), "50 99 [5.0, 95.0]");
    }

    #[test]
    fn of_rates_the_worst_are_the_lowest() {
        let measured = (1..=100).map(f64::from).collect();
        assert_eq!(told(measured, Unit::RowsASecond).unwrap(), "50 1 [5.0, 95.0]");
    }

    #[test]
    fn a_single_measurement_is_everything() {
        assert_eq!(told(vec![7.0], Unit::Seconds).unwrap(), "7 7 [7.0, 7.0]");
        assert_eq!(told(Vec::new(), Unit::Seconds), None);
    }
}
