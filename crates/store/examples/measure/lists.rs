//! Pages and searches, as the grid asks for them.

use std::time::Instant;

use beadsbox_domain::{Date, ShopId, StaffId, Status, TemplateId, Timestamp};
use beadsbox_store::{Store, VoucherFilters, VoucherQuery, VoucherSort};

use crate::{Outcome, report, sample};

/// Every order, alone and with each filter.
pub fn lists(store: &Store) -> Outcome {
    let none = VoucherFilters::default;
    let filters = [
        ("", none()),
        (", one person", VoucherFilters { sold_by: vec![StaffId(sample::id(1))], ..none() }),
        (", refunded alone", VoucherFilters { status: vec![Status::Refunded], ..none() }),
        (", purchased alone", VoucherFilters { status: vec![Status::Purchased], ..none() }),
        (", one template", VoucherFilters { template: vec![TemplateId(sample::id(3))], ..none() }),
        (", one batch", VoucherFilters { batch: vec![sample::batch(0)?.id], ..none() }),
        (", one shop", VoucherFilters { shop: vec![ShopId(sample::id(1))], ..none() }),
        (", sold in one day", sold(1_700_000_000 + 30_000)),
        (
            ", ending in one month",
            VoucherFilters { expires_from: Some(Date::new(2027, 3, 1)?), expires_to: Some(Date::new(2027, 3, 31)?), ..none() },
        ),
        (", costing 50 to 51", VoucherFilters { value_min: Some(5000), value_max: Some(5100), ..none() }),
    ];
    for (words, filters) in filters {
        for sort in VoucherSort::ALL {
            let query = VoucherQuery { sort, filters: filters.clone(), ..VoucherQuery::newest(100) };
            pages(store, &format!("by {sort:?}{words}"), &query)?;
        }
    }
    Ok(())
}

fn sold(from: i64) -> VoucherFilters {
    let at = |second| Timestamp::from_second(second).ok();
    VoucherFilters { sold_from: at(from), sold_before: at(from + 86_400), ..VoucherFilters::default() }
}

/// Searches with few hits, many and none.
pub fn searches(store: &Store) -> Outcome {
    for search in ["gil 77", "gil", "client", "ac", "1234", "zzz", "evening", "evening client", "clinet 77123", "example"] {
        let query = VoucherQuery { search: search.into(), emails: true, near: true, ..VoucherQuery::newest(100) };
        pages(store, &format!("search for {search:?}"), &query)?;
    }
    Ok(())
}

/// Walks ten pages, twice.
fn pages(store: &Store, what: &str, query: &VoucherQuery) -> Outcome {
    let mut times = Vec::new();
    let mut first = Vec::new();
    for _ in 0..2 {
        let mut query = query.clone();
        for number in 0..10 {
            let begun = Instant::now();
            let page = store.view()?.voucher_page(&query)?;
            if number == 0 { &mut first } else { &mut times }.push(begun.elapsed());
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
    }
    report(&format!("{what}: first, with total"), first);
    if !times.is_empty() {
        report(&format!("{what}: later ones"), times);
    }
    Ok(())
}
