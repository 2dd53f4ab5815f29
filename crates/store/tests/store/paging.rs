//! The voucher list: pages one after the other are the whole list, sorted and filtered, with own work counted in.

use std::collections::BTreeMap;

use beadsbox_domain::{Money, Operation, Status};
use beadsbox_store::{ListSums, StoreError, VoucherFilters, VoucherQuery, VoucherSort};
use proptest::prelude::*;

use crate::{
    common::{self, code, content, template_id, voucher_id},
    stock::{Seed, expected, filled, paged, queries, seeds},
};

proptest! {
    #![proptest_config(common::cases(40))]

    #[test]
    fn pages_one_after_the_other_are_the_whole_list(
        seeds in seeds(),
        own in prop::collection::vec((0..4_u8, 1..60_u64), 0..12),
        queries in prop::collection::vec(queries(), 25),
    ) {
        let (device, ids) = filled(&seeds, &own);
        for query in &queries {
            let (rows, total) = paged(&device, query);
            let expected = expected(&device, &ids, query);
            prop_assert_eq!(total, Some(expected.len() as u64), "{:?}", query);
            let mut sums = ListSums { vouchers: expected.len() as u64, values: Vec::new() };
            for price in expected.iter().map(|view| view.voucher.snapshot.price) {
                match sums.values.iter_mut().find(|sum: &&mut Money| sum.currency == price.currency) {
                    Some(sum) => *sum = sum.checked_add(price).unwrap(),
                    None => sums.values.push(price),
                }
            }
            sums.values.sort_by_key(|sum| sum.currency.code());
            prop_assert_eq!(device.store.view().unwrap().voucher_sums(query).unwrap(), Some(sums), "{:?}", query);
            let view = device.store.view().unwrap();
            for behind in [1, 2, 3, 7, 20, 59, 70_u64] {
                if let Some(after) = view.voucher_cursor(query, behind).unwrap() {
                    let page = view.voucher_page(&VoucherQuery { after: Some(after), ..query.clone() }).unwrap();
                    let rest = expected.iter().skip(usize::try_from(behind).unwrap()).take(query.limit).cloned().collect::<Vec<_>>();
                    prop_assert_eq!(page.rows, rest, "behind {} of {:?}", behind, query);
                }
            }
            prop_assert_eq!(rows, expected, "{:?}", query);
        }
    }
}

#[test]
fn a_far_page_is_reached_at_once_in_every_order() {
    let seeds: Vec<Seed> = (0..200)
        .map(|number: usize| Seed {
            buyer: number % 10,
            price: 5,
            template: 1,
            staff: number % 4,
            other_shop: number.is_multiple_of(3),
            payment: number % 3,
            ..Seed::default()
        })
        .collect();
    let (device, ids) = filled(&seeds, &[(0, 3), (1, 50), (3, 1)]);
    let view = device.store.view().unwrap();
    for sort in VoucherSort::ALL {
        for descending in [false, true] {
            let query = VoucherQuery { sort, descending, ..VoucherQuery::newest(20) };
            let all = expected(&device, &ids, &query);
            let after = view.voucher_cursor(&query, 120).unwrap().unwrap();
            let page = view.voucher_page(&VoucherQuery { after: Some(after), ..query }).unwrap();
            assert_eq!(page.rows, all[120..140], "{sort:?}");
        }
    }
    let searched = VoucherQuery { search: "elodie".to_owned(), ..VoucherQuery::newest(20) };
    assert_eq!(view.voucher_cursor(&searched, 3).unwrap(), None, "what a search finds is no index's order");
}

#[test]
fn a_whole_code_goes_straight_to_its_voucher() {
    let seed = Seed { price: 5, template: 1, ..Seed::default() };
    let (device, _) = filled(&vec![seed; 30], &[(0, 3), (3, 1)]);
    let view = device.store.view().unwrap();
    for number in [1, 3, 30, 100_002] {
        for typed in [code(number).to_string(), code(number).compact().to_lowercase(), format!("  {} ", code(number))] {
            let filters = VoucherFilters { status: vec![Status::Expired], ..VoucherFilters::default() };
            let page = view.voucher_page(&VoucherQuery { search: typed, filters, ..VoucherQuery::newest(10) }).unwrap();
            assert_eq!(page.rows.iter().map(|row| row.voucher.id).collect::<Vec<_>>(), [voucher_id(number)]);
            assert_eq!((page.next, page.total), (None, Some(1)));
        }
    }
    let nobody = view.voucher_page(&VoucherQuery { search: code(77).to_string(), ..VoucherQuery::newest(10) }).unwrap();
    assert!(nobody.rows.is_empty());
}

#[test]
fn hostile_texts_find_what_they_say_and_harm_nothing() {
    let seed = Seed { buyer: 7, recipient: Some(8), title: 9, price: 5, template: 1, ..Seed::default() };
    let (device, _) = filled(&[seed], &[]);
    let view = device.store.view().unwrap();
    let find = |typed: &str| view.voucher_page(&VoucherQuery { search: typed.to_owned(), ..VoucherQuery::newest(10) }).unwrap().rows.len();
    for found in ["a\"b", "\"b*", "*c%", "d_e", "😀 s", "שלום", "לום", "smiley", "ＳＭＩＬＥＹ"] {
        assert_eq!(find(found), 1, "{found}");
    }
    let long = "x".repeat(100_000);
    let marks = "\u{301}".repeat(300);
    for nothing in [
        "a\"\"b",
        "\"",
        "\"\"\"",
        "* OR *",
        "a* OR b*",
        "{code} : a",
        "NEAR(a b)",
        "%%%",
        "___",
        "a\u{0}b",
        "\u{0}\u{0}\u{0}x",
        "'; DROP TABLE voucher; --",
        &long,
    ] {
        assert_eq!(find(nothing), 0, "{nothing:.20}");
    }
    // Marks and controls alone say nothing.
    for everything in ["", "   ", "\u{0}\u{0}\u{0}", &marks] {
        assert_eq!(find(everything), 1);
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let seed = Seed { price: 5, template: 1, ..Seed::default() };
    let (device, _) = filled(&vec![seed; 10], &[]);
    let view = device.store.view().unwrap();
    let query = VoucherQuery::newest(3);
    let next = view.voucher_page(&query).unwrap().next.unwrap();
    let with = |after: &str, query: VoucherQuery| view.voucher_page(&VoucherQuery { after: Some(after.to_owned()), ..query });
    assert!(with(&next, query.clone()).is_ok());
    let cursor = |values: &str| {
        let id = "00000000-0000-0000-0000-000010000001";
        hex::encode(format!("{{\"sort\":0,\"descending\":true,\"near\":false,\"last\":{{\"values\":{values},\"id\":\"{id}\"}}}}"))
    };
    let wrong = [
        with(&next, VoucherQuery { descending: false, ..query.clone() }),
        with(&next, VoucherQuery { sort: VoucherSort::Buyer, ..query.clone() }),
        with("", query.clone()),
        with("zz", query.clone()),
        with("7b7d", query.clone()),
        with(&next[..next.len() - 2], query.clone()),
        with(&cursor("[\"text\"]"), query.clone()),
        with(&cursor("[1, 2]"), query.clone()),
        with(&cursor("[]"), query.clone()),
    ];
    assert!(with(&cursor("[1]"), query).is_ok());
    for page in wrong {
        assert!(matches!(page, Err(StoreError::BadCursor)), "{page:?}");
    }
}

#[test]
fn templates_have_the_numbers_of_their_vouchers() {
    let seed = |template: u64, status: usize| Seed { price: 5, status, template, ..Seed::default() };
    let (device, ids) = filled(&[seed(1, 0), seed(1, 0), seed(1, 1), seed(2, 0), seed(2, 4)], &[(0, 1), (1, 4), (3, 1)]);
    let content = content("Bread", 4000, Some(12));
    for number in [1, 2] {
        device.record(100 + number, Operation::CreateTemplate { template: template_id(number), content: content.clone() });
    }
    let view = device.store.view().unwrap();
    let mut counted: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for voucher in ids.iter().filter_map(|id| view.voucher(*id).unwrap()) {
        let numbers = counted.entry(voucher.voucher.template).or_default();
        numbers.0 += 1;
        numbers.1 += u64::from(voucher.voucher.status == Status::Purchased);
    }
    assert_eq!(counted[&template_id(1)], (4, 2));
    for template in view.templates(true).unwrap() {
        assert_eq!((template.sold, template.outstanding), counted[&template.template.id]);
        assert_eq!(view.template(template.template.id).unwrap().unwrap(), template);
    }
}
