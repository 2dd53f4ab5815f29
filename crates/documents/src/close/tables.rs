//! The tables of the report, in words and written amounts.

use beadsbox_domain::{
    Currency, Money,
    day::{Drawer, Sums, Tally},
};
use serde::Serialize;

use super::DayReport;
use crate::{DocumentError, Language, amount::amount};

/// A table: a title, the heads of its columns, its rows.
#[derive(Serialize)]
pub(super) struct Table {
    title: String,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    cells: Vec<String>,
    /// `plain`, `part` of the row above, `sum`, or `mark` where somebody must look.
    look: &'static str,
}

fn row(look: &'static str, cells: impl IntoIterator<Item = String>) -> Row {
    Row { cells: cells.into_iter().collect(), look }
}

pub(super) fn all(report: &DayReport) -> Result<Vec<Table>, DocumentError> {
    let mut tables: Vec<Table> = report.close.drawers.iter().map(|drawer| cash(report, drawer)).collect();
    for sums in &report.close.totals {
        tables.push(done(report.language, sums)?);
    }
    // One person's sums are the totals.
    if report.close.people.len() > 1 {
        for sums in &report.close.totals {
            tables.push(people(report, sums.currency)?);
        }
    }
    Ok(tables)
}

fn titled(language: Language, en: &'static str, fr: &'static str, currency: Currency) -> String {
    format!("{}, {}", language.pick(en, fr), currency.code())
}

fn cash(report: &DayReport, drawer: &Drawer) -> Table {
    let language = report.language;
    let money = |minor| amount(Money::new(minor, drawer.currency), language);
    let signed = |minor: i64| if minor > 0 { format!("+{}", money(minor)) } else { money(minor) };
    let line = |look, en, fr, text: String| row(look, [language.pick(en, fr).to_owned(), text]);
    let sums = report.close.sums(drawer.currency);
    let (sold, refunded) = (sums.map_or(0, |sums| sums.sold.cash.minor), sums.map_or(0, |sums| sums.refunded.cash.minor));
    Table {
        title: titled(language, "Cash", "Espèces", drawer.currency),
        heads: vec!["", ""],
        rows: vec![
            line("plain", "Float", "Fonds de caisse", money(drawer.float)),
            line("plain", "Sold for cash", "Ventes en espèces", signed(sold)),
            line("plain", "Refunded in cash", "Remboursements en espèces", money(refunded.saturating_neg())),
            line("plain", "Put in", "Entrées", signed(drawer.cash_in)),
            line("plain", "Taken out", "Sorties", money(drawer.cash_out.saturating_neg())),
            line("sum", "Expected", "Attendu", money(drawer.expected)),
            line("sum", "Counted", "Compté", money(drawer.counted)),
            line(if drawer.difference == 0 { "sum" } else { "mark" }, "Difference", "Écart", signed(drawer.difference)),
        ],
    }
}

fn done(language: Language, sums: &Sums) -> Result<Table, DocumentError> {
    let line = |look, en, fr, tally: Tally| {
        row(
            look,
            [language.pick(en, fr).to_owned(), tally.count.to_string(), amount(Money::new(tally.minor, sums.currency), language)],
        )
    };
    Ok(Table {
        title: titled(language, "Vouchers", "Bons", sums.currency),
        heads: vec!["", language.pick("Number", "Nombre"), language.pick("Amount", "Montant")],
        rows: vec![
            line("sum", "Sold", "Vendus", sums.sold.all().map_err(|_| DocumentError::OutOfRange)?),
            line("part", "for cash", "en espèces", sums.sold.cash),
            line("part", "by card", "par carte", sums.sold.card_terminal),
            line("part", "otherwise", "autrement", sums.sold.other),
            line("sum", "Redeemed", "Validés", sums.redeemed),
            line("part", "accepted offline", "acceptés hors ligne", sums.accepted_offline),
            line("part", "against a rule, with a reason or a PIN", "par dérogation, avec motif ou code PIN", sums.overrides),
            line("sum", "Redemptions undone", "Validations annulées", sums.undone),
            line("sum", "Refunded", "Remboursés", sums.refunded.all().map_err(|_| DocumentError::OutOfRange)?),
            line("part", "in cash", "en espèces", sums.refunded.cash),
        ],
    })
}

fn people(report: &DayReport, currency: Currency) -> Result<Table, DocumentError> {
    let language = report.language;
    let mut rows = Vec::new();
    for person in &report.people {
        let Some(sums) = person.sums.iter().find(|sums| sums.currency == currency) else { continue };
        let written = |tally: Tally| {
            let amount = amount(Money::new(tally.minor, currency), language);
            if tally.count == 0 { "–".to_owned() } else { format!("{} · {amount}", tally.count) }
        };
        let name = if person.name.is_empty() {
            language.pick("unknown", "inconnu").to_owned()
        } else {
            person.name.clone()
        };
        rows.push(row(
            "plain",
            [
                name,
                written(sums.sold.all().map_err(|_| DocumentError::OutOfRange)?),
                written(sums.redeemed),
                written(sums.undone),
                written(sums.overrides),
            ],
        ));
    }
    Ok(Table {
        title: titled(language, "By person", "Par personne", currency),
        heads: vec![
            "",
            language.pick("Sold", "Vendus"),
            language.pick("Redeemed", "Validés"),
            language.pick("Undone", "Annulés"),
            language.pick("Overrides", "Dérogations"),
        ],
        rows,
    })
}
