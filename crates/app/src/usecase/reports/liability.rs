//! What is owed.

use beadsbox_documents::{Cell, Column, Kind, Language};
use beadsbox_domain::Currency;
use beadsbox_protocol::report::{Liability, LiabilityLine};

use super::{
    Composed,
    chart::currencies,
    sheet::{Sheet, money},
    words::{self, pick},
};
use crate::{
    error::{AppError, AppResult},
    view::{ReportChart, ReportSeries},
};

/// How many steps lead from the opening to the closing, both counted.
const STEPS: usize = 10;

pub(super) fn compose(liability: &Liability, language: Language) -> AppResult<Composed> {
    let title = pick(language, "Liability", "Engagements");
    let rare = [pick(language, "Extended", "Prolongés"), pick(language, "Replaced", "Remplacés"), pick(language, "Taken over", "Repris")];
    let mut columns = vec![
        Column::new(pick(language, "Shop that sold", "Boutique de vente"), Kind::Text),
        Column::new(pick(language, "Currency", "Devise"), Kind::Text),
    ];
    columns.extend(steps(language).map(|heading| Column::new(heading, Kind::Amount)));
    columns.push(Column::new(pick(language, "of which money owed", "dont à rembourser"), Kind::Amount));
    let row = |line: &LiabilityLine| {
        let mut cells = vec![Cell::text(words::name(&liability.made, line.shop.0, language)), Cell::text(line.currency.code())];
        cells.extend(moves(line).map(|minor| money(minor, line.currency)));
        cells.push(money(line.closing_money, line.currency));
        (line.currency, cells)
    };
    let rows = liability.lines.iter().map(row).collect();
    let sheet = Sheet::new(title, columns, rows, words::total(language))?.without_empty(&rare);
    Ok(Composed { title, cut: false, made: liability.made.clone(), notes: notes(liability, language), sheet, charts: charts(liability, language)? })
}

/// From the opening to the closing.
const fn steps(language: Language) -> [&'static str; STEPS] {
    [
        pick(language, "Opening", "Ouverture"),
        pick(language, "Sold", "Vendus"),
        pick(language, "Redeemed", "Utilisés"),
        pick(language, "Undone", "Utilisations annulées"),
        pick(language, "Refunded", "Remboursés"),
        pick(language, "Expired", "Expirés"),
        pick(language, "Extended", "Prolongés"),
        pick(language, "Replaced", "Remplacés"),
        pick(language, "Taken over", "Repris"),
        pick(language, "Closing", "Clôture"),
    ]
}

/// What lessens it is below 0, so that a row adds up as it stands.
const fn moves(line: &LiabilityLine) -> [i64; STEPS] {
    [
        line.opening,
        line.sold,
        -line.redeemed,
        line.undone,
        -line.refunded,
        -line.expired,
        line.extended,
        line.replaced,
        line.taken_over,
        line.closing,
    ]
}

fn charts(liability: &Liability, language: Language) -> AppResult<Vec<ReportChart>> {
    let currencies = currencies(liability.lines.iter().map(|line| line.currency));
    currencies.into_iter().map(|currency| chart(liability, currency, language)).collect()
}

fn chart(liability: &Liability, currency: Currency, language: Language) -> AppResult<ReportChart> {
    let mut sums = [0_i64; STEPS];
    for line in liability.lines.iter().filter(|line| line.currency == currency) {
        for (sum, minor) in sums.iter_mut().zip(moves(line)) {
            *sum = sum.checked_add(minor).ok_or_else(|| AppError::internal("a sum is out of range"))?;
        }
    }
    let shown: Vec<(&str, i64)> = steps(language)
        .into_iter()
        .zip(sums)
        .enumerate()
        .filter(|(place, (_, minor))| *minor != 0 || [0, STEPS - 1].contains(place))
        .map(|(_, step)| step)
        .collect();
    Ok(ReportChart {
        title: format!("{}, {}", pick(language, "From opening to closing", "De l'ouverture à la clôture"), currency.code()),
        currency: currency.into(),
        labels: shown.iter().map(|(label, _)| (*label).to_owned()).collect(),
        series: vec![ReportSeries { name: pick(language, "Owed", "Dû").to_owned(), values: shown.iter().map(|(_, minor)| *minor).collect() }],
    })
}

fn notes(liability: &Liability, language: Language) -> Vec<String> {
    let mut notes = Vec::new();
    let late: u64 = liability.lines.iter().map(|line| line.late.count).sum();
    if late > 0 {
        let moved = liability
            .lines
            .iter()
            .filter(|line| line.late.count > 0)
            .map(|line| beadsbox_domain::Money::new(line.late.owed, line.currency));
        let sums = super::file::written(moved, language);
        notes.push(match language {
            Language::En => format!("{late} lines of the books arrived after the last day and belong to it or to a day before: {sums}."),
            Language::Fr => format!("{late} écritures sont arrivées après le dernier jour et relèvent de celui-ci ou d'un jour antérieur\u{a0}: {sums}."),
        });
    }
    let honoured = liability
        .lines
        .iter()
        .filter(|line| line.expired_honoured != 0)
        .map(|line| beadsbox_domain::Money::new(line.expired_honoured, line.currency));
    let honoured: Vec<_> = honoured.collect();
    if !honoured.is_empty() {
        let sums = super::file::written(honoured.into_iter(), language);
        notes.push(match language {
            Language::En => format!("Redeemed after they had expired, when nothing was owed: {sums}."),
            Language::Fr => format!("Utilisés après leur expiration, alors que rien n'était dû\u{a0}: {sums}."),
        });
    }
    notes
}
