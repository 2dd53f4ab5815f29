//! Sales, redemptions, refunds and expiry.

use beadsbox_documents::{Cell, Column, Kind, Language};
use beadsbox_domain::Currency;
use beadsbox_protocol::report::{Activity, ActivityRow, Count, ReportQuery, Split};

use super::{
    Composed,
    chart::{Bars, currencies},
    sheet::{Sheet, money},
    words::{self, pick},
};
use crate::{error::AppResult, view::ReportChart};

pub(super) fn compose(activity: &Activity, query: &ReportQuery, language: Language) -> AppResult<Composed> {
    let title = pick(language, "Sales and redemptions", "Ventes et utilisations");
    let mut columns = Vec::new();
    if query.by.is_some() {
        columns.push(Column::new(pick(language, "From", "À partir du"), Kind::Date));
    }
    if let Some(split) = query.split {
        columns.push(Column::new(of(split, language), Kind::Text));
    }
    columns.push(Column::new(pick(language, "Currency", "Devise"), Kind::Text));
    for [count, value] in counted(language) {
        columns.extend([Column::new(count, Kind::Integer), Column::new(value, Kind::Amount)]);
    }
    let rows = named(activity, query, language);
    let row = |(name, row): &(String, ActivityRow)| {
        let mut cells = Vec::with_capacity(columns.len());
        if query.by.is_some() {
            cells.push(row.start.map_or(Cell::Empty, Cell::Date));
        }
        if query.split.is_some() {
            cells.push(if row.of.is_some() { Cell::text(name.as_str()) } else { Cell::Empty });
        }
        cells.push(Cell::text(row.currency.code()));
        for Count { count, minor } in counts(row) {
            cells.extend([Cell::Integer(count), money(minor, row.currency)]);
        }
        (row.currency, cells)
    };
    let cells = rows.iter().map(row).collect();
    let may_go: Vec<&str> = counted(language).into_iter().skip(2).flatten().collect();
    let charts = charts(&rows, query, language);
    let sheet = Sheet::new(title, columns, cells, words::total(language))?.without_empty(&may_go);
    Ok(Composed { title, cut: activity.cut, made: activity.made.clone(), notes: notes(activity, language), sheet, charts })
}

/// Each row with the name of what it is of. By people, what the server did is told apart: it sells on the shop page, and lets vouchers expire at night.
fn named(activity: &Activity, query: &ReportQuery, language: Language) -> Vec<(String, ActivityRow)> {
    let mut named = Vec::with_capacity(activity.rows.len());
    for row in &activity.rows {
        let name = row.of.map(|of| words::name(&activity.made, of, language)).unwrap_or_default();
        let by_server = query.split == Some(Split::Staff) && row.of.is_some_and(|of| of.is_nil());
        if by_server && row.sold != Count::default() {
            let nothing = Count::default();
            let sales =
                ActivityRow { redeemed: nothing, undone: nothing, cancelled: nothing, refunded: nothing, expired: nothing, at_stake: nothing, ..row.clone() };
            named.push((words::shop_page(language).to_owned(), sales));
            let rest = ActivityRow { sold: nothing, ..row.clone() };
            if counts(&rest).into_iter().any(|count| count != nothing) {
                named.push((name, rest));
            }
        } else {
            named.push((name, row.clone()));
        }
    }
    named
}

const fn of(split: Split, language: Language) -> &'static str {
    match split {
        Split::Template => pick(language, "Template", "Modèle"),
        Split::Shop => pick(language, "Shop", "Boutique"),
        Split::Staff => pick(language, "Staff member", "Membre de l'équipe"),
    }
}

/// How many, and their value.
const fn counted(language: Language) -> [[&'static str; 2]; 7] {
    [
        [pick(language, "Sold", "Vendus"), pick(language, "Value sold", "Valeur vendue")],
        [pick(language, "Redeemed", "Utilisés"), pick(language, "Value redeemed", "Valeur utilisée")],
        [pick(language, "Undone", "Utilisations annulées"), pick(language, "Value undone", "Valeur des utilisations annulées")],
        [pick(language, "Cancelled", "Annulés"), pick(language, "Value cancelled", "Valeur annulée")],
        [pick(language, "Refunded", "Remboursés"), pick(language, "Value refunded", "Valeur remboursée")],
        [pick(language, "Expired", "Expirés"), pick(language, "Value expired", "Valeur expirée")],
        [pick(language, "In conflict", "En conflit"), pick(language, "Value in conflict", "Valeur en conflit")],
    ]
}

const fn counts(row: &ActivityRow) -> [Count; 7] {
    [row.sold, row.redeemed, row.undone, row.cancelled, row.refunded, row.expired, row.at_stake]
}

fn notes(activity: &Activity, language: Language) -> Vec<String> {
    let late = (activity.late > 0).then(|| match language {
        Language::En => format!("{} lines of the books arrived after the last day.", activity.late),
        Language::Fr => format!("{} écritures sont arrivées après le dernier jour.", activity.late),
    });
    late.into_iter().chain(activity.cut.then(|| words::cut(language).to_owned())).collect()
}

fn charts(rows: &[(String, ActivityRow)], query: &ReportQuery, language: Language) -> Vec<ReportChart> {
    let currencies = currencies(rows.iter().map(|(_, row)| row.currency));
    currencies.into_iter().filter_map(|currency| chart(rows, query, currency, language)).collect()
}

/// Over time where it is told by day, week or month; else by what is told apart.
fn chart(rows: &[(String, ActivityRow)], query: &ReportQuery, currency: Currency, language: Language) -> Option<ReportChart> {
    let label = |name: &str, row: &ActivityRow| match (query.by, row.start, row.of) {
        (Some(_), Some(start), _) => start.to_string(),
        (_, _, Some(_)) => name.to_owned(),
        _ => pick(language, "Whole period", "Toute la période").to_owned(),
    };
    let rows = rows.iter().filter(|(_, row)| row.currency == currency);
    let bars: Bars = rows
        .map(|(name, row)| (label(name, row), [row.sold.minor, row.redeemed.minor.saturating_sub(row.undone.minor)]))
        .collect();
    let names = [pick(language, "Sold", "Vendus"), pick(language, "Redeemed", "Utilisés")];
    bars.chart(pick(language, "Sold and redeemed", "Vendus et utilisés"), currency, names)
}
