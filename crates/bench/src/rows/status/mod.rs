//! Changes of status by four devices over HTTP, one by one and in batches; beside the original, and beside the same rows written by
//! pgbench into the same tables.

mod plain;

use std::time::Instant;

use anyhow::Context as _;
use beadsbox_domain::{Operation, Outcome, VoucherId, voucher::Payment};
use beadsbox_protocol::push::PushRequest;
use beadsbox_testkit::{TestDevice, fixtures};
use tokio::task::JoinSet;

use super::{Bench, milliseconds, side};
use crate::{
    centre::{Centre, End, stock},
    figure::Unit,
    ledger::{Entry, Goal, Number, Side},
    process::{family_processor_ms, processor_ms},
};

/// How many devices send at once.
const CLIENTS: usize = 4;
/// The most operations of a batch.
pub(super) const BATCH: u64 = 500;
/// How often all of it is measured, each time on a database as it was before.
const TIMES: usize = 3;
/// How many changes of status a second the original makes, with two workers on two cores.
const ORIGINAL: f64 = 200.0;

/// What one way of sending came to.
#[derive(Default)]
struct Measured {
    rates: Vec<f64>,
    milliseconds: Vec<f64>,
    /// Processor time of server and database for each operation, in milliseconds.
    processor: Vec<f64>,
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "fewer operations than a float counts exactly")]
    fn add(&mut self, operations: u64, seconds: f64, milliseconds: Vec<f64>, processor: f64) {
        self.rates.push(operations as f64 / seconds);
        self.milliseconds.extend(milliseconds);
        self.processor.push(processor / operations as f64);
    }
}

/// How one measurement is made.
#[derive(Clone, Copy)]
struct Way {
    /// Operations of one transaction.
    size: u64,
    /// Vouchers for each client, each of which changes twice.
    vouchers: u64,
}

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let count = bench.scale.listed;
    let mut origin = Centre::open(&bench.server).await?;
    stock(&origin, 0..count, count).await?;
    let mut codes = Vec::new();
    for _ in 0..CLIENTS {
        codes.push(origin.enrolment_code().await?);
    }
    let ways = [Way { size: 1, vouchers: (count / 200).max(1) }, Way { size: (count / 200).clamp(2, BATCH), vouchers: (count / 100).max(2) }];
    let each: u64 = ways.iter().map(|way| way.vouchers).sum();
    let vouchers: Vec<VoucherId> = origin.redeemable(usize::try_from(each)? * CLIENTS, End::First).await?.into_iter().map(|(id, _)| id).collect();
    origin.stop().await?;
    let (mut ours, mut theirs) = ([Measured::default(), Measured::default()], [Measured::default(), Measured::default()]);
    for _ in 0..TIMES {
        let body = ours_once(bench, &origin, &codes, &vouchers, ways, &mut ours).await?;
        plain::once(bench, &origin, &vouchers, ways, body, &mut theirs).await?;
    }
    let mut entries = Vec::new();
    for ((way, ours), (theirs, least)) in ways.into_iter().zip(ours).zip(theirs.into_iter().zip([10.0, 50.0])) {
        entries.extend(told(bench, count, way, ours, theirs, least)?);
    }
    Ok(entries)
}

/// Both ways on a copy of the database. How long an operation's body is.
async fn ours_once(
    bench: &Bench,
    origin: &Centre,
    codes: &[String],
    vouchers: &[VoucherId],
    ways: [Way; 2],
    measured: &mut [Measured; 2],
) -> anyhow::Result<usize> {
    let mut centre = origin.copy(&bench.server).await?;
    let mut devices = Vec::new();
    for code in codes {
        let mut device = TestDevice::enrol(&centre.url(), code, "Bench").await.map_err(|problem| anyhow::anyhow!("{}", problem.title))?;
        device.staff = centre.staff;
        devices.push(device);
    }
    let (database, mut vouchers, mut body) = (centre.postmaster().await?, vouchers.iter().copied(), 0);
    for (way, measured) in ways.into_iter().zip(measured) {
        for device in &mut devices {
            record(device, &vouchers.by_ref().take(usize::try_from(way.vouchers)?).collect::<Vec<_>>());
            body = device.outbox.last().map_or(0, |recorded| recorded.body.len());
        }
        // Tills sign on processors of their own.
        let sent: Vec<_> = devices.drain(..).map(|device| (pushes(&device, way.size), device)).collect();
        let before = processor_ms(centre.process_id()?)? + family_processor_ms(database)?;
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for (pushes, device) in sent {
            running.spawn(send_all(device, pushes));
        }
        let mut taken = Vec::new();
        while let Some(done) = running.join_next().await {
            let (device, milliseconds) = done.context("a device")??;
            devices.push(device);
            taken.extend(milliseconds);
        }
        let seconds = begun.elapsed().as_secs_f64();
        let processor = processor_ms(centre.process_id()?)? + family_processor_ms(database)? - before;
        measured.add(2 * way.vouchers * CLIENTS as u64, seconds, taken, processor);
    }
    centre.stop().await?;
    Ok(body)
}

/// Half of the vouchers are redeemed, which is then undone; the others are cancelled, and then refunded. The second changes come after all of
/// the first, so that no batch changes a voucher twice.
fn record(device: &mut TestDevice, vouchers: &[VoucherId]) {
    let mut second = Vec::new();
    for (place, &voucher) in vouchers.iter().enumerate() {
        second.push(if place % 2 == 0 {
            let redemption = device.record(fixtures::ask(voucher));
            Operation::UndoRedemption { voucher, redemption, reason: fixtures::reason() }
        } else {
            device.record(Operation::Cancel { voucher, reason: fixtures::reason() });
            Operation::Refund { voucher, reason: fixtures::reason(), payment: Payment::Cash }
        });
    }
    for operation in second {
        device.record(operation);
    }
}

/// What waits as pushes of so many operations, signed.
pub(super) fn pushes(device: &TestDevice, size: u64) -> Vec<PushRequest> {
    let end = device.outbox.len() as u64;
    let mut pushes = Vec::new();
    let mut sent = device.acked;
    while sent < end {
        let last = end.min(sent + size);
        let mut push = device.push_request(sent + 1, last);
        if size == 1 {
            // A till that sends each at once has nothing waiting behind it.
            push.waiting = 0;
        }
        pushes.push(push);
        sent = last;
    }
    pushes
}

/// Sends pushes one after the other; how long each took until its answer was there, in milliseconds.
pub(super) async fn send_all(mut device: TestDevice, pushes: Vec<PushRequest>) -> anyhow::Result<(TestDevice, Vec<f64>)> {
    let mut taken = Vec::with_capacity(pushes.len());
    for request in pushes {
        let begun = Instant::now();
        let response = device.send(&request).await.map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
        taken.push(milliseconds(begun));
        let applied = response.results.iter().filter(|result| result.result == Some(Outcome::Applied)).count();
        anyhow::ensure!(applied == request.ops.len(), "{applied} of {} changes were applied: {:?}", request.ops.len(), response.results.first());
        device.acked += request.ops.len() as u64;
    }
    Ok((device, taken))
}

fn told(bench: &Bench, count: u64, way: Way, ours: Measured, theirs: Measured, least: f64) -> anyhow::Result<Vec<Entry>> {
    let how = if way.size == 1 { "one by one".to_owned() } else { format!("in batches of {}", way.size) };
    let plain = |measured, unit| {
        let note =
            "the same rows into the same tables by pgbench, 4 clients, prepared statements, synchronous_commit=on; nothing is decided, signed or checked";
        side("pgbench", &bench.postgres, measured, unit, note)
    };
    let note = "4 devices over HTTP: redeemed and undone, cancelled and refunded; decided, receipts signed, in the feed; PostgreSQL durable";
    let rates = bench.ours(ours.rates, Unit::RowsASecond, note)?;
    let original = side(
        "the original",
        "",
        vec![ORIGINAL],
        Unit::RowsASecond,
        "not part of this run: about 200 changes a second with two workers, on two cores",
    )?;
    let answer = bench.ours(ours.milliseconds, Unit::Milliseconds, "from sending the push until its answer is there")?;
    let processor = bench.ours(ours.processor, Unit::Milliseconds, "processor time of server and database together")?;
    let entry = |what: String, ours: Side, other| Entry::new("status", count, what, ours, other);
    Ok(vec![
        entry(format!("changes {how}"), rates.clone(), Some(original)).judged(Number::Median, &[Goal::AtLeastTimes(least)]),
        entry(format!("changes {how}"), rates, Some(plain(theirs.rates, Unit::RowsASecond)?)).judged(Number::Median, &[]),
        entry(format!("a push, {how}"), answer, Some(plain(theirs.milliseconds, Unit::Milliseconds)?)).judged(Number::P99, &[]),
        entry(format!("processor time of a change, {how}"), processor, Some(plain(theirs.processor, Unit::Milliseconds)?)).judged(Number::Median, &[]),
    ])
}
