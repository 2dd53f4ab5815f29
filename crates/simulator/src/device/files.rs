//! A device's two files, and the moments at which a crash can come.

use std::{collections::BTreeSet, sync::Arc};

use beadsbox_domain::{Timestamp, operation::Subject};
use beadsbox_protocol::{Incarnation, OperationBody, fork::OwnOperation, person::SaltedPerson, pull::ChangesPage, push::OpResult, rows::Row};
use uuid::Uuid;

use super::{
    cache::Cache,
    load::Load,
    outbox::{Fork, Outbox},
};
use crate::{
    names::{self, Key, Tag, subject_key},
    plan::Loss,
};

/// Something that a device's files went through, to be repeated on real ones.
#[derive(Debug, Clone)]
pub enum Written {
    /// An operation was recorded.
    Operation(u64),
    /// Results came; those without an outcome wait for an admin where that is said.
    Results(Uuid, Vec<OpResult>, bool),
    /// The server holds own operations that are not here.
    Behind(Incarnation, u64),
    /// Own operations came back.
    TakenBack(Uuid, Vec<OwnOperation>),
    /// Another life began.
    Life(Fork, Incarnation),
    /// A page came.
    Page(Arc<ChangesPage>),
    /// The cache was emptied.
    Reset,
    /// An epoch was adopted.
    Adopted(Uuid, u64),
}

/// The files.
pub struct Files {
    /// Which installation they belong to.
    pub machine: u32,
    /// `outbox.db`.
    pub outbox: Outbox,
    /// `cache.db`.
    pub cache: Cache,
    /// A snapshot that is being taken beside the cache.
    pub load: Option<Load>,
    /// What the cache was before each commit since the last sync to disk, the oldest first.
    pub(super) unsynced: Vec<Cache>,
    caches_made: u64,
    /// A row of which a cache that was put in the place of another held an older version.
    pub went_back: Option<Key>,
    /// The rows whose look on the screen may have changed.
    pub dirty: BTreeSet<Key>,
    /// All of them may have.
    pub all_dirty: bool,
    /// What happened to them.
    pub written: Vec<Written>,
    /// The crash that comes at the commit point that many from now.
    pub crash_at: Option<(u8, Loss)>,
    /// The crash that has come, and where.
    pub crashed: Option<(&'static str, Loss)>,
    /// The device's clock.
    pub now: Timestamp,
}

/// So many commits of the cache at most are not on the disk.
const MOST_UNSYNCED: usize = 5;

impl Files {
    /// The files of an enrolled device, as that installation has them.
    pub fn new(machine: u32, outbox: Outbox) -> Self {
        let mut files = Self {
            machine,
            outbox,
            cache: Cache::new(Uuid::nil()),
            load: None,
            unsynced: Vec::new(),
            caches_made: 0,
            went_back: None,
            dirty: BTreeSet::new(),
            all_dirty: true,
            written: Vec::new(),
            crash_at: None,
            crashed: None,
            now: names::beginning(),
        };
        files.cache = files.new_cache();
        files
    }

    pub(super) fn new_cache(&mut self) -> Cache {
        self.caches_made += 1;
        Cache::new(names::id(Tag::Cache, self.machine, self.caches_made))
    }

    fn before_cache_commit(&mut self) {
        if self.unsynced.len() >= MOST_UNSYNCED {
            self.unsynced.clear();
        }
        self.unsynced.push(self.cache.clone());
    }

    /// A commit of the outbox: an operation.
    pub fn record(&mut self, body: OperationBody, person: Option<SaltedPerson>) {
        let subject = body.operation.subject();
        let hash = body.operation.buyer();
        // Bodies of ours are far below the limit.
        let text = body.encode().unwrap_or_default();
        self.written.push(Written::Operation(body.dev_seq));
        self.outbox.append(body.op, text, Some(body), hash.zip(person));
        self.dirty.insert(subject_key(subject));
    }

    /// A commit of the outbox: results. False where one has a receipt that is not the server's.
    pub fn take_results(&mut self, epoch: Uuid, results: &[OpResult], quarantined: bool) -> bool {
        let Ok(subjects) = self.outbox.take_results(epoch, results, quarantined) else { return false };
        self.dirty.extend(subjects.into_iter().map(subject_key));
        self.written.push(Written::Results(epoch, results.to_vec(), quarantined));
        true
    }

    /// A commit of the outbox: whether operations that are not here can be taken back now.
    pub fn fall_behind(&mut self, life: Incarnation, last_seq: u64) -> bool {
        self.written.push(Written::Behind(life, last_seq));
        self.outbox.fall_behind(life, last_seq)
    }

    /// A commit of the outbox: own operations come back. False where they do not follow, or are not the server's.
    pub fn take_back(&mut self, epoch: Uuid, operations: &[OwnOperation]) -> bool {
        let Ok(subjects) = self.outbox.take_back(epoch, operations) else { return false };
        self.dirty.extend(subjects.into_iter().map(subject_key));
        self.written.push(Written::TakenBack(epoch, operations.to_vec()));
        true
    }

    /// A commit of the outbox: another life.
    pub fn adopt_life(&mut self, fork: Fork, incarnation: Incarnation) {
        self.outbox.adopt_life(fork, incarnation);
        self.all_dirty = true;
        self.written.push(Written::Life(fork, incarnation));
    }

    /// A commit of the cache: a page.
    pub fn apply_page(&mut self, page: &ChangesPage) {
        self.before_cache_commit();
        let now = self.now;
        let changed = self.cache.apply(page, now);
        // Staff, shops and settings are rules for all that is foretold.
        self.all_dirty |= changed.iter().any(|name| usize::from(name.0) < beadsbox_protocol::digest::RowKind::ALL.len() - 3);
        self.dirty.extend(changed);
        self.written.push(Written::Page(Arc::new(page.clone())));
    }

    /// A commit of the cache: rows beside its cursor, which are of that epoch.
    pub(super) fn keep_rows<'a>(&mut self, epoch: Uuid, rows: impl Iterator<Item = &'a Row>) {
        self.before_cache_commit();
        self.cache.epoch.get_or_insert(epoch);
        let changed = self.cache.keep_rows(rows);
        self.all_dirty = true;
        self.dirty.extend(changed);
    }

    /// A commit of the cache: emptied, under a new name.
    pub fn reset_cache(&mut self) {
        self.load = None;
        self.before_cache_commit();
        self.cache = self.new_cache();
        self.all_dirty = true;
        self.written.push(Written::Reset);
    }

    /// A commit of the outbox: the server's epoch, and what it holds.
    pub fn adopt(&mut self, epoch: Uuid, last_seq: u64) {
        self.outbox.adopt(epoch, last_seq);
        self.all_dirty = true;
        self.written.push(Written::Adopted(epoch, last_seq));
    }

    /// Somebody deleted the cache while the program was not running.
    pub fn delete_cache(&mut self) {
        self.cache = self.new_cache();
        self.unsynced.clear();
        self.all_dirty = true;
    }

    /// Notes which operations the cache holds.
    pub fn note_contained(&mut self) -> usize {
        let subjects: Vec<Key> = self.outbox.by_subject.keys().copied().collect();
        let mut noted = 0;
        for name in subjects {
            let (_, replayed) = match subject_of(name) {
                Subject::Voucher(id) => {
                    let (state, replayed) = self.shown(id);
                    (state.voucher.is_some(), replayed)
                }
                Subject::Till => continue,
                Subject::Template(id) => {
                    let (template, replayed) = self.shown_template(id);
                    (template.is_some(), replayed)
                }
            };
            let note = Some((self.cache.id, self.cache.cursor.seq));
            for dev_seq in replayed.newly_contained {
                if let Some(row) = usize::try_from(dev_seq - 1).ok().and_then(|place| self.outbox.rows.get_mut(place)) {
                    row.contained = note;
                    noted += 1;
                }
            }
        }
        noted
    }

    /// The power goes: the cache loses some of what was not synced.
    pub fn lose_unsynced(&mut self, commits: u8) -> usize {
        let lost = usize::from(commits).min(self.unsynced.len());
        let kept = self.unsynced.len() - lost;
        if lost > 0 {
            self.cache = self.unsynced.swap_remove(kept);
            self.all_dirty = true;
        }
        self.unsynced.clear();
        lost
    }

    /// The program starts: a cache that went back gets another name, so that no note about it counts, and one of another epoch than the outbox's is begun anew.
    pub fn open(&mut self) {
        (self.crash_at, self.crashed) = (None, None);
        let mut noted = self.outbox.rows.iter().filter_map(|row| row.contained);
        if noted.any(|(cache, at)| cache == self.cache.id && at > self.cache.cursor.seq) {
            self.cache.id = self.new_cache().id;
        }
        if self.cache.epoch.is_some_and(|epoch| epoch != self.outbox.epoch) {
            self.reset_cache();
        }
    }
}

/// What stands under that name.
pub fn subject_of(name: Key) -> Subject {
    use beadsbox_protocol::digest::RowKind;
    if name == names::TILL {
        Subject::Till
    } else if name.0 == names::key(RowKind::Template, name.1).0 {
        Subject::Template(beadsbox_domain::TemplateId(name.1))
    } else {
        Subject::Voucher(beadsbox_domain::VoucherId(name.1))
    }
}
