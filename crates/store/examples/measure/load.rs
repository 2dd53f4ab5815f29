//! Filling the cache: by a snapshot, which is made first and kept in memory, and by pages for comparison.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    digest::{Digester, IdRange, RowKind},
    flat::{FlatTexts, FlatVoucher},
    pull::{ChangesPage, Cursor},
    rows::Row,
    snapshot::{Chunk, Manifest, Record, SNAPSHOT_FORMAT, content_hash},
};
use beadsbox_store::{LoadStep, Store};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{EPOCH, Outcome, sample};

/// As a server cuts them: about a mebibyte, compressed.
const CHUNK_VOUCHERS: u64 = 8192;
const PAGE: u64 = 2000;

/// Makes a snapshot of so many vouchers, takes it, and prints how long each part took.
pub fn by_snapshot(store: &Store, vouchers: u64) -> Outcome {
    let (manifest, chunks) = snapshot(vouchers)?;
    let memory_before = peak_memory_mib();
    let (mut slowest, begun) = (Duration::ZERO, Instant::now());
    store.begin_load(&manifest)?;
    for (number, chunk) in chunks.into_iter().enumerate() {
        let started = Instant::now();
        store.load_chunk(number, &chunk)?;
        slowest = slowest.max(started.elapsed());
    }
    let rows = begun.elapsed();
    let mut steps = Vec::new();
    loop {
        let started = Instant::now();
        let step = store.finish_load()?;
        steps.push(started.elapsed());
        if step == LoadStep::InPlace {
            break;
        }
    }
    let whole = begun.elapsed();
    println!(
        "snapshot of {vouchers}, {} MiB compressed: rows {rows:.1?} (slowest chunk {slowest:.1?}), whole {whole:.1?}",
        manifest.bytes >> 20
    );
    println!(
        "  after the rows: comparing {:.1?}, slowest index {:.1?}, exchange {:.1?}",
        steps[0],
        steps.iter().max().unwrap_or(&whole),
        steps[steps.len() - 1]
    );
    println!(
        "  peak memory of the process: {memory_before} MiB before (the snapshot itself is in it), {} MiB after",
        peak_memory_mib()
    );
    println!("  cache {} MiB", store.cache_bytes() >> 20);
    search_text(store)?;
    let begun = Instant::now();
    let digest = store.range_digest(&IdRange { kind: RowKind::Voucher, after: None, through: Some(sample::id(4095)) })?;
    println!("digest of a range of {}: {:.1?}", digest.rows, begun.elapsed());
    Ok(())
}

fn search_text(store: &Store) -> Outcome {
    let (begun, mut steps) = (Instant::now(), Vec::new());
    loop {
        let started = Instant::now();
        let more = store.build_search_text()?;
        steps.push(started.elapsed());
        if !more {
            break;
        }
    }
    println!("search text: {:.1?} in {} steps; cache {} MiB", begun.elapsed(), steps.len(), store.cache_bytes() >> 20);
    crate::report("  a step of it", steps);
    Ok(())
}

/// The most memory that the process ever had, as the system counts; 0 where it does not say.
fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) >> 10
}

fn snapshot(vouchers: u64) -> Outcome<(Manifest, Vec<Vec<u8>>)> {
    let mut manifest = Manifest {
        id: Uuid::now_v7(),
        format: SNAPSHOT_FORMAT,
        epoch: EPOCH,
        cursor: Cursor { seq: vouchers, tag: "tag".into() },
        rows: vouchers,
        vouchers,
        voucher_digest: String::new(),
        bytes: 0,
        chunks: Vec::new(),
        made_at: Timestamp::UNIX_EPOCH,
    };
    let (mut chunks, mut digester, mut contents) = (Vec::new(), Digester::default(), HashSet::new());
    for first in (0..vouchers).step_by(usize::try_from(CHUNK_VOUCHERS)?) {
        let (mut plain, last) = (Vec::new(), vouchers.min(first + CHUNK_VOUCHERS));
        for number in first..last {
            let row = sample::voucher(number)?;
            let content = serde_json::to_string(&row.voucher.snapshot)?;
            let (hash, texts) = (content_hash(&content), FlatTexts::of(&row.voucher)?);
            if contents.insert(hash) {
                plain = Record::Content(&content).write(plain)?;
            }
            let flat = FlatVoucher::new(&row.voucher, &texts, hash, row.person.as_ref());
            digester.voucher(&flat)?;
            plain = Record::Voucher(flat).write(plain)?;
        }
        let bytes = zstd::bulk::compress(&plain, 1)?;
        manifest.bytes += bytes.len() as u64;
        manifest.chunks.push(Chunk {
            rows: last - first,
            bytes: bytes.len() as u64,
            plain_bytes: plain.len() as u64,
            sha256: hex::encode(Sha256::digest(&bytes)),
        });
        chunks.push(bytes);
    }
    manifest.voucher_digest = digester.finish().1;
    Ok((manifest, chunks))
}

/// The same by pages of the feed.
pub fn by_pages(store: &Store, vouchers: u64) -> Outcome {
    let begun = Instant::now();
    let mut from = Cursor::default();
    for first in (0..vouchers).step_by(usize::try_from(PAGE)?) {
        let last = vouchers.min(first + PAGE);
        let to = Cursor { seq: last, tag: "tag".into() };
        let rows = (first..last).map(|number| sample::voucher(number).map(|row| Row::Voucher(Box::new(row)))).collect::<Outcome<_>>()?;
        let changes =
            ChangesPage { epoch: EPOCH, from, to: to.clone(), head: vouchers, last_seq: 0, own_results: Vec::new(), rows, server_time: Timestamp::UNIX_EPOCH };
        store.apply_page(&changes, Timestamp::UNIX_EPOCH)?;
        from = to;
    }
    println!("{vouchers} by pages: {:.1?}; cache {} MiB", begun.elapsed(), store.cache_bytes() >> 20);
    Ok(())
}
