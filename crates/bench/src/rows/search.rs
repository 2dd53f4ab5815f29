//! Search as one types: the first page after each character from the third on.

use std::time::Instant;

use beadsbox_store::VoucherQuery;

use super::{Bench, milliseconds, shelf::Shelves};
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
        let mut measured = Vec::new();
        for text in texts.iter().take(bench.scale.rounds.div_ceil(MOST)) {
            for length in LEAST..=MOST {
                let typed: String = text.chars().take(length).collect();
                let query = VoucherQuery { search: typed, ..VoucherQuery::newest(100) };
                let begun = Instant::now();
                let page = shelf.till.store.view()?.voucher_page(&query)?;
                measured.push(milliseconds(begun));
                anyhow::ensure!(!page.rows.is_empty(), "nothing was found by {:?}", query.search);
            }
        }
        let ours = bench.ours(measured, Unit::Milliseconds, "first page of 100 with the number of all, newest sale first")?;
        entries.push(Entry::new("search", many, format!("{what}, {LEAST} to {MOST} characters"), ours, None).judged(Number::P99, &[Goal::AtMost(30.0)]));
    }
    Ok(entries)
}
