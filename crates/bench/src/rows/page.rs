//! A page of a hundred vouchers out of many, and the same page out of few, turn by turn.

use std::time::Instant;

use beadsbox_domain::{Payment, Status};
use beadsbox_store::{VoucherFilters, VoucherQuery, VoucherSort};

use super::{
    Bench, milliseconds,
    shelf::{Shelf, Shelves},
};
use crate::{
    figure::Unit,
    ledger::{Entry, Goal, Number},
    progress,
    till::Till,
};

/// How many pages one walk reads.
const PAGES: usize = 20;

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let [(few, small), (many, large)] = shelves.smallest_and_largest().await?;
    let mut entries = Vec::new();
    for ((what, query), (_, in_large)) in queries(small)?.into_iter().zip(queries(large)?) {
        let (mut in_few, mut in_many) = (Vec::new(), Vec::new());
        for _ in 0..bench.scale.rounds.div_ceil(PAGES) {
            in_few.extend(walk(&small.till, &query)?);
            in_many.extend(walk(&large.till, &in_large)?);
        }
        if in_few.is_empty() || in_many.is_empty() {
            progress(&format!("  no page of {few} is full: {what} is not measured"));
            continue;
        }
        let ours = bench.ours(in_many, Unit::Milliseconds, "")?;
        let mut other = bench.ours(in_few, Unit::Milliseconds, "")?;
        other.name = format!("the same of {few}");
        entries.push(Entry::new("page", many, what, ours, Some(other)).judged(Number::P99, &[Goal::AtMostTimes(2.0), Goal::AtMost(5.0)]));
    }
    Ok(entries)
}

/// Every sort both ways, and the filters that an index serves. The shop has another id on each shelf.
fn queries(shelf: &Shelf) -> anyhow::Result<Vec<(String, VoucherQuery)>> {
    let newest = || VoucherQuery::newest(100);
    let sorts = VoucherSort::ALL.into_iter().flat_map(|sort| [false, true].map(|descending| (sort, descending)));
    let mut queries: Vec<(String, VoucherQuery)> = sorts
        .map(|(sort, descending)| (format!("by {sort:?}, {}", if descending { "down" } else { "up" }), VoucherQuery { sort, descending, ..newest() }))
        .collect();
    for status in Status::ALL {
        let filters = VoucherFilters { status: vec![status], ..VoucherFilters::default() };
        queries.push((format!("{} alone, by SoldAt", status.name()), VoucherQuery { filters, ..newest() }));
    }
    let template = shelf.till.store.view()?.templates(false)?.first().map(|view| view.template.id);
    let filters = VoucherFilters { template: template.into_iter().collect(), ..VoucherFilters::default() };
    queries.push(("one template, by SoldAt".to_owned(), VoucherQuery { filters, ..newest() }));
    let filters = VoucherFilters { shop: vec![shelf.centre.second_shop], ..VoucherFilters::default() };
    queries.push(("one shop, by SoldAt".to_owned(), VoucherQuery { filters, ..newest() }));
    let seller = shelf.till.store.view()?.voucher_page(&VoucherQuery::newest(1))?.rows.first().map(|row| row.voucher.sold.staff);
    let filters = VoucherFilters { sold_by: seller.into_iter().collect(), ..VoucherFilters::default() };
    queries.push(("one person, by SoldAt".to_owned(), VoucherQuery { filters, ..newest() }));
    let filters = VoucherFilters { payment: vec![Payment::CardTerminal], ..VoucherFilters::default() };
    queries.push(("one payment, by SoldAt".to_owned(), VoucherQuery { filters, ..newest() }));
    Ok(queries)
}

/// The first pages of a list, each as a screen asks for it.
fn walk(till: &Till, query: &VoucherQuery) -> anyhow::Result<Vec<f64>> {
    let mut query = query.clone();
    let mut measured = Vec::with_capacity(PAGES);
    for _ in 0..PAGES {
        let begun = Instant::now();
        let page = till.store.view()?.voucher_page(&query)?;
        let took = milliseconds(begun);
        // A short list ends early; its last page holds fewer rows.
        if page.rows.len() == query.limit {
            measured.push(took);
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    Ok(measured)
}
