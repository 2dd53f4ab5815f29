//! A cache that is empty or far behind takes everything at one moment, from a snapshot, and by pages where the server says that they are
//! quicker or where there is none. What is there stays in use until the other is whole. Operations are sent meanwhile: the two tasks
//! share nothing.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use beadsbox_protocol::{
    ErrorCode,
    pull::ChangesPage,
    snapshot::{Manifest, SNAPSHOT_FORMAT, SnapshotAnswer, SnapshotQuery},
};
use tracing::{info, warn};

use crate::{
    plan,
    replica::{Finished, Loaded, Position, Replica},
    status::{Phase, Progress, Trouble},
    syncer::Syncer,
    transport::{Transport, TransportError},
};

/// So often something unfit is thrown away and taken again, before the cache is filled by pages.
const MOST_ATTEMPTS: u32 = 3;
/// A server that asks for patience is asked again between these.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// How a cache comes to the head.
#[derive(Debug, Default)]
pub(crate) struct Bootstrap {
    /// Until it is there.
    by_pages: AtomicBool,
    /// The last page did not bring it there.
    short_of_head: AtomicBool,
    unfit: AtomicU32,
}

impl Bootstrap {
    /// Whether to ask for a snapshot, for a cache that stands there.
    pub(crate) fn wants_snapshot(&self, cursor: u64) -> bool {
        !self.by_pages.load(Ordering::Relaxed) && (cursor == 0 || self.short_of_head.load(Ordering::Relaxed))
    }

    /// A page came.
    pub(crate) fn note(&self, page: &ChangesPage) {
        let is_at_head = plan::is_at_head(page);
        self.short_of_head.store(!is_at_head, Ordering::Relaxed);
        // An empty feed leaves the cache empty.
        if is_at_head && page.to.seq > 0 {
            self.by_pages.store(false, Ordering::Relaxed);
        }
    }

    /// The next page tells anew whether the cache is short of the head.
    fn wait_for_page(&self) {
        self.short_of_head.store(false, Ordering::Relaxed);
    }

    /// The cache was emptied: what is true of the server may be otherwise by now.
    pub(crate) fn begin_anew(&self) {
        self.by_pages.store(false, Ordering::Relaxed);
        self.unfit.store(0, Ordering::Relaxed);
    }

    fn go_by_pages(&self, why: &str) {
        info!(why, "the cache is filled by pages");
        self.by_pages.store(true, Ordering::Relaxed);
    }
}

impl<R: Replica + 'static, T: Transport + 'static> Syncer<R, T> {
    /// Goes as far as it can: to a loaded cache, to the server's "ask again", or to the decision for pages. To be called while
    /// [`Bootstrap::wants_snapshot`]. What was loaded stays on the disk whatever cuts it.
    pub(crate) async fn take_snapshot(&self, position: &Position) -> Result<(), Trouble> {
        let after = position.cursor.seq;
        let answer = self.transport.snapshot(&SnapshotQuery { after }).await;
        if answer.is_ok() {
            self.reached();
        }
        match answer {
            Ok(SnapshotAnswer::NotNeeded) => self.bootstrap.go_by_pages("little is to come"),
            // What is here is of use, and pages bring it on meanwhile; after each it is asked again.
            Ok(SnapshotAnswer::Preparing { .. }) if after > 0 => self.bootstrap.wait_for_page(),
            Ok(SnapshotAnswer::Preparing { rows, of_rows, retry_after_ms }) => {
                self.progress(Progress { phase: Phase::Preparing, done: rows, total: of_rows, bytes: None });
                let (least, most) = ASK_AGAIN;
                tokio::time::sleep(Duration::from_millis(retry_after_ms).clamp(least, most)).await;
            }
            // A page of the old epoch is answered with the new one.
            Ok(SnapshotAnswer::Ready(manifest)) if manifest.epoch != position.epoch => self.bootstrap.go_by_pages("another epoch"),
            Ok(SnapshotAnswer::Ready(manifest)) if manifest.format != SNAPSHOT_FORMAT => self.bootstrap.go_by_pages("another format"),
            // It would put the screens back.
            Ok(SnapshotAnswer::Ready(manifest)) if manifest.cursor.seq <= after => self.bootstrap.go_by_pages("the snapshot is older than the cache"),
            Ok(SnapshotAnswer::Ready(manifest)) => {
                let taken = self.load(&manifest).await;
                self.clear_progress();
                if after > 0 && matches!(taken, Err(Trouble::Replica(_))) {
                    // Two caches may be more than the disk holds.
                    self.bootstrap.go_by_pages("it cannot be loaded beside the cache");
                    self.discard().await?;
                }
                taken?;
            }
            // A server that does not know the question.
            Err(TransportError::Refused(problem)) if problem.code == ErrorCode::NotFound => self.bootstrap.go_by_pages("the server makes no snapshots"),
            Err(error) => self.handle(&error, None).await?,
        }
        Ok(())
    }

    async fn load(&self, manifest: &Manifest) -> Result<(), Trouble> {
        let mut at = self.replica.begin_load(manifest).await.map_err(|error| self.files_failed(&error))?;
        let mut fetched = None;
        loop {
            let (number, rows) = match at {
                Loaded::So { next_chunk, rows } => (next_chunk, rows),
                Loaded::Unfit(detail) => return self.unfit(&detail).await,
            };
            self.show(manifest, number, rows);
            if number >= manifest.chunks.len() {
                break;
            }
            let chunk = match fetched.take() {
                Some(chunk) => Some(chunk),
                None => self.fetch(manifest, number).await?,
            };
            let Some(chunk) = chunk else { return Ok(()) };
            // While one is written the next one comes.
            let (taken, next) = tokio::join!(self.replica.load_chunk(number, chunk), self.fetch_next(manifest, number + 1));
            at = taken.map_err(|error| self.files_failed(&error))?;
            fetched = next.ok().flatten();
        }
        self.finish().await
    }

    async fn finish(&self) -> Result<(), Trouble> {
        // The first step takes longest, and only after it is known how many there are.
        self.progress(Progress { phase: Phase::Finishing, done: 0, total: 0, bytes: None });
        loop {
            match self.replica.finish_load().await.map_err(|error| self.files_failed(&error))? {
                Finished::Working { done, total } => self.progress(Progress { phase: Phase::Finishing, done, total, bytes: None }),
                Finished::InPlace => {
                    self.bootstrap.wait_for_page();
                    info!("the snapshot is in place");
                    return Ok(());
                }
                Finished::Unfit(detail) => return self.unfit(&detail).await,
            }
        }
    }

    /// Throws away what was loaded; after some attempts the pages have to do.
    async fn unfit(&self, detail: &str) -> Result<(), Trouble> {
        warn!(detail, "what was loaded is not what was promised and is thrown away");
        self.discard().await?;
        if self.bootstrap.unfit.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_ATTEMPTS {
            self.bootstrap.go_by_pages("the snapshot is unfit again and again");
        }
        Ok(())
    }

    async fn discard(&self) -> Result<(), Trouble> {
        self.replica.discard_load().await.map_err(|error| self.files_failed(&error))
    }

    async fn fetch_next(&self, manifest: &Manifest, number: usize) -> Result<Option<Vec<u8>>, Trouble> {
        if number < manifest.chunks.len() { self.fetch(manifest, number).await } else { Ok(None) }
    }

    /// A chunk, whatever cuts it: what came of it is not asked for again. None where the server no longer keeps the snapshot.
    async fn fetch(&self, manifest: &Manifest, number: usize) -> Result<Option<Vec<u8>>, Trouble> {
        let size = manifest.chunks.get(number).map_or(0, |chunk| chunk.bytes);
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < size {
            match self.transport.snapshot_chunk(manifest.id, number, bytes.len() as u64).await {
                Ok(more) if more.is_empty() => return self.handle(&TransportError::Unreachable("a chunk ended early".to_owned()), None).await.map(|()| None),
                Ok(more) => {
                    self.reached();
                    bytes.extend_from_slice(&more);
                }
                Err(TransportError::Refused(problem)) if problem.code == ErrorCode::SnapshotGone => return Ok(None),
                Err(error) => self.handle(&error, None).await?,
            }
        }
        Ok(Some(bytes))
    }

    fn show(&self, manifest: &Manifest, chunks: usize, rows: u64) {
        let bytes = manifest.chunks.iter().take(chunks).map(|chunk| chunk.bytes).sum();
        self.progress(Progress { phase: Phase::Loading, done: rows, total: manifest.rows, bytes: Some((bytes, manifest.bytes)) });
    }
}
