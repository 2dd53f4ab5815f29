//! Makes a snapshot: reads everything at one moment, page by page, packs it on another thread, writes the chunks.
//!
//! Reading, packing and writing go on at the same time and hand over a page or a chunk at a time, so the memory that it takes
//! does not depend on how many rows there are.

use beadsbox_protocol::{
    Profile,
    digest::{MOST_RANGE_ROWS, RowKind},
};
use sqlx::PgConnection;
use tokio::{sync::mpsc, time::Instant};
use uuid::Uuid;

use super::{
    fresh,
    pack::{Packed, Packer},
};
use crate::{
    db::{
        self,
        feed::Kind,
        flat,
        lock::Lock,
        range::Bounds,
        snapshot::{New, NewChunk},
    },
    error::Failure,
    feed,
    state::App,
};

/// A page of rows of one kind.
enum Page {
    /// Rows that are no vouchers, as JSON.
    Rows(Vec<String>),
    Vouchers(Vec<flat::Voucher>),
}

/// What was made.
pub(super) struct Made {
    pub rows: u64,
    pub bytes: u64,
    pub milliseconds: u128,
}

/// Makes the snapshot of a profile. None where another process is at it, or was just now.
pub(super) async fn make(app: &App, profile: Profile) -> Result<Option<Made>, Failure> {
    let began = Instant::now();
    // The lock is this transaction's: whoever dies in the middle gives it up.
    let mut moment = db::at_one_moment(&app.pool).await?;
    app.check_home(&mut moment).await?;
    if !Lock::SnapshotMaker.try_take(&mut moment).await? {
        return Ok(None);
    }
    let mut writing = app.pool.acquire().await?;
    if fresh(&mut writing, app, profile).await?.is_some() {
        return Ok(None);
    }
    db::snapshot::delete_unfinished(&mut writing).await?;
    // Each page is planned for its own size: a plan for any size would read the whole table for each.
    sqlx::query("SET LOCAL plan_cache_mode = force_custom_plan").execute(&mut *moment).await?;
    let cursor = feed::head_cursor(&mut moment).await?;
    let erased = db::erased_person::count(&mut moment).await?;
    let id = Uuid::now_v7();
    let new = New { id, profile, epoch: app.identity.epoch, cursor: &cursor, begun_at: app.clock.now(), of_rows: db::feed::size(&mut moment).await? };
    db::snapshot::begin(&mut writing, &new).await?;
    let (packed, rows, bytes) = copy(&mut moment, &mut writing, id, profile).await?;
    db::snapshot::finish(&mut writing, id, packed.vouchers, &packed.voucher_digest, app.clock.now(), erased).await?;
    moment.commit().await?;
    Ok(Some(Made { rows, bytes, milliseconds: began.elapsed().as_millis() }))
}

/// Copies every row into chunks. What the vouchers are, how many rows in how many bytes.
async fn copy(moment: &mut PgConnection, writing: &mut PgConnection, id: Uuid, profile: Profile) -> Result<(Packed, u64, u64), Failure> {
    let (pages, to_pack) = mpsc::channel(1);
    let (chunks, to_write) = mpsc::channel(1);
    let packing = tokio::task::spawn_blocking(move || pack(to_pack, &chunks));
    let copied = tokio::try_join!(read(moment, profile, pages), write(writing, id, to_write));
    let packed = packing.await.map_err(|error| Failure::Defect(format!("packing a snapshot: {error}")))?;
    let ((), (rows, bytes)) = copied?;
    Ok((packed?, rows, bytes))
}

/// Reads every row: vouchers last, so that a device can sell before they have come.
async fn read(moment: &mut PgConnection, profile: Profile, pages: mpsc::Sender<Page>) -> Result<(), Failure> {
    for kind in RowKind::ALL.into_iter().filter(|kind| *kind != RowKind::Voucher) {
        let mut after = None;
        while let Some(bounds) = Bounds::new(after, None) {
            let found = feed::rows_within(moment, Kind::from(kind), bounds, MOST_RANGE_ROWS.into(), profile).await?;
            after = found.last().map(|(id, _)| *id);
            if after.is_none() {
                break;
            }
            let rows = found.iter().map(|(_, row)| serde_json::to_string(row)).collect::<Result<_, _>>();
            hand_over(&pages, Page::Rows(rows.map_err(|error| Failure::Defect(format!("a row: {error}")))?)).await?;
        }
    }
    let mut reader = flat::Reader::new(profile);
    let mut after = None;
    while let Some(bounds) = Bounds::new(after, None) {
        let found = reader.page(moment, bounds, MOST_RANGE_ROWS.into()).await?;
        after = found.last().map(|row| row.id);
        if after.is_none() {
            break;
        }
        hand_over(&pages, Page::Vouchers(found)).await?;
    }
    Ok(())
}

async fn hand_over(pages: &mpsc::Sender<Page>, page: Page) -> Result<(), Failure> {
    pages.send(page).await.map_err(|_| Failure::Defect("the packer ended early".to_owned()))
}

/// Packs pages until there are no more; ends early where nobody takes its chunks.
fn pack(mut pages: mpsc::Receiver<Page>, chunks: &mpsc::Sender<NewChunk>) -> Result<Packed, Failure> {
    let mut packer = Packer::new();
    let mut is_first_voucher = true;
    let give = |chunk: Option<NewChunk>| match chunk {
        Some(chunk) => chunks.blocking_send(chunk).map_err(|_| Failure::Defect("the writer of chunks ended early".to_owned())),
        None => Ok(()),
    };
    while let Some(page) = pages.blocking_recv() {
        match page {
            Page::Rows(rows) => {
                for json in rows {
                    give(packer.row(&json)?)?;
                }
            }
            Page::Vouchers(rows) => {
                if std::mem::take(&mut is_first_voucher) {
                    give(packer.cut()?)?;
                }
                for row in rows {
                    give(packer.voucher(&row)?)?;
                }
            }
        }
    }
    give(packer.cut()?)?;
    Ok(packer.finish())
}

/// Writes chunks as they come. How many rows in how many bytes.
async fn write(writing: &mut PgConnection, id: Uuid, mut chunks: mpsc::Receiver<NewChunk>) -> Result<(u64, u64), Failure> {
    let (mut rows, mut bytes, mut number) = (0, 0, 0);
    while let Some(chunk) = chunks.recv().await {
        db::snapshot::add_chunk(writing, id, number, &chunk).await?;
        rows += chunk.rows;
        bytes += chunk.bytes.len() as u64;
        number += 1;
    }
    Ok((rows, bytes))
}
