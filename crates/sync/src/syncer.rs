//! Does what the plan says: one task sends, one takes, and neither waits for the other.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use beadsbox_protocol::{
    Incarnation, LONGEST_WAIT_SECONDS,
    pull::{ChangesPage, ChangesQuery},
};
use tokio::sync::{Mutex, MutexGuard, Notify, watch};
use tracing::{info, warn};

use crate::{
    bootstrap::Bootstrap,
    plan::{self, Reaction},
    recovery::Recovery,
    replica::{Position, Replica},
    status::{Halt, Phase, Progress, SyncStatus, Trouble},
    transport::{Transport, TransportError},
};

/// The sync of one device.
pub struct Syncer<R, T> {
    pub(crate) replica: R,
    pub(crate) transport: T,
    pub(crate) status: watch::Sender<SyncStatus>,
    /// Something was recorded, or the network is back.
    to_send: Notify,
    /// Somebody wants the long poll's place.
    interrupt: Notify,
    /// One batch at a time: operations arrive in order.
    pub(crate) sending: Mutex<()>,
    /// One page at a time; in it the page that was asked for while the one before was written.
    pub(crate) receiving: Mutex<Option<Ahead>>,
    /// How a cache comes to the head.
    pub(crate) bootstrap: Bootstrap,
    /// One comparison at a time.
    pub(crate) proving: Mutex<()>,
    pub(crate) recovery: Recovery,
}

/// A page that came while the one before it was written.
pub(crate) struct Ahead {
    query: ChangesQuery,
    page: ChangesPage,
}

pub(crate) enum Next {
    Again,
    Failed { trouble: Trouble, least_pause: Duration },
}

impl<R: Replica + 'static, T: Transport + 'static> Syncer<R, T> {
    /// A syncer that does nothing until [`Self::run`] or [`Self::sync_now`].
    pub fn new(replica: R, transport: T) -> Arc<Self> {
        Arc::new(Self {
            replica,
            transport,
            status: watch::Sender::default(),
            to_send: Notify::new(),
            interrupt: Notify::new(),
            sending: Mutex::new(()),
            receiving: Mutex::new(None),
            recovery: Recovery::default(),
            bootstrap: Bootstrap::default(),
            proving: Mutex::new(()),
        })
    }

    pub(crate) const fn transport(&self) -> &T {
        &self.transport
    }

    /// The device's side.
    pub const fn replica(&self) -> &R {
        &self.replica
    }

    /// How the sync stands, and every change of it.
    pub fn status(&self) -> watch::Receiver<SyncStatus> {
        self.status.subscribe()
    }

    /// Something was recorded: send it now.
    pub fn wake(&self) {
        self.to_send.notify_one();
    }

    /// An answer did not come in time: count as offline until one comes, so that the next customer does not wait as well.
    pub fn suspect(&self) {
        self.status.send_if_modified(|status| std::mem::replace(&mut status.online, false));
    }

    /// The device is known to be revoked: it only hands over what waits.
    pub fn begin_revoked(&self) {
        self.failed(false, Trouble::Halted(Halt::Revoked));
        self.recovery.note_revoked();
    }

    /// Sends and takes until the task is dropped. Returns by itself only once the device is revoked and has handed over everything.
    pub async fn run(self: Arc<Self>) {
        tokio::select! {
            ((), ()) = async { tokio::join!(self.send_for_ever(), self.receive_for_ever()) } => {}
            () = self.prove_for_ever() => {}
        }
    }

    /// Sends all that waits, then takes all that is new.
    pub async fn sync_now(&self) -> Result<(), Trouble> {
        let outcome = async {
            self.send_now().await?;
            self.receive_all().await?;
            // A page may have told of operations that the server lost, or that only now can be sent.
            if self.send_now().await? > 0 {
                self.receive_all().await?;
            }
            Ok(())
        }
        .await;
        self.clear_progress();
        self.to_send.notify_one();
        outcome
    }

    async fn send_for_ever(&self) {
        let mut failures = 0;
        loop {
            match self.send_now().await {
                Ok(_) if self.recovery.is_revoked() => return,
                Ok(_) => {
                    failures = 0;
                    self.to_send.notified().await;
                }
                Err(trouble) => self.rest(&trouble, &mut failures).await,
            }
        }
    }

    async fn receive_for_ever(&self) {
        let mut failures = 0;
        while !self.recovery.is_revoked() {
            // Only who has just had an answer waits for news: a first question that waited too would leave the device offline, though the
            // server is there and has nothing to tell.
            let wait = if self.status.borrow().online { LONGEST_WAIT_SECONDS } else { 0 };
            match self.receive_page(wait).await {
                Ok(_) => failures = 0,
                Err(Trouble::Halted(Halt::Revoked)) => return,
                Err(trouble) => self.rest(&trouble, &mut failures).await,
            }
            // Whoever interrupted the long poll gets its place before the next one begins.
            tokio::task::yield_now().await;
        }
    }

    /// Waits longer after each failure, but not beyond the return of the network, which the other task may see first.
    async fn rest(&self, trouble: &Trouble, failures: &mut u32) {
        *failures += 1;
        if *failures == 1 {
            info!(%trouble, "sync pauses");
        }
        let pause = match trouble {
            Trouble::Halted(_) => Duration::from_mins(1),
            _ => plan::pause(*failures, self.replica.random()),
        };
        let mut status = self.status.subscribe();
        let back = status.wait_for(|status| status.online && status.trouble.is_none());
        let offline = matches!(trouble, Trouble::Offline(_) | Trouble::Server(_));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = back, if offline => {}
        }
    }

    async fn receive_all(&self) -> Result<(), Trouble> {
        let mut first = None;
        loop {
            if let Some(page) = self.receive_page(0).await? {
                // A cache that began anew on the way stands before the place where this began.
                let start = first.map_or(page.from.seq, |first: u64| first.min(page.from.seq));
                first = Some(start);
                self.progress(Progress { phase: Phase::Receiving, done: page.to.seq - start, total: page.head - start, bytes: None });
                if plan::is_at_head(&page) {
                    return Ok(());
                }
            }
        }
    }

    /// Takes one page. None where somebody else wanted the place, or the cache is taken as a whole.
    pub(crate) async fn receive_page(&self, wait: u32) -> Result<Option<ChangesPage>, Trouble> {
        let interrupted = self.interrupt.notified();
        let mut turn = self.turn_to_receive(wait).await;
        let ahead = turn.take();
        let position = self.replica.position().await.map_err(|error| self.files_failed(&error))?;
        if self.bootstrap.wants_snapshot(position.cursor.seq) {
            return self.take_snapshot(&position).await.map(|()| None);
        }
        let query = plan::next_query(&position, wait);
        let ahead = ahead.filter(|ahead| plan::asks_the_same(&ahead.query, &query));
        let came_ahead = ahead.is_some();
        let answer = if let Some(ahead) = ahead {
            Ok(ahead.page)
        } else {
            tokio::select! {
                answer = self.transport.changes(&query) => answer,
                () = interrupted, if wait > 0 => return Ok(None),
            }
        };
        match answer {
            Ok(page) if plan::page_fits(&page, &query) => {
                if plan::server_lost_some(&page, &position) {
                    let lost = plan::send_lost_again(&page, &position);
                    return self.follow(lost, None).await.map(|_| None);
                }
                if (position.behind || page.last_seq > position.last_seq) && self.catch_up(position.incarnation, page.last_seq).await? {
                    return Ok(None);
                }
                self.bootstrap.note(&page);
                // While one is written the next one comes.
                let next = plan::query_after(&page, &query).filter(|next| !self.bootstrap.wants_snapshot(next.cursor));
                let (applied, coming) = tokio::join!(self.replica.apply_page(&page), self.ask_ahead(next));
                if !self.are_genuine(applied.map_err(|error| self.files_failed(&error))?)? {
                    return Ok(None);
                }
                *turn = coming;
                if came_ahead {
                    // It may have lain here for a while: its time says nothing of the clock.
                    self.reached();
                } else {
                    self.answered(page.server_time).await;
                }
                self.status.send_if_modified(|status| {
                    let (up_to_date, head) = (plan::is_at_head(&page), Some(page.head));
                    let changed = status.up_to_date != up_to_date || status.head != head;
                    (status.up_to_date, status.head) = (up_to_date, head);
                    changed
                });
                Ok(Some(page))
            }
            Ok(_) => Err(self.failed(false, Trouble::Server("a page of another place".to_owned()))),
            Err(error) => self.handle(&error, Some(position.incarnation)).await.map(|()| None),
        }
    }

    /// The place of whoever receives. Who does not wait for news ends the long poll, and only once they stand in line: one that begins
    /// between the word and the line would have them wait for all its time.
    pub(crate) async fn turn_to_receive(&self, wait: u32) -> MutexGuard<'_, Option<Ahead>> {
        let mut turn = pin!(self.receiving.lock());
        match poll_fn(|context| Poll::Ready(turn.as_mut().poll(context))).await {
            Poll::Ready(turn) => turn,
            Poll::Pending => {
                if wait == 0 {
                    self.interrupt_long_poll();
                }
                turn.await
            }
        }
    }

    /// The page after the one that is being written. A failure costs nothing: the page is asked for again, and then it counts.
    async fn ask_ahead(&self, query: Option<ChangesQuery>) -> Option<Ahead> {
        let query = query?;
        let page = self.transport.changes(&query).await.ok()?;
        Some(Ahead { query, page })
    }

    /// Does what the plan says about a failed request, which was made as that life of the device. `Ok` means: try again at once.
    pub(crate) async fn handle(&self, error: &TransportError, asked_as: Option<Incarnation>) -> Result<(), Trouble> {
        let position: Position = self.replica.position().await.map_err(|error| self.files_failed(&error))?;
        match self.follow(plan::react(error, &position), asked_as).await? {
            Next::Again => Ok(()),
            Next::Failed { trouble, least_pause } => {
                if !least_pause.is_zero() {
                    tokio::time::sleep(least_pause.min(Duration::from_mins(1))).await;
                }
                Err(trouble)
            }
        }
    }

    async fn follow(&self, reaction: Reaction, asked_as: Option<Incarnation>) -> Result<Next, Trouble> {
        match reaction {
            Reaction::Retry { online, trouble, least_pause } => Ok(Next::Failed { trouble: self.failed(online, trouble), least_pause }),
            Reaction::RebuildCache => {
                warn!("the server's feed does not go on from here: the cache is taken anew");
                self.rebuild_cache().await?;
                Ok(Next::Again)
            }
            Reaction::SendAgain { epoch, last_seq, rebuild_cache } => {
                warn!(%epoch, last_seq, "the server holds less than this device thought: operations are sent again");
                self.replica.send_again_after(epoch, last_seq).await.map_err(|error| self.files_failed(&error))?;
                if rebuild_cache {
                    self.rebuild_cache().await?;
                }
                self.to_send.notify_one();
                Ok(Next::Again)
            }
            Reaction::Fork { first_seq } => self.fork(first_seq, asked_as).await,
            Reaction::ShowCertificate => self.show_certificate().await,
            Reaction::Halt(halt) => {
                let trouble = self.failed(false, Trouble::Halted(halt));
                if halt == Halt::Revoked {
                    self.replica.revoked().await.map_err(|error| self.files_failed(&error))?;
                    self.recovery.note_revoked();
                    // Once more: the answer to a push may have come in between and have said that all is well.
                    self.tell(false, &trouble);
                    // What waits is handed over all the same.
                    self.to_send.notify_one();
                }
                Ok(Next::Failed { trouble, least_pause: Duration::ZERO })
            }
        }
    }

    /// Whoever waits for `receiving` gets it before the long poll ends.
    fn interrupt_long_poll(&self) {
        self.interrupt.notify_waiters();
    }

    async fn rebuild_cache(&self) -> Result<(), Trouble> {
        self.replica.rebuild_cache().await.map_err(|error| self.files_failed(&error))?;
        self.bootstrap.begin_anew();
        Ok(())
    }

    pub(crate) async fn answered(&self, server_time: beadsbox_domain::Timestamp) {
        self.replica.contacted(server_time).await;
        self.reached();
    }

    /// The server is there and takes this device's requests.
    pub(crate) fn reached(&self) {
        self.recovery.is_over();
        let was_offline = self.status.send_if_modified(|status| {
            // Asked in here, so that it is not forgotten by whoever learns of it at the same moment.
            if self.recovery.is_revoked() {
                return false;
            }
            let news = !status.online || status.trouble.is_some();
            (status.online, status.trouble) = (true, None);
            news
        });
        if was_offline {
            info!("the server answers");
            self.to_send.notify_one();
        }
    }

    pub(crate) fn failed(&self, online: bool, trouble: Trouble) -> Trouble {
        // That a device is revoked stays what a person has to know.
        if !self.recovery.is_revoked() {
            self.tell(online, &trouble);
        }
        trouble
    }

    fn tell(&self, online: bool, trouble: &Trouble) {
        self.status.send_modify(|status| {
            status.online = online;
            status.progress = None;
            status.trouble = Some(trouble.clone());
        });
    }

    pub(crate) fn files_failed(&self, error: &R::Error) -> Trouble {
        warn!(%error, "the device's files failed");
        let online = self.status.borrow().online;
        self.failed(online, Trouble::Replica(error.to_string()))
    }

    pub(crate) fn progress(&self, progress: Progress) {
        // A single operation or page is over before a bar could be drawn, and must not take the place of a long one.
        let shown = (progress.total > 20 || progress.phase.is_whole()).then_some(progress);
        self.status.send_if_modified(|status| {
            let long_one = status.progress.is_some_and(|known| known.phase.is_whole());
            let takes_place = shown.is_some() || !long_one;
            takes_place && std::mem::replace(&mut status.progress, shown) != shown
        });
    }

    /// Nothing is being sent any more.
    pub(crate) fn clear_sending(&self) {
        self.status.send_if_modified(|status| status.progress.take_if(|known| known.phase == Phase::Sending).is_some());
    }

    pub(crate) fn clear_progress(&self) {
        self.status.send_if_modified(|status| status.progress.take().is_some());
    }
}
