//! How long things take on this machine: `cargo run --release -p beadsbox-store --example measure [vouchers] [pages]`.
//!
//! The bare commit beside `record` is one row of as many bytes into a plain, unencrypted SQLite file with WAL and
//! `synchronous=FULL`, from the same thread, on the same disk.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

mod lists;
mod load;
mod sample;

use std::{
    error::Error,
    time::{Duration, Instant},
};

use beadsbox_domain::{DeviceId, OpId, Operation, RedeemMode, ShopId, StaffId, Timestamp, VoucherId};
use beadsbox_store::{Enrolment, NewOperation, Store, StoreKeys, StorePaths};
use ed25519_dalek::SigningKey;
use uuid::Uuid;

use sample::id;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: u64 = 400;
const EPOCH: Uuid = Uuid::from_u128(3);

fn main() -> Outcome {
    let vouchers = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let paths = StorePaths::in_folder(folder.path());
    let keys = StoreKeys { outbox: [1; 32], cache: [2; 32] };
    let (store, _) = Store::open(&paths, &keys)?;
    store.enrol(&enrolment())?;

    // One process each, so that the memory of one does not hide the other's.
    match std::env::args().nth(2).as_deref() {
        Some("pages") => load::by_pages(&store, vouchers)?,
        _ => load::by_snapshot(&store, vouchers)?,
    }

    recording(&store, folder.path(), vouchers)?;
    lists::lists(&store)?;
    lists::searches(&store)?;
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

fn redemption(round: u64, number: u64) -> NewOperation {
    NewOperation {
        op: OpId(Uuid::from_u128((2 << 80) + u128::from(round))),
        at: Timestamp::UNIX_EPOCH,
        staff: StaffId(id(1)),
        shop: ShopId(id(1)),
        online: false,
        clock_right: true,
        operation: Operation::redeem(VoucherId(id(number)), RedeemMode::Honoured),
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
