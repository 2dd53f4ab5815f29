//! Vouchers as random numbers make them, questions to their list, and the same list in the plainest way.

use crate::common::{self, Device, EPOCH, SHOP, STAFF, at, code, content, op_id, person, reason, redeem, template_id, voucher_id};
use beadsbox_domain::{
    Batch, BatchId, Conflict, ConflictId, ConflictKind, ConflictState, Currency, Date, Marks, Operation, Payment, RedeemMode, Role, ShopId, StaffId, Stamp,
    Status, Voucher, VoucherId,
    text::{Email, Name},
};
use beadsbox_protocol::{
    pull::{ChangesPage, Cursor},
    rows::{ConflictRow, Row, Shop, Staff, VoucherRow},
};
use beadsbox_store::{VoucherFilters, VoucherQuery, VoucherSort, VoucherView};
use proptest::{prelude::*, sample::select};
use uuid::Uuid;

const OTHER_SHOP: ShopId = ShopId(Uuid::from_u128(0x5410));
const STAFF_MEMBERS: [StaffId; 4] = [STAFF, StaffId(Uuid::from_u128(0x57b01)), StaffId(Uuid::from_u128(0x57b02)), StaffId(Uuid::from_u128(0x57b03))];
/// Names that sort otherwise than the ids; the last of the staff is not known here, and two have the same name.
const STAFF_NAMES: [&str; 3] = ["Zoé", "anna", "ANNA"];
const SHOP_NAMES: [(ShopId, &str); 2] = [(SHOP, "Rue des Perles"), (OTHER_SHOP, "Álamo")];
const PAYMENTS: [Payment; 3] = [Payment::Cash, Payment::CardTerminal, Payment::Other];
const EMAILS: [&str; 3] = ["Anna@Example.com", "zoe.m@perles.example", "b\u{e9}a@x.example"];

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

const SEARCHES: [&str; 27] = [
    "",
    "elo",
    "muller zoe",
    "zoe mü",
    "smiley elo",
    "example",
    "ANNA@ex",
    "perles zoe",
    "elo zo",
    "ÉLODIE",
    "odi",
    "zo",
    "z",
    "E",
    "oeu",
    "ŒU",
    "müL",
    "李雷",
    "李",
    "\"b*",
    "%",
    "*c%d",
    "😀 s",
    "שלום",
    "nobody",
    "  zoë  ",
    "a\u{0}b",
];

/// A voucher as random numbers make it.
#[derive(Debug, Clone, Default)]
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
    pub staff: usize,
    pub payment: usize,
    pub batch: Option<usize>,
    pub email: Option<usize>,
    pub changed: i64,
    pub yen: bool,
    pub conflict: bool,
}

pub fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = (
        (0..NAMES.len(), prop::option::of(0..NAMES.len()), 0..NAMES.len(), prop::option::of(0..EMAILS.len())),
        (1..6_i64, prop::option::of(0..5_i64), 0..5_usize, 0..8_i64, 0..4_i64),
        (1..4_u64, any::<bool>(), 0..STAFF_MEMBERS.len(), 0..PAYMENTS.len(), any::<bool>(), prop::bool::weighted(0.2)),
        prop::option::of(0..3_usize),
    );
    let seed = seed.prop_map(
        |((buyer, recipient, title, email), (price, day, status, sold, later), (template, other_shop, staff, payment, yen, conflict), batch)| {
            let changed = sold + later;
            Seed { buyer, recipient, title, price, day, status, sold, template, other_shop, staff, payment, batch, email, changed, yen, conflict }
        },
    );
    prop::collection::vec(seed, 0..60)
}

pub fn batch_id(number: usize) -> BatchId {
    BatchId(Uuid::from_u128(0xba7c + number as u128))
}

fn row(number: u64, seed: &Seed) -> VoucherRow {
    let mut buyer = person(NAMES[seed.buyer].0);
    buyer.recipient = seed.recipient.map(|recipient| person(NAMES[recipient].0).buyer);
    let shop = if seed.other_shop { OTHER_SHOP } else { SHOP };
    buyer.email = seed.email.map(|email| Email::new(EMAILS[email]).unwrap());
    let stamp = Stamp { op: op_id(10_000 + number), at: at(seed.sold), staff: STAFF_MEMBERS[seed.staff], shop, device: common::OTHER_DEVICE };
    let mut snapshot = content(NAMES[seed.title].0, seed.price, None);
    if seed.yen {
        snapshot.price.currency = Currency::from_code("JPY").unwrap();
    }
    let day = seed.day.map(|day| Date::constant(2027, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap());
    let voucher = Voucher {
        id: voucher_id(number),
        code: code(number),
        template: template_id(seed.template),
        snapshot,
        person: common::salted(&buyer).hash().unwrap(),
        payment: PAYMENTS[seed.payment],
        sold: stamp,
        expires_on: day,
        expires_at: day.map(|day| day.tomorrow().unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()),
        status: Status::ALL[seed.status],
        since: Stamp { at: at(seed.changed), ..stamp },
        home_shop: seed.other_shop.then_some(OTHER_SHOP),
        marks: Marks { batch: seed.batch.map(|batch| Batch { id: batch_id(batch), name: Name::new("Christmas").unwrap() }), ..Marks::default() },
        row_version: 3,
    };
    // Every seventh buyer was erased.
    VoucherRow { voucher, person: (!number.is_multiple_of(7)).then_some(buyer) }
}

fn conflict(number: u64) -> Row {
    let other = Stamp { op: op_id(20_000 + number), at: at(9), staff: STAFF, shop: OTHER_SHOP, device: common::OTHER_DEVICE };
    let conflict = Conflict {
        id: ConflictId::from(other.op),
        voucher: voucher_id(number),
        kind: ConflictKind::DoubleRedemption,
        accepted: None,
        other,
        state: ConflictState::Open,
        settled: None,
        row_version: 1,
    };
    Row::Conflict(Box::new(ConflictRow { conflict, assignment: None }))
}

fn names() -> impl Iterator<Item = Row> {
    let time_zone = || "UTC".to_owned();
    let shops = SHOP_NAMES.map(|(id, name)| Row::Shop(Shop { id, name: name.to_owned(), time_zone: time_zone(), row_version: 1, ..Shop::default() }));
    let staff = STAFF_MEMBERS.into_iter().zip(STAFF_NAMES).map(|(id, name)| {
        let name = name.to_owned();
        Row::Staff(Staff { id, name, role: Role::Counter, active: true, pin: None, badge: None, sign_in_version: 0, row_version: 1 })
    });
    shops.into_iter().chain(staff)
}

pub fn filled(seeds: &[Seed], own: &[(u8, u64)]) -> (Device, Vec<VoucherId>) {
    let device = Device::new();
    let mut rows: Vec<Row> = (1..).zip(seeds).map(|(number, seed)| Row::Voucher(Box::new(row(number, seed)))).collect();
    rows.extend((1..).zip(seeds).filter(|(_, seed)| seed.conflict).map(|(number, _)| conflict(number)));
    rows.extend(names());
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

pub fn queries() -> impl Strategy<Value = VoucherQuery> {
    let several = |weight: u32| move |all: Vec<usize>| prop_oneof![4 => Just(Vec::new()), weight => prop::collection::vec(select(all), 1..3)];
    let status = prop::collection::vec(select(&Status::ALL[..]), 0..3);
    let day = || prop::option::weighted(0.2, (0..5_i64).prop_map(|day| Date::constant(2027, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap()));
    let moment = || prop::option::weighted(0.2, (0..8_i64).prop_map(at));
    let filters = (
        (
            prop_oneof![3 => Just(Vec::new()), 2 => status],
            several(1)(vec![1, 2, 3]),
            several(1)(vec![0, 1]),
            several(1)(vec![0, 1, 2, 3]),
        ),
        (moment(), moment(), day(), day()),
        (prop::option::weighted(0.2, 1..6_i64), prop::option::weighted(0.2, 1..6_i64)),
        (several(1)(vec![0, 1, 2]), several(1)(vec![0, 1, 2, 3]), prop_oneof![5 => Just(None), 1 => any::<bool>().prop_map(Some)]),
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
    );
    let filters = filters.prop_map(
        |(
            (status, template, shop, staff),
            (sold_from, sold_before, expires_from, expires_to),
            (value_min, value_max),
            (payment, batch, yen),
            (open_conflict, waiting),
        )| {
            VoucherFilters {
                status,
                template: template.into_iter().map(|number| template_id(number as u64)).collect(),
                batch: batch.into_iter().map(batch_id).collect(),
                shop: shop.into_iter().map(|place| SHOP_NAMES[place].0).collect(),
                sold_by: staff.into_iter().map(|place| STAFF_MEMBERS[place]).collect(),
                payment: payment.into_iter().map(|place| PAYMENTS[place]).collect(),
                sold_from,
                sold_before,
                expires_from,
                expires_to,
                value_min,
                value_max,
                currency: yen.map(|yen| Currency::from_code(if yen { "JPY" } else { "EUR" }).unwrap()).into_iter().collect(),
                open_conflict,
                waiting,
            }
        },
    );
    let search = prop_oneof![2 => Just(String::new()), 3 => select(&SEARCHES[..]).prop_map(str::to_owned),
        1 => (1..60_u64, 1..10_usize).prop_map(|(number, length)| code(number).to_string()[..length].to_owned())];
    (search, any::<bool>(), filters, select(&VoucherSort::ALL[..]), any::<bool>(), 1..9_usize).prop_map(|(search, emails, filters, sort, descending, limit)| {
        VoucherQuery { search, emails, near: false, filters, sort, descending, after: None, limit }
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

fn email_of(view: &VoucherView) -> String {
    view.person
        .as_ref()
        .and_then(|person| person.email.as_ref())
        .map(|email| email.as_str().to_ascii_lowercase())
        .unwrap_or_default()
}

/// The search again, said in the plainest way.
fn finds(query: &VoucherQuery, view: &VoucherView) -> bool {
    let typed = &query.search;
    let lower = match typed.as_str() {
        "ÉLODIE" => "elodie".to_owned(),
        "ŒU" => "oeu".to_owned(),
        "müL" => "mul".to_owned(),
        "zoe mü" => "zoe mu".to_owned(),
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
    // Words of fewer than three characters go with the one before.
    let pieces: Vec<&str> = match lower.as_str() {
        "zoe mu" | "elo zo" | "a b" | "😀 s" => vec![&lower],
        other => other.split(' ').collect(),
    };
    let email = if query.emails { email_of(view) } else { String::new() };
    let holds = |piece: &&str| title.contains(piece) || buyer.contains(piece) || recipient.is_some_and(|text| text.contains(piece)) || email.contains(piece);
    pieces.iter().all(holds) || (may_be_code && symbols.len() >= 3 && code.contains(&symbols))
}

fn passes(filters: &VoucherFilters, view: &VoucherView) -> bool {
    let voucher = &view.voucher;
    let within_days = match (filters.expires_from, filters.expires_to, voucher.expires_on) {
        (None, None, _) => true,
        (_, _, None) => false,
        (from, to, Some(day)) => from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to),
    };
    let price = voucher.snapshot.price;
    (filters.status.is_empty() || filters.status.contains(&voucher.status))
        && (filters.template.is_empty() || filters.template.contains(&voucher.template))
        && (filters.batch.is_empty() || voucher.marks.batch.as_ref().is_some_and(|batch| filters.batch.contains(&batch.id)))
        && (filters.shop.is_empty() || filters.shop.contains(&voucher.sold.shop))
        && (filters.sold_by.is_empty() || filters.sold_by.contains(&voucher.sold.staff))
        && (filters.payment.is_empty() || filters.payment.contains(&voucher.payment))
        && (filters.currency.is_empty() || filters.currency.contains(&price.currency))
        && filters.sold_from.is_none_or(|from| from <= voucher.sold.at)
        && filters.sold_before.is_none_or(|before| voucher.sold.at < before)
        && within_days
        && filters.value_min.is_none_or(|least| least <= price.minor)
        && filters.value_max.is_none_or(|most| price.minor <= most)
        && (!filters.open_conflict || view.open_conflict)
        && (!filters.waiting || view.waiting)
}

/// A name without case and accents, and nothing for what is not known.
fn shop_key(voucher: &Voucher) -> (&'static str, ShopId) {
    (if voucher.sold.shop == SHOP { "rue des perles" } else { "alamo" }, voucher.sold.shop)
}

fn staff_key(voucher: &Voucher) -> (&'static str, StaffId) {
    let place = STAFF_MEMBERS.iter().position(|staff| *staff == voucher.sold.staff).unwrap();
    (["zoe", "anna", "anna", ""][place], voucher.sold.staff)
}

/// The whole list, from the vouchers one by one.
pub fn expected(device: &Device, ids: &[VoucherId], query: &VoucherQuery) -> Vec<VoucherView> {
    let view = device.store.view().unwrap();
    let mut all: Vec<VoucherView> = ids
        .iter()
        .filter_map(|id| view.voucher(*id).unwrap())
        .filter(|shown| passes(&query.filters, shown) && finds(query, shown))
        .collect();
    let sold = |view: &VoucherView| view.voucher.sold.at;
    let payment = |voucher: &Voucher| match voucher.payment {
        Payment::CardTerminal => 0,
        Payment::Cash => 1,
        Payment::Other => 2,
    };
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
            VoucherSort::Recipient => keys_of(a).2.unwrap_or("").cmp(keys_of(b).2.unwrap_or("")),
            VoucherSort::Email => email_of(a).cmp(&email_of(b)),
            VoucherSort::Changed => a.voucher.since.at.cmp(&b.voucher.since.at),
            VoucherSort::Payment => payment(&a.voucher).cmp(&payment(&b.voucher)).then(sold(a).cmp(&sold(b))),
            VoucherSort::Shop => shop_key(&a.voucher).cmp(&shop_key(&b.voucher)).then(sold(a).cmp(&sold(b))),
            VoucherSort::SoldBy => staff_key(&a.voucher).cmp(&staff_key(&b.voucher)).then(sold(a).cmp(&sold(b))),
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
