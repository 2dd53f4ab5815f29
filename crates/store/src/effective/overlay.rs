//! The entries of all vouchers and templates with operations that the cache does not hold yet: few, and in memory. They are
//! made anew, lazily, where an operation, an outcome or a page of changes touched them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use beadsbox_domain::{ExternalCode, TemplateId, VoucherCode, VoucherId, operation::Subject};
use rusqlite::{Connection, params};

use super::{
    entry::{SourceError, Sources, TemplateEntry, VoucherEntry},
    rules::Rules,
};
use crate::{
    cache::{directory::Directory, meta, voucher::Contents},
    error::StoreError,
    file::{Database, sql::Sql},
    outbox::own,
    types::CachePosition,
};

/// Contained operations are noted on the disk in bulk: a note saves work at the next start and nothing else.
const NOTED_AT_ONCE: usize = 256;

/// The entries of one moment.
#[derive(Debug, Clone)]
pub(crate) struct Overlay {
    pub(crate) rules: Rules,
    vouchers: HashMap<VoucherId, Arc<VoucherEntry>>,
    templates: HashMap<TemplateId, Arc<TemplateEntry>>,
    /// Which of the vouchers a code names: an import puts a hundred thousand here.
    codes: HashMap<VoucherCode, VoucherId>,
    /// Folded.
    external_codes: HashMap<ExternalCode, VoucherId>,
}

impl Overlay {
    fn empty(rules: Rules) -> Self {
        Self { rules, vouchers: HashMap::new(), templates: HashMap::new(), codes: HashMap::new(), external_codes: HashMap::new() }
    }

    /// A voucher that this device did something to.
    pub(crate) fn voucher(&self, id: VoucherId) -> Option<&VoucherEntry> {
        self.vouchers.get(&id).map(AsRef::as_ref)
    }

    /// The voucher of that code, if this device did something to it.
    pub(crate) fn voucher_by_code(&self, code: VoucherCode) -> Option<&VoucherEntry> {
        self.voucher(*self.codes.get(&code)?)
    }

    /// The voucher that has that code from another system, if this device did something to it.
    pub(crate) fn voucher_by_external_code(&self, code: &ExternalCode) -> Option<&VoucherEntry> {
        self.voucher(*self.external_codes.get(&code.folded())?)
    }

    fn put(&mut self, id: VoucherId, entry: VoucherEntry) {
        self.remove(id);
        if let Some(voucher) = entry.voucher() {
            self.codes.insert(voucher.code, id);
            self.external_codes.extend(voucher.marks.external_code.as_ref().map(|code| (code.folded(), id)));
        }
        self.vouchers.insert(id, Arc::new(entry));
    }

    /// The codes with it, unless they name another one by now.
    fn remove(&mut self, id: VoucherId) {
        let Some(entry) = self.vouchers.remove(&id) else { return };
        let Some(voucher) = entry.voucher() else { return };
        if self.codes.get(&voucher.code) == Some(&id) {
            self.codes.remove(&voucher.code);
        }
        if let Some(code) = voucher.marks.external_code.as_ref().map(ExternalCode::folded).filter(|code| self.external_codes.get(code) == Some(&id)) {
            self.external_codes.remove(&code);
        }
    }

    /// All such vouchers.
    pub(crate) fn vouchers(&self) -> impl Iterator<Item = &VoucherEntry> {
        self.vouchers.values().map(AsRef::as_ref)
    }

    /// Whether the voucher is among them.
    pub(crate) fn has_voucher(&self, id: VoucherId) -> bool {
        self.vouchers.contains_key(&id)
    }

    /// A template that this device did something to.
    pub(crate) fn template(&self, id: TemplateId) -> Option<&TemplateEntry> {
        self.templates.get(&id).map(AsRef::as_ref)
    }

    /// All such templates.
    pub(crate) fn templates(&self) -> impl Iterator<Item = (TemplateId, &TemplateEntry)> {
        self.templates.iter().map(|(id, entry)| (*id, entry.as_ref()))
    }

    fn has(&self, subject: Subject) -> bool {
        match subject {
            Subject::Voucher(id) => self.vouchers.contains_key(&id),
            Subject::Template(id) => self.templates.contains_key(&id),
            Subject::Till => false,
        }
    }

    fn touched_subjects(&self) -> Vec<Subject> {
        let vouchers = self.vouchers.keys().map(|id| Subject::Voucher(*id));
        vouchers.chain(self.templates.keys().map(|id| Subject::Template(*id))).collect()
    }
}

/// What has to be made anew.
#[derive(Debug, Default)]
struct Stale {
    everything: bool,
    rules: bool,
    subjects: HashSet<Subject>,
}

impl Stale {
    fn is_nothing(&self) -> bool {
        !self.everything && !self.rules && self.subjects.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.everything |= other.everything;
        self.rules |= other.rules;
        self.subjects.extend(other.subjects);
    }
}

#[derive(Default)]
struct Built {
    overlay: Option<Arc<Overlay>>,
    to_note: BTreeSet<u64>,
}

/// The overlay and what is stale in it.
pub(crate) struct OverlayCell {
    built: Mutex<Built>,
    stale: Mutex<Stale>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Both are left whole at every point where a panic could come.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OverlayCell {
    pub(crate) fn new() -> Self {
        Self { built: Mutex::default(), stale: Mutex::new(Stale { everything: true, ..Stale::default() }) }
    }

    /// These have new operations or outcomes.
    pub(crate) fn touch(&self, subjects: impl IntoIterator<Item = Subject>) {
        lock(&self.stale).subjects.extend(subjects);
    }

    /// The cached rows of these changed. Those without own operations are shown as they are cached.
    pub(crate) fn touch_cached(&self, subjects: impl IntoIterator<Item = Subject>, rules_changed: bool) {
        let built = lock(&self.built);
        let touched = subjects.into_iter().filter(|subject| built.overlay.as_ref().is_some_and(|overlay| overlay.has(*subject)));
        let mut stale = lock(&self.stale);
        stale.subjects.extend(touched);
        stale.rules |= rules_changed;
    }

    /// The cache is another one.
    pub(crate) fn touch_everything(&self) {
        lock(&self.stale).everything = true;
    }

    /// The entries as they are now. Whoever recorded something before asking finds it. Who writes to the outbox gives the
    /// writing connection, whose pages are in memory.
    pub(crate) fn current(&self, cache: &Database, outbox: &Database, writing: Option<&Connection>) -> Result<Arc<Overlay>, StoreError> {
        let mut built = lock(&self.built);
        // Taken before the files are read: what comes later is stale again.
        let stale = mem::take(&mut *lock(&self.stale));
        if let Some(overlay) = built.overlay.as_ref().filter(|_| stale.is_nothing()) {
            return Ok(Arc::clone(overlay));
        }
        match rebuild(&mut built, &stale, cache, (outbox, writing)) {
            Ok(overlay) => {
                note_contained(&mut built.to_note, &overlay.rules.position, outbox);
                Ok(overlay)
            }
            Err(error) => {
                lock(&self.stale).add(stale);
                Err(error)
            }
        }
    }
}

fn rebuild(built: &mut Built, stale: &Stale, cache: &Database, (outbox, writing): (&Database, Option<&Connection>)) -> Result<Arc<Overlay>, StoreError> {
    // The cache's moment first: see `Sources`.
    let rows = cache.snapshot()?;
    let snapshot = if writing.is_none() { Some(outbox.snapshot()?) } else { None };
    let operations = writing.or(snapshot.as_deref()).ok_or_else(|| StoreError::internal("no connection to read the operations"))?;
    let cache_failed = |error| cache.failed(&error);
    let position = meta::position(&rows).map_err(cache_failed)?;
    let known = built.overlay.take().filter(|known| !stale.everything && known.rules.position.cache_id == position.cache_id);
    let directory = match known.as_ref().filter(|_| !stale.rules) {
        Some(known) => Arc::clone(&known.rules.directory),
        None => Arc::new(Directory::load(&rows).map_err(cache_failed)?),
    };
    let rules = Rules { directory, position };
    let subjects = match &known {
        Some(known) if stale.rules => known.touched_subjects().into_iter().chain(stale.subjects.iter().copied()).collect(),
        Some(_) => stale.subjects.iter().copied().collect(),
        None => all_subjects(operations, &rules).map_err(|error| outbox.failed(&error))?,
    };
    if known.is_none() {
        // What another cache held says nothing of this one.
        built.to_note.clear();
    }
    let mut overlay = known.unwrap_or_else(|| Arc::new(Overlay::empty(rules.clone())));
    let writable = Arc::make_mut(&mut overlay);
    writable.rules = rules.clone();
    let sources = Sources { cache: &rows, outbox: operations, rules: &rules };
    place_entries(writable, &sources, &subjects, &mut built.to_note).map_err(|error| match error {
        SourceError::Cache(error) => cache.failed(&error),
        SourceError::Outbox(error) => outbox.failed(&error),
    })?;
    built.overlay = Some(Arc::clone(&overlay));
    Ok(overlay)
}

fn all_subjects(operations: &Connection, rules: &Rules) -> rusqlite::Result<Vec<Subject>> {
    own::uncontained_subjects(operations, rules.position.cache_id, rules.position.cursor.seq)
}

fn place_entries(overlay: &mut Overlay, sources: &Sources<'_>, subjects: &[Subject], to_note: &mut BTreeSet<u64>) -> Result<(), SourceError> {
    let mut contents = Contents::default();
    for subject in subjects {
        let contained = match subject {
            // No row of the server's shows it.
            Subject::Till => continue,
            Subject::Voucher(id) => {
                let mut entry = sources.voucher(*id, &mut contents)?;
                let contained = mem::take(&mut entry.replayed.newly_contained);
                if entry.replayed.uncontained > 0 {
                    overlay.put(*id, entry);
                } else {
                    overlay.remove(*id);
                }
                contained
            }
            Subject::Template(id) => {
                let mut entry = sources.template(*id)?;
                let contained = mem::take(&mut entry.replayed.newly_contained);
                if entry.replayed.uncontained > 0 {
                    overlay.templates.insert(*id, Arc::new(entry));
                } else {
                    overlay.templates.remove(id);
                }
                contained
            }
        };
        to_note.extend(contained);
    }
    Ok(())
}

/// Notes which operations the cache holds, with the place of its cursor: a cache that a power cut set back, or an old copy, stands
/// before that place when it is opened, and gets another name then, so that the note does not count.
fn note_contained(to_note: &mut BTreeSet<u64>, position: &CachePosition, outbox: &Database) {
    if to_note.len() < NOTED_AT_ONCE {
        return;
    }
    let (noted, cache, cursor) = (mem::take(to_note), position.cache_id, position.cursor.seq);
    outbox.change_some_time(move |connection| {
        let transaction = connection.unchecked_transaction()?;
        {
            let mut note =
                transaction.prepare_cached("UPDATE outbox SET contained_in = ?2, contained_at = ?3 WHERE dev_seq = ?1 AND state = 'acknowledged'")?;
            for dev_seq in noted {
                note.execute(params![Sql(dev_seq), Sql(cache), Sql(cursor)])?;
            }
        }
        transaction.commit()
    });
}
