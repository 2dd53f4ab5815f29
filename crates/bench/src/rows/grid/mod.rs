//! The grid in the real window over all vouchers: frames while somebody scrolls anywhere, beside an empty virtual list in the same window;
//! pages and searches as the window sees them; the memory of the page.

mod page;

use std::time::Duration;

use anyhow::Context as _;
use beadsbox_e2e::{Desk, Keys, arguments};

use super::{Bench, shelf::Shelves, side};
use crate::{
    centre::{Centre, PASSWORD},
    figure::Unit,
    ledger::{Entry, Goal, Number},
    progress,
};
use page::Page;

const ROW: &str = "grid";
const OFFICE: &str = "Bruno";
/// How long a device may take for all vouchers and their search text.
const PATIENCE: Duration = Duration::from_mins(20);
/// How often somebody scrolls, types or asks.
const FRAMES: usize = 600;
const ASKED: usize = 100;
const JUMPS: usize = 60;

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let windows = bench.windows.as_ref().context("no programs with windows were named")?;
    let vouchers = *bench.scale.vouchers.last().context("no sizes")?;
    let centre = &shelves.get(vouchers).await?.centre;
    let desk = office(bench, &windows.program.canonicalize()?, centre, vouchers).await?;
    let page = Page(&desk);
    let mut entries = frames(bench, &page, vouchers).await?;
    entries.extend(answers(bench, &page, vouchers).await?);
    entries.push(memory(bench, &page, vouchers).await?);
    desk.close().await?;
    Ok(entries)
}

/// The office window of a device that holds them all, and whose search text is built.
async fn office(bench: &Bench, program: &std::path::Path, centre: &Centre, vouchers: u64) -> anyhow::Result<Desk> {
    centre.add_office_worker(OFFICE).await?;
    let desk = Desk::open_program(program, &arguments(&bench.folder("grid")?, Keys::File)).await?;
    desk.enrol(&centre.url(), &centre.enrolment_code().await?, "Office").await?;
    desk.sign_in(OFFICE, PASSWORD, "office").await?;
    progress("  the window's device takes all vouchers");
    let begun = std::time::Instant::now();
    loop {
        let total = Page(&desk).total().await?;
        if total == Some(vouchers) && Page(&desk).search_is_quick().await? {
            return Ok(desk);
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "{total:?} of {vouchers} vouchers after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn frames(bench: &Bench, page: &Page<'_>, vouchers: u64) -> anyhow::Result<Vec<Entry>> {
    let (mut ours, mut theirs) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    // In turn, so that both meet the same machine.
    for _ in 0..2 {
        for (place, how) in ["steadily", "anywhere"].into_iter().enumerate() {
            ours[place].extend(page.frames("grid", how, FRAMES / 2).await?);
            theirs[place].extend(page.frames("empty", how, FRAMES / 2).await?);
        }
    }
    let mut entries = Vec::new();
    for (what, (ours, theirs)) in ["frames of scrolling, a page each", "frames of scrolling, anywhere each"].into_iter().zip(ours.into_iter().zip(theirs)) {
        let ours = bench.ours(ours, Unit::Milliseconds, "time from frame to frame in the office window")?;
        let other = side("an empty virtual list", "", theirs, Unit::Milliseconds, "as many empty rows, in the same window")?;
        entries.push(Entry::new(ROW, vouchers, what, ours, Some(other)).judged(Number::P99, &[Goal::AtMostTimes(1.5)]));
    }
    Ok(entries)
}

async fn answers(bench: &Bench, page: &Page<'_>, vouchers: u64) -> anyhow::Result<Vec<Entry>> {
    let asked = bench.ours(page.pages(ASKED).await?, Unit::Milliseconds, "a hundred rows, from the question to the answer in the page")?;
    let typed = bench.ours(
        page.searches(ASKED / 5).await?,
        Unit::Milliseconds,
        "from the last key to the painted rows; 90 of it wait for more keys",
    )?;
    Ok(vec![
        Entry::new(ROW, vouchers, "a page as the window sees it", asked, None),
        Entry::new(ROW, vouchers, "from a key to the rows of a search", typed, None),
    ])
}

/// After many jumps beside what it was before.
async fn memory(bench: &Bench, page: &Page<'_>, vouchers: u64) -> anyhow::Result<Entry> {
    page.jumps(JUMPS / 6).await?;
    let before = Page::resident_mebibytes()?;
    page.jumps(JUMPS).await?;
    let after = Page::resident_mebibytes()?;
    let ours = bench.ours(vec![after], Unit::Mebibytes, "resident memory of the web view after sixty jumps")?;
    let other = side("the same before them", "", vec![before], Unit::Mebibytes, "")?;
    Ok(Entry::new(ROW, vouchers, "memory of the page", ours, Some(other)).judged(Number::Median, &[Goal::AtMostTimes(1.2)]))
}
