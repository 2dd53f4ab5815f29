//! Searching before and after the search text is built, with few and with very many hits.

use beadsbox_domain::{RedeemMode, Status, VoucherId};
use beadsbox_store::{VoucherFilters, VoucherQuery, VoucherSort};

use crate::{
    common::{Device, EPOCH, SHOP, at, redeem, server::Server},
    paging::{Seed, expected, filled, paged},
};

#[test]
fn many_rows_leave_their_search_text_for_later_and_are_found_all_the_same() {
    let mut server = Server::new(EPOCH);
    (1..=3).for_each(|number| server.sell_there(number, "Anna"));
    let device = Device::new();
    server.pull(&device.store, at(0));
    assert!(!device.store.build_search_text().unwrap(), "a few rows are in the index at once");
    (4..=700).for_each(|number| server.sell_there(number, if number == 650 { "Zacharias" } else { "Berta" }));
    // All that was sold before, and all that is new.
    server.other(redeem(2, RedeemMode::Asked), &[]);
    let page = server.page(&device.store.position().unwrap().cursor, 0, 2000);
    device.store.apply_page(&page, at(1)).unwrap();
    let found = |search: &str| {
        let query = VoucherQuery { search: search.into(), ..VoucherQuery::newest(500) };
        device.store.view().unwrap().voucher_page(&query).unwrap().total
    };
    let expected = [("anna", Some(3)), ("zachar", Some(1)), ("berta", Some(696))];
    assert!(device.store.build_search_text().unwrap(), "many wait");
    assert_eq!(expected.map(|(search, _)| (search, found(search))), expected);
    server.sell_there(701, "Zachary");
    server.pull(&device.store, at(2));
    assert_eq!(found("zachar"), Some(2));
    while device.store.build_search_text().unwrap() {}
    assert_eq!(found("zachar"), Some(2));
    assert_eq!(found("berta"), Some(696));
}

#[test]
fn where_a_search_or_a_filter_finds_very_many_the_list_is_walked_and_the_same_is_found() {
    let seeds: Vec<Seed> = (0..2600)
        .map(|number: usize| Seed {
            buyer: number % 3,
            recipient: Some(number % 7),
            title: number % 10,
            price: i64::try_from(number % 11).unwrap() + 1,
            day: Some(i64::try_from(number % 4).unwrap()),
            status: number % 5,
            sold: i64::try_from(number % 97).unwrap(),
            template: 1,
            other_shop: number.is_multiple_of(2),
        })
        .collect();
    let own: Vec<(u8, u64)> = (0..20).map(|number| (u8::try_from(number % 4).unwrap(), number * 100 + 1)).collect();
    let (device, ids) = filled(&seeds, &own);
    // So many rows leave their search text for later: once without it, and once with it.
    walked(&device, &ids);
    while device.store.build_search_text().unwrap() {}
    walked(&device, &ids);
}

fn walked(device: &Device, ids: &[VoucherId]) {
    for (search, sort) in [
        ("", VoucherSort::Price),
        ("", VoucherSort::SoldAt),
        ("elo", VoucherSort::Buyer),
        ("elo", VoucherSort::SoldAt),
        ("e", VoucherSort::Price),
        ("zo", VoucherSort::Status),
        ("oeu", VoucherSort::Title),
    ] {
        // A shop has half of them, a status few enough to be fetched and sorted.
        for (status, shop) in [(Vec::new(), None), (vec![Status::Used], None), (Vec::new(), Some(SHOP)), (vec![Status::Used], Some(SHOP))] {
            let filters = VoucherFilters { status, shop, ..VoucherFilters::default() };
            let query = VoucherQuery { search: search.into(), sort, filters, descending: sort == VoucherSort::Price, after: None, limit: 500 };
            let (rows, total) = paged(device, &query);
            let expected = expected(device, ids, &query);
            assert_eq!(total, Some(expected.len() as u64), "{query:?}");
            assert!(rows == expected, "{query:?}");
        }
    }
}
