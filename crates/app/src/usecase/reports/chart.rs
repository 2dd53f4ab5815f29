//! Charts over the lines of a report: a chart for each currency, a bar for each label.

use beadsbox_domain::Currency;

use crate::view::{ReportChart, ReportSeries};

/// The most bars of a chart that can be told from each other.
const MOST_BARS: usize = 62;

/// Each once, in the order in which they come.
pub(super) fn currencies(all: impl Iterator<Item = Currency>) -> Vec<Currency> {
    let mut currencies = Vec::new();
    for currency in all {
        if !currencies.contains(&currency) {
            currencies.push(currency);
        }
    }
    currencies
}

/// Two values for each label, in the order in which they come; those of one label are added up.
#[derive(Default)]
pub(super) struct Bars(Vec<(String, [i64; 2])>);

impl FromIterator<(String, [i64; 2])> for Bars {
    fn from_iter<T: IntoIterator<Item = (String, [i64; 2])>>(all: T) -> Self {
        let mut bars = Self::default();
        for (label, values) in all {
            match bars.0.iter_mut().find(|(bar, _)| *bar == label) {
                Some((_, sums)) => sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = sum.saturating_add(value)),
                None => bars.0.push((label, values)),
            }
        }
        bars
    }
}

impl Bars {
    /// The chart with these names of the two values. None where there are no bars, or too many.
    pub(super) fn chart(self, title: &str, currency: Currency, names: [&str; 2]) -> Option<ReportChart> {
        let series = |(place, name): (usize, &str)| ReportSeries { name: name.to_owned(), values: self.0.iter().map(|(_, values)| values[place]).collect() };
        (1..=MOST_BARS).contains(&self.0.len()).then(|| ReportChart {
            title: format!("{title}, {}", currency.code()),
            currency: currency.into(),
            labels: self.0.iter().map(|(label, _)| label.clone()).collect(),
            series: names.into_iter().enumerate().map(series).collect(),
        })
    }
}
