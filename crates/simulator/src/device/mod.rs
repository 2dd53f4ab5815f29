//! One installation of the program: its files, its sync, and whoever stands there.

pub mod cache;
pub mod files;
pub mod load;
mod office;
pub mod outbox;
pub mod replica;
pub mod screen;
pub mod till;

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use beadsbox_domain::{DeviceId, OpId, Role, StaffId, Timestamp};
use beadsbox_sync::{Halt, Syncer, Trouble};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    breakage::Breakage,
    names,
    network::{Network, Wire},
    plan::{Loss, Size},
};
use files::Files;
use outbox::Outbox;
use replica::{FilesReplica, lock};
use till::{OpenAsk, Told, role_at};

type Task = Pin<Box<dyn Future<Output = Result<(), Trouble>> + Send>>;

/// At most so many tasks of the sync at once: one sends while another takes.
const MOST_TASKS: usize = 2;

/// One installation.
pub struct Machine {
    /// Which one; a copy of a device is another installation.
    pub number: u32,
    /// Which device it is.
    pub device_number: u32,
    /// The device.
    pub device: DeviceId,
    /// Its files.
    pub files: Arc<Mutex<Files>>,
    /// Asks whose answers somebody waits for.
    pub asks: VecDeque<OpenAsk>,
    /// Asks that a crash left open and that could not be withdrawn, because own operations had to come back before anything is recorded.
    pub left_open: Vec<OpId>,
    /// What its screens have told.
    pub told: Vec<Told>,
    /// Redemptions tried.
    pub attempted: u64,
    /// Ids made so far; an old copy of the files does not make them again.
    pub made: u64,
    /// Seconds by which its clock is ahead.
    pub clock_offset: i64,
    /// The time, as it is.
    pub true_now: Timestamp,
    /// A copy of its outbox.
    pub kept: Option<Outbox>,
    /// Its files are not the only ones of this device, or were put back.
    pub is_copied: bool,
    /// Why its sync stopped for a person.
    pub halted: Option<Halt>,
    staff: StaffId,
    role: Role,
    breakage: Option<Breakage>,
    slow: bool,
    batch: usize,
    link: Arc<Mutex<bool>>,
    network: Arc<Mutex<Network>>,
    syncer: Arc<Syncer<FilesReplica, Wire>>,
    tasks: Vec<Task>,
}

impl Machine {
    /// The installation on which that device was enrolled.
    pub fn enrolled(number: u32, epoch: Uuid, size: &Size, network: &Arc<Mutex<Network>>, breakage: Option<Breakage>) -> Self {
        let outbox = Outbox::new(names::device(number), names::shop(number), epoch);
        Self::with_outbox(number, number, outbox, size, network, breakage)
    }

    /// An installation with these operations and no cache.
    pub fn with_outbox(number: u32, device_number: u32, outbox: Outbox, size: &Size, network: &Arc<Mutex<Network>>, breakage: Option<Breakage>) -> Self {
        let device = outbox.device;
        let files = Arc::new(Mutex::new(Files::new(number, outbox)));
        let link = Arc::new(Mutex::new(true));
        let (staff, role) = role_at(device_number);
        let replica = FilesReplica { files: Arc::clone(&files), batch: size.batch, device_number, slow: size.slow_disks };
        let wire = Wire { machine: number, device, link: Arc::clone(&link), network: Arc::clone(network) };
        Self {
            number,
            device_number,
            device,
            files,
            asks: VecDeque::new(),
            left_open: Vec::new(),
            told: Vec::new(),
            attempted: 0,
            made: 0,
            clock_offset: 0,
            true_now: names::beginning(),
            kept: None,
            is_copied: false,
            halted: None,
            staff: names::staff(staff),
            role,
            breakage,
            slow: size.slow_disks,
            batch: size.batch,
            link,
            network: Arc::clone(network),
            syncer: Syncer::new(replica, wire),
            tasks: Vec::new(),
        }
    }

    fn next_op(&mut self) -> OpId {
        self.made += 1;
        names::op(self.number, self.made)
    }

    fn now(&self) -> Timestamp {
        self.true_now.checked_add(SignedDuration::from_secs(self.clock_offset)).unwrap_or(self.true_now)
    }

    /// The time passes.
    pub fn set_time(&mut self, now: Timestamp) {
        self.true_now = now;
        let own = self.now();
        lock(&self.files).now = own;
    }

    /// Whether the program thinks that it has the server.
    pub fn is_online(&self) -> bool {
        self.syncer.status().borrow().online
    }

    fn suspect(&self) {
        self.syncer.suspect();
    }

    /// Whether its sync is at work.
    pub fn is_syncing(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Its network goes or comes back.
    pub fn set_link(&self, up: bool) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = up;
    }

    /// Begins to send and take.
    pub fn begin_sync(&mut self) -> bool {
        if self.tasks.len() >= MOST_TASKS {
            return false;
        }
        let syncer = Arc::clone(&self.syncer);
        self.tasks.push(Box::pin(async move { syncer.sync_now().await }));
        true
    }

    /// Lets the sync go on as far as it can without a message. True where something ended.
    pub fn go_on(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let (mut ended, mut halted) = (false, self.halted);
        self.tasks.retain_mut(|task| match task.as_mut().poll(&mut context) {
            Poll::Pending => true,
            Poll::Ready(outcome) => {
                ended = true;
                halted = match outcome {
                    Err(Trouble::Halted(halt)) => Some(halt),
                    Err(_) => halted,
                    Ok(()) => None,
                };
                false
            }
        });
        self.halted = halted;
        ended
    }

    /// The program ends at once, with whatever it was doing, and starts again. How many commits were lost.
    pub fn crash(&mut self, loss: Loss) -> usize {
        self.tasks.clear();
        let mut files = lock(&self.files);
        let commits_lost = match loss {
            Loss::Program => 0,
            Loss::Power(commits) => files.lose_unsynced(commits),
        };
        files.open();
        drop(files);
        let replica = FilesReplica { files: Arc::clone(&self.files), batch: self.batch, device_number: self.device_number, slow: self.slow };
        let wire = Wire { machine: self.number, device: self.device, link: Arc::clone(&self.link), network: Arc::clone(&self.network) };
        self.syncer = Syncer::new(replica, wire);
        if lock(&self.files).outbox.revoked {
            self.syncer.begin_revoked();
        }
        self.withdraw_open_asks();
        commits_lost
    }

    /// Whether the server would answer a question now: it is there, and decides on what this device sends.
    fn can_ask(&self) -> bool {
        self.is_online() && lock(&self.files).outbox.quarantined() == 0
    }

    fn may_record(&self) -> bool {
        lock(&self.files).outbox.may_record()
    }

    /// The kept copy of the outbox takes the place of the outbox. False where there is none.
    pub fn put_back_outbox(&mut self) -> bool {
        let Some(kept) = self.kept.clone() else { return false };
        {
            let mut files = lock(&self.files);
            files.outbox = kept;
            files.all_dirty = true;
        }
        self.is_copied = true;
        self.crash(Loss::Program);
        true
    }
}
