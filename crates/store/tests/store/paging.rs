//! The voucher list: pages one after the other are the whole list, sorted and filtered, with own work counted in.

use std::collections::BTreeMap;

use crate::common::{self, Device, EPOCH, SHOP, at, code, content, op_id, person, reason, redeem, template_id, voucher_id};
use beadsbox_domain::{Date, Marks, Operation, RedeemMode, ShopId, Stamp, Status, Voucher, VoucherId};
use beadsbox_protocol::{
    pull::{ChangesPage, Cursor},
    rows::{Row, VoucherRow},
};
use beadsbox_store::{StoreError, VoucherFilters, VoucherQuery, VoucherSort, VoucherView};
use proptest::{prelude::*, sample::select};
use uuid::Uuid;

const OTHER_SHOP: ShopId = ShopId(Uuid::from_u128(0x5410));

/// Names, and what they are without case and accents.
const NAMES: [(&str, &str); 10] = [
    ("Élodie", "elodie"),
    ("elodie", "elodie"),
    ("ZOË", "zoe"),
    ("Zoe Müller", "zoe muller"),
    ("Œuvre", "oeuvre"),
    ("Łukasz", "lukasz"),
    ("李雷", "李雷"),
    ("a\"b*c%d_e", "a\"b*c%d_e"),
    ("😀 Smiley", "😀 smiley"),
    ("שלום", "שלום"),
];

const SEARCHES: [&str; 20] = [
    "", "elo", "ÉLODIE", "odi", "zo", "z", "E", "oeu", "ŒU", "müL", "李雷", "李", "\"b*", "%", "*c%d", "😀 s", "שלום", "nobody", "  zoë  ", "a\u{0}b",
];

/// A voucher as random numbers make it.
#[derive(Debug, Clone)]
pub struct Seed {
    pub buyer: usize,
    pub recipient: Option<usize>,
    pub title: usize,
    pub price: i64,
    pub day: Option<i64>,
    pub status: usize,
    pub sold: i64,
    pub template: u64,
    pub other_shop: bool,
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = (
        (0..NAMES.len(), prop::option::of(0..NAMES.len()), 0..NAMES.len()),
        (1..6_i64, prop::option::of(0..5_i64), 0..5_usize, 0..8_i64),
        (1..4_u64, any::<bool>()),
    );
    let seed = seed.prop_map(|((buyer, recipient, title), (price, day, status, sold), (template, other_shop))| Seed {
        buyer,
        recipient,
        title,
        price,
        day,
        status,
        sold,
        template,
        other_shop,
    });
    prop::collection::vec(seed, 0..60)
}

fn row(number: u64, seed: &Seed) -> VoucherRow {
    let mut buyer = person(NAMES[seed.buyer].0);
    buyer.recipient = seed.recipient.map(|recipient| person(NAMES[recipient].0).buyer);
    let shop = if seed.other_shop { OTHER_SHOP } else { SHOP };
    let stamp = Stamp { op: op_id(10_000 + number), at: at(seed.sold), staff: common::STAFF, shop, device: common::OTHER_DEVICE };
    let day = seed.day.map(|day| Date::constant(2027, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap());
    let voucher = Voucher {
        id: voucher_id(number),
        code: code(number),
        template: template_id(seed.template),
        snapshot: content(NAMES[seed.title].0, seed.price, None),
        person: common::salted(&buyer).hash().unwrap(),
        payment: beadsbox_domain::Payment::Other,
        sold: stamp,
        expires_on: day,
        expires_at: day.map(|day| day.tomorrow().unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()),
        status: Status::ALL[seed.status],
        since: stamp,
        home_shop: seed.other_shop.then_some(OTHER_SHOP),
        marks: Marks::default(),
        row_version: 3,
    };
    // Every seventh buyer was erased.
    VoucherRow { voucher, person: (!number.is_multiple_of(7)).then_some(buyer) }
}

pub fn filled(seeds: &[Seed], own: &[(u8, u64)]) -> (Device, Vec<VoucherId>) {
    let device = Device::new();
    let rows = (1..).zip(seeds).map(|(number, seed)| Row::Voucher(Box::new(row(number, seed)))).collect();
    let to = Cursor { seq: 1, tag: "tag".into() };
    let page = ChangesPage { epoch: EPOCH, from: Cursor::default(), to, head: 1, last_seq: 0, own_results: Vec::new(), rows, server_time: at(0) };
    device.store.apply_page(&page, at(0)).unwrap();
    let mut ids: Vec<VoucherId> = (1..=seeds.len() as u64).map(voucher_id).collect();
    for (op, (kind, number)) in (1..).zip(own) {
        let voucher = voucher_id(*number);
        let operation = match kind {
            0 => redeem(*number, RedeemMode::Honoured),
            1 => Operation::Cancel { voucher, reason: reason() },
            2 => Operation::Refund { voucher, reason: reason(), payment: beadsbox_domain::Payment::Cash },
            _ => {
                let (_, name) = (kind, NAMES[usize::try_from(*number).unwrap() % NAMES.len()].0);
                device.sell(op, 100_000 + op, name);
                ids.push(voucher_id(100_000 + op));
                continue;
            }
        };
        device.record(op, operation);
    }
    (device, ids)
}

fn queries() -> impl Strategy<Value = VoucherQuery> {
    let status = prop::collection::vec(select(&Status::ALL[..]), 0..3);
    let day = || prop::option::weighted(0.2, (0..5_i64).prop_map(|day| Date::constant(2027, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap()));
    let moment = || prop::option::weighted(0.2, (0..8_i64).prop_map(at));
    let filters = (
        (prop_oneof![3 => Just(Vec::new()), 2 => status], prop::option::weighted(0.2, (1..4_u64).prop_map(template_id))),
        (prop::option::weighted(0.2, select(vec![SHOP, OTHER_SHOP])), moment(), moment(), day(), day()),
        (prop::option::weighted(0.2, 1..6_i64), prop::option::weighted(0.2, 1..6_i64)),
    );
    let filters = filters.prop_map(
        |((status, template), (shop, sold_from, sold_before, expires_from, expires_to), (value_min, value_max))| VoucherFilters {
            status,
            template,
            shop,
            sold_from,
            sold_before,
            expires_from,
            expires_to,
            value_min,
            value_max,
        },
    );
    let search = prop_oneof![2 => Just(String::new()), 3 => select(&SEARCHES[..]).prop_map(str::to_owned),
        1 => (1..60_u64, 1..10_usize).prop_map(|(number, length)| code(number).to_string()[..length].to_owned())];
    (search, filters, select(&VoucherSort::ALL[..]), any::<bool>(), 1..9_usize).prop_map(|(search, filters, sort, descending, limit)| VoucherQuery {
        search,
        filters,
        sort,
        descending,
        after: None,
        limit,
    })
}

/// The key of one of the names.
fn key(text: &str) -> &'static str {
    NAMES.iter().find(|(name, _)| *name == text).map_or("bread", |(_, key)| key)
}

fn keys_of(view: &VoucherView) -> (&'static str, &'static str, Option<&'static str>) {
    let person = view.person.as_ref();
    let recipient = person.and_then(|person| person.recipient.as_ref());
    (
        key(view.voucher.snapshot.title.as_str()),
        person.map_or("", |person| key(person.buyer.as_str())),
        recipient.map(|recipient| key(recipient.as_str())),
    )
}

/// The search again, said in the plainest way.
fn finds(typed: &str, view: &VoucherView) -> bool {
    let lower = match typed {
        "ÉLODIE" => "elodie".to_owned(),
        "ŒU" => "oeu".to_owned(),
        "müL" => "mul".to_owned(),
        "  zoë  " => "zoe".to_owned(),
        "a\u{0}b" => "a b".to_owned(),
        other => other.to_lowercase(),
    };
    let (title, buyer, recipient) = keys_of(view);
    let symbols = typed.to_uppercase().replace(['-', ' '], "").replace('O', "0").replace(['I', 'L'], "1");
    let may_be_code = !symbols.is_empty() && symbols.chars().all(|c| c.is_ascii_alphanumeric() && c != 'U');
    let code = view.voucher.code.compact();
    if lower.chars().count() < 3 {
        return buyer.starts_with(&lower) || (may_be_code && code.starts_with(&symbols));
    }
    title.contains(&lower)
        || buyer.contains(&lower)
        || recipient.is_some_and(|recipient| recipient.contains(&lower))
        || (may_be_code && symbols.len() >= 3 && code.contains(&symbols))
}

fn passes(filters: &VoucherFilters, voucher: &Voucher) -> bool {
    let within_days = match (filters.expires_from, filters.expires_to, voucher.expires_on) {
        (None, None, _) => true,
        (_, _, None) => false,
        (from, to, Some(day)) => from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to),
    };
    (filters.status.is_empty() || filters.status.contains(&voucher.status))
        && filters.template.is_none_or(|template| voucher.template == template)
        && filters.shop.is_none_or(|shop| voucher.sold.shop == shop)
        && filters.sold_from.is_none_or(|from| from <= voucher.sold.at)
        && filters.sold_before.is_none_or(|before| voucher.sold.at < before)
        && within_days
        && filters.value_min.is_none_or(|least| least <= voucher.snapshot.price.minor)
        && filters.value_max.is_none_or(|most| voucher.snapshot.price.minor <= most)
}

/// The whole list, from the vouchers one by one.
pub fn expected(device: &Device, ids: &[VoucherId], query: &VoucherQuery) -> Vec<VoucherView> {
    let view = device.store.view().unwrap();
    let mut all: Vec<VoucherView> = ids
        .iter()
        .filter_map(|id| view.voucher(*id).unwrap())
        .filter(|shown| passes(&query.filters, &shown.voucher) && finds(&query.search, shown))
        .collect();
    all.sort_by(|a, b| {
        let by_value = match query.sort {
            VoucherSort::SoldAt => a.voucher.sold.at.cmp(&b.voucher.sold.at),
            VoucherSort::Price => a.voucher.snapshot.price.minor.cmp(&b.voucher.snapshot.price.minor),
            VoucherSort::Buyer => keys_of(a).1.cmp(keys_of(b).1),
            VoucherSort::Title => keys_of(a).0.cmp(keys_of(b).0),
            VoucherSort::Status => a.voucher.status.cmp(&b.voucher.status).then(a.voucher.sold.at.cmp(&b.voucher.sold.at)),
            VoucherSort::ExpiresOn => {
                let day = |view: &VoucherView| view.voucher.expires_on.unwrap_or(Date::MAX);
                day(a).cmp(&day(b))
            }
            VoucherSort::Code => a.voucher.code.compact().cmp(&b.voucher.code.compact()),
        };
        by_value.then(a.voucher.id.cmp(&b.voucher.id))
    });
    if query.descending {
        all.reverse();
    }
    all
}

pub fn paged(device: &Device, query: &VoucherQuery) -> (Vec<VoucherView>, Option<u64>) {
    let view = device.store.view().unwrap();
    let first = view.voucher_page(query).unwrap();
    let (mut rows, mut next) = (first.rows, first.next);
    while let Some(after) = next {
        let page = view.voucher_page(&VoucherQuery { after: Some(after), ..query.clone() }).unwrap();
        assert!(!page.rows.is_empty() && page.rows.len() <= query.limit && page.total.is_none());
        rows.extend(page.rows);
        next = page.next;
    }
    (rows, first.total)
}

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
            prop_assert_eq!(rows, expected, "{:?}", query);
        }
    }
}

#[test]
fn a_whole_code_goes_straight_to_its_voucher() {
    let seed = Seed { buyer: 0, recipient: None, title: 0, price: 5, day: None, status: 0, sold: 0, template: 1, other_shop: false };
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
    let seed = Seed { buyer: 7, recipient: Some(8), title: 9, price: 5, day: None, status: 0, sold: 0, template: 1, other_shop: false };
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
    let seed = Seed { buyer: 0, recipient: None, title: 0, price: 5, day: None, status: 0, sold: 0, template: 1, other_shop: false };
    let (device, _) = filled(&vec![seed; 10], &[]);
    let view = device.store.view().unwrap();
    let query = VoucherQuery::newest(3);
    let next = view.voucher_page(&query).unwrap().next.unwrap();
    let with = |after: &str, query: VoucherQuery| view.voucher_page(&VoucherQuery { after: Some(after.to_owned()), ..query });
    assert!(with(&next, query.clone()).is_ok());
    let cursor = |values: &str| {
        let id = "00000000-0000-0000-0000-000010000001";
        hex::encode(format!("{{\"sort\":0,\"descending\":true,\"last\":{{\"values\":{values},\"id\":\"{id}\"}}}}"))
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
    let seed = |template: u64, status: usize| Seed { buyer: 0, recipient: None, title: 0, price: 5, day: None, status, sold: 0, template, other_shop: false };
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
