//! What tax is due when.

use beadsbox_documents::{Cell, Column, Kind, Language};
use beadsbox_domain::{Currency, Vat};
use beadsbox_protocol::report::{ReportQuery, VatLine, VatReport};

use super::{
    Composed,
    chart::{Bars, currencies},
    sheet::{Sheet, money},
    words::{self, pick},
};
use crate::{error::AppResult, view::ReportChart};

pub(super) fn compose(report: &VatReport, query: &ReportQuery, language: Language) -> AppResult<Composed> {
    let title = pick(language, "VAT", "TVA");
    let mut headings = Vec::new();
    if query.by.is_some() {
        headings.push((pick(language, "From", "À partir du"), Kind::Date));
    }
    headings.extend([
        (pick(language, "Shop", "Boutique"), Kind::Text),
        (pick(language, "Currency", "Devise"), Kind::Text),
        (pick(language, "Kind", "Nature"), Kind::Text),
        (pick(language, "Rate", "Taux"), Kind::Percent),
        (pick(language, "Sold", "Vendus"), Kind::Amount),
        (pick(language, "Refunded", "Remboursés"), Kind::Amount),
        (pick(language, "Replaced", "Remplacés"), Kind::Amount),
        (pick(language, "VAT due", "TVA due"), Kind::Amount),
        (pick(language, "Redeemed, to be taxed", "Utilisés, à taxer"), Kind::Amount),
    ]);
    let columns = headings.into_iter().map(|(heading, kind)| Column::new(heading, kind)).collect();
    let row = |line: &VatLine| {
        let currency = line.currency;
        let mut cells = Vec::new();
        if query.by.is_some() {
            cells.push(line.start.map_or(Cell::Empty, Cell::Date));
        }
        let rate = if let Vat::SinglePurpose { rate_basis_points } = line.vat {
            Cell::Percent(rate_basis_points.into())
        } else {
            Cell::Empty
        };
        cells.extend([
            Cell::text(words::name(&report.made, line.shop.0, language)),
            Cell::text(currency.code()),
            Cell::text(words::vat_kind(line.vat, language)),
            rate,
            money(line.sold, currency),
            money(line.refunded, currency),
            money(line.replaced, currency),
            money(line.due, currency),
            money(line.to_be_taxed, currency),
        ]);
        (currency, cells)
    };
    let sheet = Sheet::new(title, columns, report.lines.iter().map(row).collect(), words::total(language))?;
    Ok(Composed { title, cut: report.cut, made: report.made.clone(), notes: notes(report, language), sheet, charts: charts(report, query, language) })
}

fn notes(report: &VatReport, language: Language) -> Vec<String> {
    let moment = pick(
        language,
        "Single-purpose vouchers are taxed at their sale, and the tax comes back with a refund.",
        "Les bons à usage unique sont taxés à la vente\u{a0}; la taxe revient avec le remboursement.",
    );
    let multi = pick(
        language,
        "Multi-purpose vouchers are taxed when they are redeemed, at the rate of what was handed over: the value is shown, the rate has to be taken from the goods.",
        "Les bons à usages multiples sont taxés à leur utilisation, au taux de ce qui a été remis\u{a0}: la valeur est indiquée, le taux est celui des biens.",
    );
    let has_multi = report.lines.iter().any(|line| line.vat == Vat::MultiPurpose);
    let notes = [Some(moment), has_multi.then_some(multi), report.cut.then_some(words::cut(language))];
    notes.into_iter().flatten().map(str::to_owned).collect()
}

fn charts(report: &VatReport, query: &ReportQuery, language: Language) -> Vec<ReportChart> {
    let currencies = currencies(report.lines.iter().map(|line| line.currency));
    currencies.into_iter().filter_map(|currency| chart(report, query, currency, language)).collect()
}

/// Over time where it is told by day, week or month, else by shop. What nobody has to tax has no bars.
fn chart(report: &VatReport, query: &ReportQuery, currency: Currency, language: Language) -> Option<ReportChart> {
    let label = |line: &VatLine| match (query.by, line.start) {
        (Some(_), Some(start)) => start.to_string(),
        _ => words::name(&report.made, line.shop.0, language),
    };
    let lines = report.lines.iter().filter(|line| line.currency == currency);
    let bars: Bars = lines.map(|line| (label(line), [line.due, line.to_be_taxed])).collect();
    let due = pick(language, "VAT due", "TVA due");
    let mut chart = bars.chart(due, currency, [due, pick(language, "Redeemed, to be taxed", "Utilisés, à taxer")])?;
    if chart.series[1].values.iter().all(|value| *value == 0) {
        chart.series.truncate(1);
    }
    Some(chart)
}
