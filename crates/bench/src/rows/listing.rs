//! The server's own list of vouchers, page by page over HTTP, by four people at once; beside the one list of the original.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use beadsbox_domain::VoucherId;
use serde::{Deserialize, de::IgnoredAny};
use tokio::task::JoinSet;

use super::{Bench, milliseconds, side};
use crate::{
    centre::{ADMIN, Centre, PASSWORD, stock},
    figure::Unit,
    ledger::{Entry, Goal, Number, Side},
    process::{family_processor_ms, forget_peak, processor_ms, resident_kib},
};

/// How many people list at once.
const CLIENTS: usize = 4;
/// How many vouchers a page has that somebody looks at, and one of a program that wants all of them.
const LOOK: u32 = 100;
const TAKE: u32 = 1000;
/// How often everything is listed.
const TIMES: usize = 3;
/// How long one page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the original took on two cores for its one list of so many vouchers, in seconds and in MiB.
const ORIGINAL_VOUCHERS: f64 = 100_000.0;
const ORIGINAL_SECONDS: f64 = 15.6;
const ORIGINAL_MEBIBYTES: f64 = 147.0;

/// As much of a page as tells whether it is whole.
#[derive(Deserialize)]
struct Page {
    vouchers: Vec<IgnoredAny>,
    next: Option<VoucherId>,
}

/// Somebody at a device, with their session.
#[derive(Clone)]
struct Reader {
    http: reqwest::Client,
    list: String,
    token: String,
}

impl Reader {
    async fn sign_in(centre: &Centre, name: &str) -> anyhow::Result<Self> {
        let mut device = centre.device(name).await?;
        let session = device.sign_in(ADMIN, PASSWORD).await.map_err(|problem| anyhow::anyhow!("{}", problem.title))?;
        // As a program on the same network would: packing takes longer than sending.
        let http = reqwest::Client::builder().no_gzip().timeout(PATIENCE).build()?;
        Ok(Self { http, list: format!("{}/v1/vouchers", centre.url()), token: session.token })
    }

    /// A page, and how many bytes it had.
    async fn page(&self, after: Option<VoucherId>, limit: u32) -> anyhow::Result<(Page, usize)> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let request = self.http.get(format!("{}?limit={limit}{after}", self.list)).bearer_auth(&self.token);
        let bytes = request.send().await?.error_for_status()?.bytes().await?;
        Ok((serde_json::from_slice(&bytes)?, bytes.len()))
    }

    /// Milliseconds of each of the first pages, and their bytes.
    async fn look(self, pages: usize) -> anyhow::Result<Vec<(f64, usize)>> {
        let (mut taken, mut after) = (Vec::with_capacity(pages), None);
        for _ in 0..pages {
            let begun = Instant::now();
            let (page, bytes) = self.page(after, LOOK).await?;
            taken.push((milliseconds(begun), bytes));
            after = page.next;
        }
        Ok(taken)
    }

    /// How many vouchers all pages have.
    async fn take(self) -> anyhow::Result<u64> {
        let (mut vouchers, mut after) = (0, None);
        loop {
            let (page, _) = self.page(after, TAKE).await?;
            vouchers += page.vouchers.len() as u64;
            after = page.next;
            if after.is_none() {
                return Ok(vouchers);
            }
        }
    }
}

/// What was measured.
#[derive(Default)]
struct Measured {
    /// Of each page of 100: milliseconds, and the answer's MiB.
    looked: Vec<f64>,
    sizes: Vec<f64>,
    /// Vouchers a second, of one reader who is alone, and of all together.
    alone: Vec<f64>,
    rates: Vec<f64>,
    /// Milliseconds of server, database and clients for a thousand vouchers.
    processor: [f64; 3],
    /// MiB of the server process.
    grown: f64,
}

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let count = bench.scale.listed;
    let centre = Centre::open(&bench.server).await?;
    stock(&centre, 0..count, count).await?;
    let mut readers = Vec::new();
    for number in 0..CLIENTS {
        readers.push(Reader::sign_in(&centre, &format!("Reader {number}")).await?);
    }
    let (server, database) = (centre.process_id()?, centre.postmaster().await?);
    let before = resident_kib(server)?;
    forget_peak(server)?;
    let mut measured = Measured::default();
    for (milliseconds, bytes) in at_once(&readers, |reader| reader.look(bench.scale.rounds)).await?.into_iter().flatten() {
        measured.looked.push(milliseconds);
        measured.sizes.push(mebibytes(bytes as u64));
    }
    for _ in 0..TIMES {
        measured.alone.push(rate(&readers[..1], count).await?);
    }
    let used = || -> anyhow::Result<[f64; 3]> { Ok([processor_ms(server)?, family_processor_ms(database)?, processor_ms(std::process::id())?]) };
    let (idle, mut listed) = (used()?, 0.0);
    for _ in 0..TIMES {
        measured.rates.push(rate(&readers, count).await?);
        listed += whole(count) * whole(readers.len() as u64);
    }
    let busy = used()?;
    measured.processor = [0, 1, 2].map(|who| (busy[who] - idle[who]) * 1000.0 / listed);
    measured.grown = mebibytes(centre.peak_kib()?.saturating_sub(before) * 1024);
    told(bench, count, measured)
}

/// How many vouchers a second these list together, each all of them.
async fn rate(readers: &[Reader], count: u64) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let taken = at_once(readers, Reader::take).await?;
    anyhow::ensure!(taken.iter().all(|taken| *taken == count), "{taken:?} vouchers were listed, each of {count}");
    Ok(whole(taken.iter().sum()) / begun.elapsed().as_secs_f64())
}

fn told(bench: &Bench, count: u64, measured: Measured) -> anyhow::Result<Vec<Entry>> {
    let page = bench.ours(measured.looked, Unit::Milliseconds, "over HTTP, not packed; four people at once, each in a session of the office")?;
    let alone = bench.ours(measured.alone, Unit::RowsASecond, "all vouchers for one, a thousand a page, while nobody else asks for anything")?;
    let together = bench.ours(
        measured.rates,
        Unit::RowsASecond,
        "all vouchers for each of four, a thousand a page; the sum of the four, of whom each has a fourth of it",
    )?;
    let sizes = bench.ours(measured.sizes, Unit::Mebibytes, "bytes of the answer with 100 vouchers; the other is the list of all 100000")?;
    let grown = bench.ours(
        vec![measured.grown],
        Unit::Mebibytes,
        "most memory of the server process from the first page to the last, less what it had before",
    )?;
    let entry = |what: &str, ours: Side, other: Option<Side>| Entry::new("listing", count, what, ours, other);
    let (list, rate) = (
        original(ORIGINAL_SECONDS * 1000.0, Unit::Milliseconds)?,
        original(ORIGINAL_VOUCHERS / ORIGINAL_SECONDS, Unit::RowsASecond)?,
    );
    let memory = original(ORIGINAL_MEBIBYTES, Unit::Mebibytes)?;
    let at_most = [Goal::AtMostTimes(1.0 / 50.0)];
    let mut entries = vec![
        entry("the list, as one looks at it: a page of 100", page, Some(list)).judged(Number::P99, &at_most),
        entry("the whole list, page by page, by one", alone, Some(rate.clone())).judged(Number::Median, &[Goal::AtLeastTimes(50.0)]),
        entry("the whole list, page by page, by four at once", together, Some(rate)).judged(Number::Median, &[Goal::AtLeastTimes(50.0)]),
        entry("what a page of 100 takes on the wire", sizes, Some(memory.clone())).judged(Number::P99, &at_most),
        entry("what the server grew by, four whole lists at once", grown, Some(memory)).judged(Number::Median, &at_most),
    ];
    for (who, milliseconds) in ["the server", "the database", "the clients"].into_iter().zip(measured.processor) {
        let ours = bench.ours(
            vec![milliseconds],
            Unit::Milliseconds,
            "of each 1000 vouchers while all are listed by four at once, on the same two cores",
        )?;
        entries.push(entry(&format!("processor time of {who} for 1000 vouchers"), ours, None));
    }
    Ok(entries)
}

/// Each reader does that, all at once.
async fn at_once<T, F>(readers: &[Reader], act: impl Fn(Reader) -> F) -> anyhow::Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
{
    let mut running = JoinSet::new();
    for reader in readers {
        running.spawn(act(reader.clone()));
    }
    let mut done = Vec::new();
    while let Some(one) = running.join_next().await {
        done.push(one.context("a reader")??);
    }
    Ok(done)
}

/// The original, as it was measured before: it is no part of this run.
fn original(figure: f64, unit: Unit) -> anyhow::Result<Side> {
    side(
        "the original's one list",
        "",
        vec![figure],
        unit,
        "not part of this run: 15.6 s and 147 MB for 100000 vouchers, on two cores",
    )
}

fn mebibytes(bytes: u64) -> f64 {
    whole(bytes) / (1024.0 * 1024.0)
}

#[expect(clippy::cast_precision_loss, reason = "fewer rows and bytes than a float counts exactly")]
fn whole(count: u64) -> f64 {
    count as f64
}
