//! A redemption in one shop seen in another: from the moment before it is recorded until the other device's list shows it.

use std::time::{Duration, Instant};

use beadsbox_domain::{RedeemMode, Status, VoucherCode, VoucherId};
use beadsbox_testkit::{TestDevice, fixtures};
use tokio::time::{sleep, timeout};

use super::{Bench, catch_up::export, milliseconds, side};
use crate::{
    centre::{Centre, End, stock},
    figure::Unit,
    ledger::{Entry, Goal, Number},
    peer::{Respondent, text},
    till::Till,
};

const VOUCHERS: u64 = 2_000;
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let rounds = bench.scale.rounds / 3;
    let centre = Centre::open(&bench.server).await?;
    stock(&centre, 0..VOUCHERS, VOUCHERS).await?;
    let vouchers = centre.redeemable(2 * rounds, End::First).await?;
    let rows = bench.work.join("live.ndjson");
    export(&Till::open(&bench.folder("live-reader")?, &centre.url(), &centre.enrolment_code().await?).await?, &rows).await?;
    let [here, there] = [open(bench, &centre, "here").await?, open(bench, &centre, "there").await?];
    let running = [&here, &there].map(|till| tokio::spawn(std::sync::Arc::clone(&till.syncer).run()));

    let count = VOUCHERS.to_string();
    let [server, devices] = [bench.folder("pouchdb-server")?, bench.folder("pouchdb-live")?];
    let pouchdb = bench.peers.serve("pouchdb-server.js", &[("folder", text(&server)?), ("rows", text(&rows)?), ("count", &count)]).await?;
    let mut peer = bench.peers.ask("pouchdb-live.js", &[("url", pouchdb.url()), ("folder", text(&devices)?)])?;
    timeout(PATIENCE, peer.line()).await??;
    // Everything is at rest before the first measurement.
    sleep(Duration::from_secs(2)).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (_, code) in &vouchers[..rounds] {
        let mut changes = there.syncer.replica().changes();
        let begun = Instant::now();
        let voucher = here.redeem(centre.staff, *code, RedeemMode::Asked)?;
        here.syncer.wake();
        timeout(PATIENCE, async {
            while !is_used(&there, voucher)? {
                changes.recv().await?;
            }
            Ok::<_, anyhow::Error>(())
        })
        .await??;
        ours.push(milliseconds(begun));
        theirs.push(next_of(&mut peer).await?);
    }
    for task in running {
        task.abort();
    }
    let woken = long_polls(&centre, &vouchers[rounds..]).await?;

    let ours = bench.ours(ours, Unit::Milliseconds, "on the disk of three: first device, server, second device; encrypted")?;
    let theirs = side(
        "PouchDB, live",
        &bench.peers.version("pouchdb"),
        theirs,
        Unit::Milliseconds,
        "LevelDB in all three, no fsync, not encrypted",
    )?;
    let woken = bench.ours(woken, Unit::Milliseconds, "from sending the push until another device's waiting request is answered, HTTP alone")?;
    Ok(vec![
        Entry::new("live", VOUCHERS, "a redemption seen in another shop", ours, Some(theirs)).judged(Number::Median, &[Goal::AtMostTimes(1.0)]),
        Entry::new("live", VOUCHERS, "a long poll woken", woken, None),
    ])
}

async fn open(bench: &Bench, centre: &Centre, name: &str) -> anyhow::Result<Till> {
    let till = Till::open(&bench.folder(&format!("live-{name}"))?, &centre.url(), &centre.enrolment_code().await?).await?;
    till.sync().await?;
    Ok(till)
}

fn is_used(till: &Till, voucher: VoucherId) -> anyhow::Result<bool> {
    Ok(till.store.view()?.voucher(voucher)?.is_some_and(|view| view.voucher.status == Status::Used))
}

async fn next_of(peer: &mut Respondent) -> anyhow::Result<f64> {
    let report = timeout(PATIENCE, peer.measure()).await??;
    report.get("milliseconds").and_then(serde_json::Value::as_f64).ok_or_else(|| anyhow::anyhow!("the peer said {report}"))
}

/// Devices that speak plain HTTP: one redeems, the other's long poll is answered.
async fn long_polls(centre: &Centre, vouchers: &[(VoucherId, VoucherCode)]) -> anyhow::Result<Vec<f64>> {
    let told = |problem: Box<beadsbox_protocol::Problem>| anyhow::anyhow!("{}", problem.title);
    let mut here = TestDevice::enrol(&centre.url(), &centre.enrolment_code().await?, "Here").await.map_err(told)?;
    let mut there = TestDevice::enrol(&centre.url(), &centre.enrolment_code().await?, "There").await.map_err(told)?;
    here.staff = centre.staff;
    here.pull().await.map_err(told)?;
    there.pull().await.map_err(told)?;
    let mut woken = Vec::new();
    for (id, _) in vouchers {
        here.record(fixtures::ask(*id));
        let mut waiting = there.clone();
        let poll = tokio::spawn(async move { waiting.pull_page(100, 25).await.map(|page| (waiting, page)) });
        sleep(Duration::from_millis(30)).await;
        let begun = Instant::now();
        here.push().await.map_err(told)?;
        let (device, _) = timeout(PATIENCE, poll).await??.map_err(told)?;
        woken.push(milliseconds(begun));
        there = device;
        there.pull().await.map_err(told)?;
    }
    Ok(woken)
}
