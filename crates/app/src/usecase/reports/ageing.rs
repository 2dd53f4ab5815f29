//! How old what is owed is, and what is never used.

use std::collections::BTreeMap;

use beadsbox_documents::{Cell, Column, Kind, Language};
use beadsbox_domain::Currency;
use beadsbox_protocol::report::{Age, Ageing, AgeingLine, Breakage, BreakageLine, Until};

use super::{
    Composed,
    chart::currencies,
    sheet::{Sheet, money},
    words::{self, pick},
};
use crate::{
    error::AppResult,
    view::{ReportChart, ReportSeries},
};

const AGES: [Age; 5] = [Age::Under3, Age::Under6, Age::Under12, Age::Under24, Age::Over24];
const UNTIL: [Until; 7] = [Until::Overdue, Until::Under1, Until::Under3, Until::Under6, Until::Under12, Until::Over12, Until::Never];

pub(super) fn compose_ageing(ageing: &Ageing, language: Language) -> AppResult<Composed> {
    let title = pick(language, "Ageing of what is owed", "Ancienneté des engagements");
    let mut columns = vec![
        Column::new(pick(language, "Shop that sold", "Boutique de vente"), Kind::Text),
        Column::new(pick(language, "Currency", "Devise"), Kind::Text),
        Column::new(pick(language, "Sold", "Vendus depuis"), Kind::Text),
        Column::new(pick(language, "Vouchers", "Bons"), Kind::Integer),
        Column::new(pick(language, "Owed", "Dû"), Kind::Amount),
    ];
    columns.extend(UNTIL.map(|until| Column::new(words::until(until, language), Kind::Amount)));
    let mut lines: BTreeMap<_, (Currency, Vec<&AgeingLine>)> = BTreeMap::new();
    for line in &ageing.lines {
        lines.entry((line.currency.code(), line.shop, line.age)).or_insert_with(|| (line.currency, Vec::new())).1.push(line);
    }
    let rows = lines.into_iter().map(|((_, shop, age), (currency, parts))| {
        let sum = |of: &dyn Fn(&&AgeingLine) -> bool| parts.iter().copied().filter(of).map(|line| line.owed.minor).sum::<i64>();
        let mut cells = vec![
            Cell::text(words::name(&ageing.made, shop.0, language)),
            Cell::text(currency.code()),
            Cell::text(words::age(age, language)),
            Cell::Integer(parts.iter().map(|line| line.owed.count).sum()),
            money(sum(&|_| true), currency),
        ];
        cells.extend(UNTIL.map(|until| money(sum(&|line| line.until == until), currency)));
        (currency, cells)
    });
    let may_go = UNTIL.map(|until| words::until(until, language));
    let sheet = Sheet::new(title, columns, rows.collect(), words::total(language))?.without_empty(&may_go);
    Ok(Composed { title, cut: false, made: ageing.made.clone(), notes: Vec::new(), sheet, charts: ageing_charts(ageing, language) })
}

fn ageing_charts(ageing: &Ageing, language: Language) -> Vec<ReportChart> {
    let chart = |currency: Currency| {
        let owed = |age: Age| ageing.lines.iter().filter(|line| line.currency == currency && line.age == age).map(|line| line.owed.minor).sum::<i64>();
        ReportChart {
            title: format!("{}, {}", pick(language, "Owed by age", "Dû par ancienneté"), currency.code()),
            currency: currency.into(),
            labels: AGES.map(|age| words::age(age, language).to_owned()).to_vec(),
            series: vec![ReportSeries { name: pick(language, "Owed", "Dû").to_owned(), values: AGES.map(owed).to_vec() }],
        }
    };
    currencies(ageing.lines.iter().map(|line| line.currency)).into_iter().map(chart).collect()
}

pub(super) fn compose_breakage(breakage: &Breakage, language: Language) -> AppResult<Composed> {
    let title = pick(language, "Never used", "Jamais utilisés");
    let headings = [
        (pick(language, "Template", "Modèle"), Kind::Text),
        (pick(language, "Currency", "Devise"), Kind::Text),
        (pick(language, "Time is over", "Échus"), Kind::Integer),
        (pick(language, "of these never redeemed", "dont jamais utilisés"), Kind::Integer),
        (pick(language, "Share", "Part"), Kind::Percent),
        (pick(language, "Value never redeemed", "Valeur jamais utilisée"), Kind::Amount),
        (pick(language, "End within 30 days", "Échéance sous 30 jours"), Kind::Integer),
        (pick(language, "Value within 30 days", "Valeur sous 30 jours"), Kind::Amount),
        (pick(language, "End within 90 days", "Échéance sous 90 jours"), Kind::Integer),
        (pick(language, "Value within 90 days", "Valeur sous 90 jours"), Kind::Amount),
        (pick(language, "Service owed", "Prestations dues"), Kind::Amount),
    ];
    let columns = headings.map(|(heading, kind)| Column::new(heading, kind)).to_vec();
    let row = |line: &BreakageLine| {
        let currency = line.currency;
        let cells = vec![
            Cell::text(words::name(&breakage.made, line.template.0, language)),
            Cell::text(currency.code()),
            Cell::Integer(line.over.count),
            Cell::Integer(line.never_redeemed.count),
            line.share_basis_points().map_or(Cell::Empty, Cell::Percent),
            money(line.never_redeemed.minor, currency),
            Cell::Integer(line.within_30_days.count),
            money(line.within_30_days.minor, currency),
            Cell::Integer(line.within_90_days.count),
            money(line.within_90_days.minor, currency),
            money(line.owed.minor, currency),
        ];
        (currency, cells)
    };
    let sheet = Sheet::new(title, columns, breakage.lines.iter().map(row).collect(), words::total(language))?;
    Ok(Composed { title, cut: false, made: breakage.made.clone(), notes: Vec::new(), sheet, charts: breakage_charts(breakage, language) })
}

fn breakage_charts(breakage: &Breakage, language: Language) -> Vec<ReportChart> {
    let chart = |currency: Currency| {
        let lines = || breakage.lines.iter().filter(move |line| line.currency == currency);
        let series = |name: &'static str, of: fn(&BreakageLine) -> i64| ReportSeries { name: name.to_owned(), values: lines().map(of).collect() };
        ReportChart {
            title: format!("{}, {}", pick(language, "Never redeemed, and soon at their end", "Jamais utilisés, et bientôt échus"), currency.code()),
            currency: currency.into(),
            labels: lines().map(|line| words::name(&breakage.made, line.template.0, language)).collect(),
            series: vec![
                series(pick(language, "Never redeemed", "Jamais utilisés"), |line| line.never_redeemed.minor),
                series(pick(language, "End within 90 days", "Échéance sous 90 jours"), |line| line.within_90_days.minor),
            ],
        }
    };
    currencies(breakage.lines.iter().map(|line| line.currency)).into_iter().map(chart).collect()
}
