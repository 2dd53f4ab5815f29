//! How long things take on this machine: `cargo run --release -p beadsbox-store --example measure [vouchers]`.
//!
//! The bare commit beside `record` is one row of as many bytes into a plain, unencrypted SQLite file with WAL and
//! `synchronous=FULL`, from the same thread, on the same disk.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::{
    error::Error,
    time::{Duration, Instant},
};

use beadsbox_domain::{
    Currency, Date, DeviceId, Money, OpId, Operation, Payment, Person, PersonHash, RedeemMode, ShopId, StaffId, Stamp, Status, TemplateContent, TemplateId,
    Timestamp, Vat, Voucher, VoucherCode, VoucherId,
    text::{Description, PersonName, Title},
};
use beadsbox_protocol::{
    pull::{ChangesPage, Cursor},
    rows::{Row, VoucherRow},
};
use beadsbox_store::{Enrolment, NewOperation, Store, StoreKeys, StorePaths, VoucherFilters, VoucherQuery, VoucherSort};
use ed25519_dalek::SigningKey;
use uuid::Uuid;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const PAGE: u64 = 2000;
const ROUNDS: u64 = 400;
const EPOCH: Uuid = Uuid::from_u128(3);

fn main() -> Outcome {
    let vouchers = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let paths = StorePaths::in_folder(folder.path());
    let keys = StoreKeys { outbox: [1; 32], cache: [2; 32] };
    let (store, _) = Store::open(&paths, &keys)?;
    store.enrol(&enrolment())?;

    let begun = Instant::now();
    fill(&store, vouchers)?;
    let seconds = begun.elapsed().as_secs_f64();
    let rate = f64::from(u32::try_from(vouchers)?) / seconds;
    println!(
        "apply_page: {vouchers} vouchers in {seconds:.1} s, {rate:.0} a second; cache.db {} MiB",
        std::fs::metadata(&paths.cache)?.len() >> 20
    );

    recording(&store, folder.path(), vouchers)?;
    lists(&store)?;
    searches(&store)?;
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        std::hint::black_box(store.view()?.templates(true)?);
        times.push(begun.elapsed());
    }
    report("templates with their numbers", times);
    drop(store);
    let begun = Instant::now();
    let (store, _) = Store::open(&paths, &keys)?;
    println!("open: {:?}", begun.elapsed());
    let begun = Instant::now();
    drop(store.view()?);
    println!("first view, with {} operations to replay: {:?}", 2 * ROUNDS, begun.elapsed());
    let begun = Instant::now();
    println!("verify_chain: {} operations in {:?}", store.verify_chain()?, begun.elapsed());
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{what}: p50 {:?}, p99 {:?}", at(50), at(99));
}

fn recording(store: &Store, folder: &std::path::Path, vouchers: u64) -> Outcome {
    let bare = rusqlite::Connection::open(folder.join("bare.db"))?;
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE operation (place INTEGER PRIMARY KEY, body TEXT)")?;
    let body = "x".repeat(420);
    let (mut ours, mut alone, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, so that both meet the same disk.
    for round in 0..ROUNDS {
        let new = redemption(round, round * (vouchers / ROUNDS).max(1));
        let begun = Instant::now();
        store.record(move |view| view.foretell(&new).map(|_| new))?;
        ours.push(begun.elapsed());
        let new = redemption(ROUNDS + round, round * (vouchers / ROUNDS).max(1) + 1);
        let begun = Instant::now();
        store.record(move |_| Ok::<_, beadsbox_store::StoreError>(new))?;
        alone.push(begun.elapsed());
        let begun = Instant::now();
        bare.execute("INSERT INTO operation (body) VALUES (?1)", [&body])?;
        theirs.push(begun.elapsed());
    }
    report("record a redemption, with its check", ours);
    report("record a redemption, without", alone);
    report("bare SQLite commit", theirs);
    Ok(())
}

fn lists(store: &Store) -> Outcome {
    for sort in VoucherSort::ALL {
        let query = VoucherQuery { sort, ..VoucherQuery::newest(100) };
        pages(store, &format!("page of 100 by {sort:?}"), &query)?;
    }
    let one = |status| VoucherFilters { status: vec![status], ..VoucherFilters::default() };
    pages(
        store,
        "page of 100, refunded alone, by sale",
        &VoucherQuery { filters: one(Status::Refunded), ..VoucherQuery::newest(100) },
    )?;
    let by_price = VoucherQuery { filters: one(Status::Refunded), sort: VoucherSort::Price, ..VoucherQuery::newest(100) };
    pages(store, "page of 100, refunded alone, by price", &by_price)
}

fn searches(store: &Store) -> Outcome {
    for search in ["gil 77", "client", "ac", "1234", "zzz"] {
        let query = VoucherQuery { search: search.into(), ..VoucherQuery::newest(100) };
        pages(store, &format!("first pages of a search for {search:?}"), &query)?;
    }
    Ok(())
}

/// Walks twenty pages, three times.
fn pages(store: &Store, what: &str, query: &VoucherQuery) -> Outcome {
    let mut times = Vec::new();
    let mut first = Vec::new();
    for _ in 0..3 {
        let mut query = query.clone();
        for number in 0..20 {
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

fn fill(store: &Store, vouchers: u64) -> Outcome {
    let pages = vouchers.div_ceil(PAGE);
    let mut from = Cursor::default();
    for page in 0..pages {
        let to = Cursor { seq: page + 1, tag: "tag".into() };
        let rows = (page * PAGE..vouchers.min((page + 1) * PAGE))
            .map(|number| voucher(number).map(|row| Row::Voucher(Box::new(row))))
            .collect::<Outcome<_>>()?;
        let changes = ChangesPage {
            epoch: EPOCH,
            from: from.clone(),
            to: to.clone(),
            head: pages,
            last_seq: 0,
            own_results: Vec::new(),
            rows,
            server_time: Timestamp::UNIX_EPOCH,
        };
        store.apply_page(&changes, Timestamp::UNIX_EPOCH)?;
        from = to;
    }
    Ok(())
}

fn id(number: u64) -> Uuid {
    Uuid::from_u128((1 << 80) + u128::from(number))
}

fn voucher(number: u64) -> Outcome<VoucherRow> {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let names = ["Ácos", "Berta", "Client", "Dürr", "Élodie", "Gil", "Łukasz", "Zoë"];
    let name = names[usize::try_from(spread >> 61)?];
    let sold = Stamp {
        op: OpId(id(number)),
        at: Timestamp::from_second(1_700_000_000 + i64::try_from(number * 7)?)?,
        staff: StaffId(id(1)),
        shop: ShopId(id(spread % 3)),
        device: DeviceId(id(4)),
    };
    let snapshot = TemplateContent {
        title: Title::new(&format!("An evening of kind {}", spread % 40))?,
        description: Description::new(&"Words about it. ".repeat(20))?,
        price: Money::new(i64::try_from(spread % 200)? * 100 + 100, Currency::from_code("EUR")?),
        validity_months: Some(12),
        vat: Vat::MultiPurpose,
    };
    let status = Status::ALL[[0, 0, 0, 0, 0, 1, 1, 2, 3, 4][usize::try_from((spread >> 32) % 10)?]];
    let voucher = Voucher {
        id: VoucherId(id(number)),
        code: VoucherCode::from_random(spread.to_be_bytes()),
        template: TemplateId(id(spread % 40)),
        snapshot,
        person: PersonHash([7; 32]),
        payment: Payment::Cash,
        sold,
        expires_on: Some(Date::new(2027, i8::try_from(spread % 12)? + 1, 5)?),
        expires_at: Some(Timestamp::from_second(1_800_000_000)?),
        status,
        since: sold,
        row_version: 1,
    };
    let buyer = PersonName::new(&format!("{name} {}", spread % 100_000))?;
    Ok(VoucherRow { voucher, person: Some(Person { buyer, email: None, recipient: None, message: None }) })
}

fn redemption(round: u64, number: u64) -> NewOperation {
    NewOperation {
        op: OpId(Uuid::from_u128((2 << 80) + u128::from(round))),
        at: Timestamp::UNIX_EPOCH,
        staff: StaffId(id(1)),
        shop: ShopId(id(1)),
        online: false,
        clock_right: true,
        operation: Operation::Redeem { voucher: VoucherId(id(number)), mode: RedeemMode::Honoured },
        person: None,
    }
}

fn enrolment() -> Enrolment {
    Enrolment {
        device: DeviceId(id(4)),
        incarnation: 1,
        name: "Till".into(),
        shop: ShopId(id(1)),
        server_url: String::new(),
        epoch: EPOCH,
        server_public_key: [0; 32],
        certificate: String::new(),
        enrolled_at: Timestamp::UNIX_EPOCH,
        public_key: SigningKey::from_bytes(&[5; 32]).verifying_key().to_bytes(),
        profile: None,
        shop_name: None,
        time_zone: None,
    }
}
