//! The program's start, beside that of an empty Tauri window: from the start of the process until the page says that somebody can
//! begin. Both pages say it by the same mark in their own measurements, read through `WebDriver`.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use beadsbox_e2e::{Desk, Keys, arguments};

use super::{Bench, side};
use crate::{
    centre::{Centre, PASSWORD, stock},
    figure::Unit,
    ledger::{Entry, Goal, Number},
    progress,
};

const ROW: &str = "start";
const SELLER: &str = "Carla";
/// How often each is started, after one that is not counted.
const STARTS: usize = 12;
/// Clock ticks a second in `/proc`: the same on every Linux that people have on a desk.
const TICKS: f64 = 100.0;
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let windows = bench.windows.as_ref().context("no programs with windows were named")?;
    let vouchers = *bench.scale.vouchers.first().context("no sizes")?;
    let centre = Centre::open(&bench.server).await?;
    centre.add_seller(SELLER).await?;
    stock(&centre, 0..vouchers, vouchers).await?;
    let (program, empty) = (windows.program.canonicalize()?, windows.empty.canonicalize()?);
    let arguments = arguments(&bench.folder("start")?, Keys::File);

    let till = Desk::open_program(&program, &arguments).await?;
    till.enrol(&centre.url(), &centre.enrolment_code().await?, "Till 1").await?;
    till.sign_in(SELLER, PASSWORD, "counter").await?;
    till.attribute_is("status-online", "data-online", "true").await?;
    ended(till, &program).await?;

    let (mut to_sign_in, mut to_redeem, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for start in 0..=STARTS {
        progress(&format!("  start {start} of {STARTS}"));
        let other = Desk::open_program(&empty, &[]).await?;
        let empty_usable = usable(&other).await? - started(&empty)?;
        ended(other, &empty).await?;

        let till = Desk::open_program(&program, &arguments).await?;
        let sign_in_usable = usable(&till).await? - started(&program)?;
        till.fill("signin-password", PASSWORD).await?;
        let sent = since_epoch()?;
        till.sign_in_as_filled("counter").await?;
        let redeem_usable = sign_in_usable + usable(&till).await? - sent;
        ended(till, &program).await?;
        // The first reads everything from the disk.
        if start > 0 {
            theirs.push(empty_usable);
            to_sign_in.push(sign_in_usable);
            to_redeem.push(redeem_usable);
        }
    }
    let other = || {
        side(
            "an empty Tauri window",
            "",
            theirs.clone(),
            Unit::Milliseconds,
            "one empty page, its first paint; same Tauri, same web view",
        )
    };
    let ours = |measured, note: &str| bench.ours(measured, Unit::Milliseconds, note);
    let first = ours(to_sign_in, "files opened, server found, the sign-in painted with its cursor")?;
    let then = ours(to_redeem, "and the password sent at once: checked, second window, redeem field with its cursor")?;
    Ok(vec![
        Entry::new(ROW, vouchers, "from nothing to the sign-in", first, Some(other()?)).judged(Number::Median, &[Goal::AtMostTimes(1.5)]),
        Entry::new(ROW, vouchers, "and on to the redeem field", then, Some(other()?)).judged(Number::Median, &[]),
    ])
}

/// When the page said that somebody can begin, in milliseconds since 1970.
async fn usable(desk: &Desk) -> anyhow::Result<f64> {
    let mark = "const [mark] = performance.getEntriesByName('usable'); return mark ? performance.timeOrigin + mark.startTime : null";
    desk.until("a usable screen", async || desk.driver.execute(mark, Vec::new()).await.ok()?.json().as_f64()).await
}

/// When the process of that program was started, in milliseconds since 1970.
fn started(binary: &Path) -> anyhow::Result<f64> {
    let [process] = processes(binary)?[..] else { anyhow::bail!("not one process of {}", binary.display()) };
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Behind the name, which may hold spaces: field 3 is the first, and 22 the start since boot.
    let ticks: f64 = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(19)).context("no start")?.parse()?;
    let uptime: f64 = fs::read_to_string("/proc/uptime")?.split_whitespace().next().context("no uptime")?.parse()?;
    Ok(since_epoch()? - (uptime - ticks / TICKS) * 1000.0)
}

fn since_epoch() -> anyhow::Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1000.0)
}

/// The numbers of the processes of that program.
fn processes(binary: &Path) -> anyhow::Result<Vec<u32>> {
    let entries = fs::read_dir("/proc")?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // Others' processes do not say what they run.
    Ok(numbers.filter(|number: &u32| fs::read_link(format!("/proc/{number}/exe")).is_ok_and(|exe| exe == binary)).collect())
}

/// Closes it, and waits until nothing of it runs: the next start would only wake this one.
async fn ended(desk: Desk, binary: &Path) -> anyhow::Result<()> {
    desk.close().await?;
    let gone = async {
        while !processes(binary)?.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok::<_, anyhow::Error>(())
    };
    tokio::time::timeout(PATIENCE, gone).await.context("the program does not end")?
}
