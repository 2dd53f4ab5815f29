//! Search as one types: the first page after each character from the third on.

use std::time::Instant;

use beadsbox_store::{Found, VoucherQuery};

use super::{
    Bench, milliseconds,
    shelf::{Shelf, Shelves},
};
use crate::{
    figure::Unit,
    ledger::{Entry, Goal, Number},
};

/// The fewest characters that are looked for within texts.
const LEAST: usize = 3;
/// What somebody types before they look.
const MOST: usize = 8;

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let [_, (many, shelf)] = shelves.smallest_and_largest().await?;
    // Vouchers from the middle of the list by code: nobody knows which.
    let some = shelf
        .till
        .store
        .view()?
        .voucher_page(&VoucherQuery { sort: beadsbox_store::VoucherSort::Code, ..VoucherQuery::newest(100) })?
        .rows;
    let texts = |text: &dyn Fn(&beadsbox_store::VoucherView) -> String| -> Vec<String> { some.iter().map(text).collect() };
    let kinds = [
        ("a code", texts(&|row| row.voucher.code.compact())),
        ("a buyer", texts(&|row| row.person.as_ref().map(|person| person.buyer.as_str().to_owned()).unwrap_or_default())),
        ("a title", texts(&|row| row.voucher.snapshot.title.as_str().to_owned())),
    ];
    let mut entries = Vec::new();
    for (what, texts) in kinds {
        let typed = texts
            .iter()
            .take(bench.scale.rounds.div_ceil(MOST))
            .flat_map(|text| (LEAST..=MOST).map(|length| text.chars().take(length).collect()));
        let measured = typed.map(|typed| first_page(shelf, typed, Found::Asked)).collect::<anyhow::Result<_>>()?;
        let ours = bench.ours(measured, Unit::Milliseconds, "first page of 100 with the number of all, newest sale first")?;
        entries.push(Entry::new("search", many, format!("{what}, {LEAST} to {MOST} characters"), ours, None).judged(Number::P99, &[Goal::AtMost(30.0)]));
    }
    let mistyped = texts(&|row| row.person.as_ref().map(|person| mistake(person.buyer.as_str())).unwrap_or_default());
    let measured = mistyped.into_iter().filter(|typed| typed.chars().count() >= MOST).map(|typed| first_page(shelf, typed, Found::Near));
    // A mistake may lead to another buyer.
    let measured: Vec<f64> = measured.filter_map(Result::ok).collect();
    if !measured.is_empty() {
        let ours = bench.ours(measured, Unit::Milliseconds, "nothing is found, and then what one mistake leads to")?;
        entries.push(Entry::new("search", many, "a buyer with a typing mistake", ours, None).judged(Number::P99, &[Goal::AtMost(30.0)]));
    }
    Ok(entries)
}

/// How long the first page takes, and that it is found as it should be.
fn first_page(shelf: &Shelf, search: String, found: Found) -> anyhow::Result<f64> {
    let query = VoucherQuery { search, emails: true, near: true, ..VoucherQuery::newest(100) };
    let begun = Instant::now();
    let page = shelf.till.store.view()?.voucher_page(&query)?;
    let took = milliseconds(begun);
    anyhow::ensure!(!page.rows.is_empty() && page.found == found, "{:?} was found {:?}", query.search, page.found);
    Ok(took)
}

/// Two characters of the middle that changed places.
fn mistake(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let middle = characters.len() / 2;
    if middle > 0 {
        characters.swap(middle - 1, middle);
    }
    characters.into_iter().collect()
}
