//! Searching before and after the search text is built, with few and with very many hits.

use beadsbox_domain::{RedeemMode, Status, VoucherId};
use beadsbox_protocol::signed_code::SignedVoucher;
use beadsbox_store::{Found, VoucherFilters, VoucherQuery, VoucherSort};

use crate::{
    common::{self, Device, EPOCH, SHOP, at, code, redeem, server::Server, voucher_id},
    stock::{Seed, batch_id, expected, filled, paged},
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
            staff: number % 4,
            payment: number % 3,
            // One with many vouchers, and one with few.
            batch: [Some(0), Some(0), None, (number % 50 == 3).then_some(1)][number % 4],
            email: (number % 5 < 3).then_some(number % 3),
            changed: i64::try_from(number % 89).unwrap(),
            ..Seed::default()
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
        ("", VoucherSort::Shop),
        ("", VoucherSort::SoldBy),
        ("elo", VoucherSort::SoldBy),
        ("example", VoucherSort::Shop),
        ("", VoucherSort::Email),
        ("perles zoe", VoucherSort::Payment),
        ("", VoucherSort::Recipient),
        ("", VoucherSort::Changed),
        // Longer than any text.
        (&"x".repeat(401), VoucherSort::SoldAt),
    ] {
        // A shop has half of them, a status few enough to be fetched and sorted.
        let none = VoucherFilters::default;
        for filters in [
            none(),
            VoucherFilters { status: vec![Status::Used], ..none() },
            VoucherFilters { shop: vec![SHOP], ..none() },
            VoucherFilters { status: vec![Status::Used], shop: vec![SHOP], ..none() },
            VoucherFilters { status: vec![Status::Used, Status::Purchased, Status::Expired], ..none() },
            VoucherFilters { batch: vec![batch_id(0)], ..none() },
            VoucherFilters { batch: vec![batch_id(1)], status: vec![Status::Used], ..none() },
            VoucherFilters { batch: vec![batch_id(0), batch_id(1)], ..none() },
            VoucherFilters { batch: vec![batch_id(1)], waiting: true, ..none() },
        ] {
            let descending = matches!(sort, VoucherSort::Price | VoucherSort::SoldBy);
            let query = VoucherQuery { search: search.into(), emails: true, sort, filters, descending, ..VoucherQuery::newest(500) };
            let (rows, total) = paged(device, &query);
            let expected = expected(device, ids, &query);
            assert_eq!(total, Some(expected.len() as u64), "{query:?}");
            assert!(rows == expected, "{query:?}");
        }
    }
}

#[test]
fn where_nothing_is_found_one_typing_mistake_is_forgiven() {
    let mut server = Server::new(EPOCH);
    for (number, buyer) in (1..).zip(["Margareta Holm", "Marguerite Duval", "Élodie Margareta", "Jean Dupont"]) {
        server.sell_there(number, buyer);
    }
    let device = Device::new();
    server.pull(&device.store, at(0));
    // One of this device's own, which no index has.
    device.sell(1, 100, "Margareta Own");
    let found = |search: &str, near: bool, limit: usize| {
        let query = VoucherQuery { search: search.into(), near, sort: VoucherSort::Buyer, descending: false, ..VoucherQuery::newest(limit) };
        let (rows, total) = paged(&device, &query);
        let page = device.store.view().unwrap().voucher_page(&query).unwrap();
        let sums = device.store.view().unwrap().voucher_sums(&query).unwrap().unwrap();
        assert_eq!((total, sums.vouchers), (Some(rows.len() as u64), rows.len() as u64), "{search}");
        (rows.iter().map(|row| row.person.as_ref().unwrap().buyer.to_string()).collect::<Vec<_>>(), page.found)
    };
    let all = ["Élodie Margareta", "Margareta Holm", "Margareta Own"].map(str::to_owned).to_vec();
    for typed in ["margareta", "MARGARETA"] {
        assert_eq!(found(typed, true, 10), (all.clone(), Found::Asked), "{typed}");
    }
    for typed in ["margaretta", "mragareta", "margareza", "argareta"] {
        let expected = if typed == "argareta" { Found::Asked } else { Found::Near };
        for limit in [1, 2, 10] {
            assert_eq!(found(typed, true, limit), (all.clone(), expected), "{typed}");
        }
    }
    assert_eq!(found("margaretta", false, 10), (Vec::new(), Found::Asked), "only who asks for it gets it");
    assert_eq!(
        found("holm margaretta", true, 10),
        (vec!["Margareta Holm".to_owned()], Found::Near),
        "the other words are there as they were typed"
    );
    assert_eq!(found("duppont jean", true, 10), (vec!["Jean Dupont".to_owned()], Found::Near));
    assert_eq!(found("holm duppont", true, 10), (Vec::new(), Found::Asked));
    let code = code(2).compact();
    let mistyped = format!("{}{}{}", &code[..6], if &code[6..7] == "0" { "1" } else { "0" }, &code[7..]);
    assert_eq!(found(&mistyped, true, 10), (vec!["Marguerite Duval".to_owned()], Found::Near), "a code with one wrong symbol");
}

#[test]
fn a_scanned_code_goes_straight_to_its_voucher_and_finds_nothing_else() {
    let mut server = Server::new(EPOCH);
    (1..=3).for_each(|number| server.sell_there(number, "Anna"));
    let device = Device::new();
    server.pull(&device.store, at(0));
    let signed = |number: u64| {
        let voucher = server.vouchers[&voucher_id(1)].clone();
        let says = SignedVoucher { code: code(number), voucher: voucher_id(number), ..SignedVoucher::of(&voucher) };
        says.sign(common::DEVICE, &common::device_key())
    };
    let page = |search: String| device.store.view().unwrap().voucher_page(&VoucherQuery { search, ..VoucherQuery::newest(10) }).unwrap();
    let found = page(format!(" {}\n", signed(2)));
    assert_eq!((found.rows.len(), found.rows[0].voucher.id, found.found), (1, voucher_id(2), Found::Code));
    let unknown = page(signed(77));
    assert_eq!((unknown.rows.len(), unknown.total, unknown.found), (0, Some(0), Found::Code));
}
