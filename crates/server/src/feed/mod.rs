//! Gives changes: the sequencer that orders them, the pages that devices take, and the ranges that they compare.

mod listen;
mod own;
mod pull;
mod range;
mod rows;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sqlx::PgPool;
use tokio::{
    sync::{Mutex, MutexGuard, watch},
    time::timeout,
};

use crate::{
    db::{self, feed, lock::Lock},
    error::Failure,
    token,
};

pub(crate) use listen::listen;
pub(crate) use own::own_operations;
pub(crate) use pull::{head_cursor, pull};
pub(crate) use range::{digest, range};
pub(crate) use rows::within as rows_within;

/// How many rows of the inbox one transaction of the sequencer moves.
const MOST_MOVED: i64 = 5000;
/// How often the sequencer tries for its lock, where another process has it, and how long it waits between. Then it waits for it.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// How long a transaction waits until the others of this process have put their changes into the feed.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// Of this process, nobody else is the sequencer.
pub(crate) struct Turn<'a> {
    _served: MutexGuard<'a, u64>,
}

/// The feed of this process: runs the sequencer and knows the head.
pub(crate) struct Feed {
    pool: PgPool,
    head: watch::Sender<u64>,
    /// Counts those who asked for a run; each has committed what it wants to see moved.
    asked: AtomicU64,
    /// Up to which of them a run has served.
    served: Mutex<u64>,
}

impl Feed {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, head: watch::Sender::new(0), asked: AtomicU64::new(0), served: Mutex::new(0) }
    }

    /// Tells of every new head.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    /// Another process, or this one, moved the head.
    pub fn note_head(&self, head: u64) {
        self.head.send_if_modified(|known| {
            let newer = head > *known;
            *known = head.max(*known);
            newer
        });
    }

    /// Wakes whoever waits, whatever the head: notifications may have been lost.
    pub fn wake_all(&self) {
        self.head.send_modify(|_| ());
    }

    /// Runs the sequencer, so that what the caller committed is in the feed when this returns. Many callers at once share
    /// a run. A failure costs time only: the timer's run comes soon.
    pub async fn settle(&self) {
        let own = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut served = self.served.lock().await;
        if *served >= own {
            return;
        }
        let serving = self.asked.load(Ordering::SeqCst);
        match self.run().await {
            Ok(()) => *served = serving,
            Err(error) => tracing::warn!(%error, "the sequencer failed; it runs again soon"),
        }
    }

    /// The right to be the sequencer, as far as this process is concerned; none where others take too long. Held until the changes are committed.
    pub async fn turn(&self) -> Option<Turn<'_>> {
        let served = timeout(LONGEST_WAIT, self.served.lock()).await.ok()?;
        Some(Turn { _served: served })
    }

    /// Moves what is committed from the inbox into the feed.
    async fn run(&self) -> Result<(), Failure> {
        let mut tries = 0;
        loop {
            match self.run_once(tries < LOCK_TRIES).await? {
                Some(moved) if moved < MOST_MOVED => return Ok(()),
                Some(_) => {}
                None => {
                    // Another process is at it; it may have looked before the caller's commit, or have put only its own changes into the feed.
                    tries += 1;
                    tokio::time::sleep(LOCK_PAUSE).await;
                }
            }
        }
    }

    /// One transaction. None where another process is the sequencer, and this one only tries: one that waits gets its turn, as nobody who tries passes it.
    async fn run_once(&self, only_try: bool) -> Result<Option<i64>, Failure> {
        let mut tx = db::begin(&self.pool).await?;
        if !only_try {
            Lock::Sequencer.wait(&mut tx).await?;
        } else if !Lock::Sequencer.try_take(&mut tx).await? {
            return Ok(None);
        }
        let tag = hex::encode(token::random::<16>()?);
        let (moved, head) = feed::move_inbox(&mut tx, MOST_MOVED, &tag).await?;
        if moved > 0 {
            feed::announce(&mut tx, head).await?;
        }
        tx.commit().await?;
        self.note_head(crate::db::to_count(head));
        Ok(Some(moved))
    }

    /// The timer's run: only where something waits.
    pub async fn run_if_needed(&self) -> Result<(), Failure> {
        let mut conn = self.pool.acquire().await?;
        let empty = feed::inbox_is_empty(&mut conn).await?;
        drop(conn);
        if !empty {
            self.settle().await;
        }
        Ok(())
    }
}
