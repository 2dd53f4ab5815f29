//! Many devices that wait for news at one server process: what they cost while nothing happens, and when all of them hear of it.

use std::time::{Duration, Instant};

use beadsbox_domain::{DeviceId, VoucherId};
use beadsbox_testkit::{TestDevice, fixtures};
use sqlx::PgPool;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::Bench;
use crate::{
    centre::{Centre, End, stock},
    figure::Unit,
    ledger::Entry,
    process::{family_processor_ms, processor_ms, resident_kib},
};

const VOUCHERS: u64 = 2_000;
/// How long a poll waits: as long as a device's does.
const WAIT: u32 = 25;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let devices = bench.scale.polls;
    let rounds = bench.scale.rounds / 15;
    let centre = Centre::open(&bench.server).await?;
    stock(&centre, 0..VOUCHERS, VOUCHERS).await?;
    let vouchers = centre.redeemable(rounds, End::First).await?;
    let mut here = centre.device("Here").await?;
    let mut there = centre.device("There").await?;
    here.staff = centre.staff;
    there.pull().await.map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    // Each holds what it heard; the first rows are nobody's news.
    there.cache.clear();
    let (pool, server, database) = (centre.pool(), centre.process_id()?, centre.postmaster().await?);
    let ids = enrol_more(&pool, there.id, devices).await?;
    let before = resident_kib(server)?;

    let (told, mut heard) = mpsc::channel(devices);
    let mut waiting = JoinSet::new();
    for (number, id) in ids.into_iter().enumerate() {
        let mut device = there.clone();
        (device.id, device.token) = (id, token(number + 1));
        waiting.spawn(hold(device, told.clone()));
    }
    all_wait(&pool, there.id, devices).await?;
    let idle = idle(bench, server, database).await?;
    let held = resident_kib(server)?.saturating_sub(before);

    let (mut each, mut all) = (Vec::new(), Vec::new());
    for (voucher, _) in &vouchers {
        sqlx::query("UPDATE device SET waiting = NULL").execute(&pool).await?;
        let begun = Instant::now();
        redeem(&mut here, *voucher).await?;
        let mut last = 0.0;
        for _ in 0..devices {
            let at: Instant = timeout(PATIENCE, heard.recv()).await?.ok_or_else(|| anyhow::anyhow!("nobody waits any more"))?;
            last = at.duration_since(begun).as_secs_f64() * 1000.0;
            each.push(last);
        }
        all.push(last);
        all_wait(&pool, there.id, devices).await?;
    }
    waiting.abort_all();
    let peak = centre.peak_kib()?.saturating_sub(before);
    entries(bench, devices, Taken { idle, held, peak, each, all })
}

/// What was measured.
struct Taken {
    idle: Vec<f64>,
    held: u64,
    peak: u64,
    each: Vec<f64>,
    all: Vec<f64>,
}

fn entries(bench: &Bench, devices: usize, taken: Taken) -> anyhow::Result<Vec<Entry>> {
    #[expect(clippy::cast_precision_loss, reason = "fewer than a float counts exactly")]
    let per_device = |kib: u64| kib as f64 / devices as f64;
    let size = u64::try_from(devices)?;
    let entry =
        |what: &str, measured, unit, note: &str| -> anyhow::Result<Entry> { Ok(Entry::new("polls", size, what, bench.ours(measured, unit, note)?, None)) };
    Ok(vec![
        entry(
            "from sending a redemption until a waiting device has it",
            taken.each,
            Unit::Milliseconds,
            "HTTP alone; every device waits at one process and hears of each",
        )?,
        entry("until all of them have it", taken.all, Unit::Milliseconds, "the last of them")?,
        entry(
            "memory of the server for each that waits",
            vec![per_device(taken.held)],
            Unit::Kibibytes,
            "VmRSS with them, less VmRSS before them",
        )?,
        entry(
            "and at most, while all are answered at once",
            vec![per_device(taken.peak)],
            Unit::Kibibytes,
            "VmHWM at the end, less VmRSS before them",
        )?,
        entry(
            "processor time of a second in which nothing happens",
            taken.idle,
            Unit::Milliseconds,
            "server and database together; each device asks anew every 25 s",
        )?,
    ])
}

/// Devices that differ from that one in id, key and token.
async fn enrol_more(pool: &PgPool, like: DeviceId, count: usize) -> anyhow::Result<Vec<DeviceId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO device (id, name, shop_id, public_key, token_hash, profile, state, enrolled_at)
         SELECT gen_random_uuid(), 'Bench ' || i, shop_id, sha256(convert_to('key ' || i, 'UTF8')), sha256(convert_to('bench-' || i, 'UTF8')), profile, state, now()
         FROM device, generate_series(1, $2) AS i WHERE id = $1 ORDER BY i RETURNING id",
    )
    .bind(like.0)
    .bind(i32::try_from(count)?)
    .fetch_all(pool)
    .await?;
    sqlx::query(
        "INSERT INTO device_life (device_id, incarnation, last_seq, chain_hash, parted_hash)
         SELECT id, 1, 0, sha256(public_key), sha256(public_key) FROM device WHERE id = ANY($1)",
    )
    .bind(&ids)
    .execute(pool)
    .await?;
    Ok(ids.into_iter().map(DeviceId).collect())
}

fn token(number: usize) -> String {
    format!("bench-{number}")
}

/// Waits for news again and again, and says when there were some.
async fn hold(mut device: TestDevice, told: mpsc::Sender<Instant>) {
    loop {
        match device.pull_page(100, WAIT).await {
            Ok(page) if page.rows.is_empty() => {}
            Ok(_) => {
                device.cache.clear();
                if told.send(Instant::now()).await.is_err() {
                    return;
                }
            }
            Err(problem) => {
                crate::progress(&format!("  a poll was refused: {problem:?}"));
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Until each of those devices has asked since it was last forgotten who did. The server notes that right after its first look.
async fn all_wait(pool: &PgPool, aside: DeviceId, devices: usize) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let asked: i64 = sqlx::query_scalar("SELECT count(*) FROM device WHERE waiting IS NOT NULL AND name LIKE 'Bench %' AND id <> $1")
            .bind(aside.0)
            .fetch_one(pool)
            .await?;
        if usize::try_from(asked)? >= devices {
            return Ok(());
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "only {asked} of {devices} devices wait");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Milliseconds of processor time that server and database use in each second, over as long as every device asks once.
async fn idle(bench: &Bench, server: u32, database: u32) -> anyhow::Result<Vec<f64>> {
    let used = || -> anyhow::Result<f64> { Ok(processor_ms(server)? + family_processor_ms(database)?) };
    let seconds = if bench.scale.polls >= 1000 { u64::from(WAIT) } else { 2 };
    let before = used()?;
    sleep(Duration::from_secs(seconds)).await;
    #[expect(clippy::cast_precision_loss, reason = "a handful of seconds")]
    Ok(vec![(used()? - before) / seconds as f64])
}

async fn redeem(device: &mut TestDevice, voucher: VoucherId) -> anyhow::Result<()> {
    device.record(fixtures::ask(voucher));
    device.push().await.map_err(|problem| anyhow::anyhow!("{problem:?}"))
}
