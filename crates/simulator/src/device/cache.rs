//! `cache.db` in memory. The last commits may be lost in a power cut, never torn: `synchronous=NORMAL`.

use std::{collections::BTreeMap, sync::Arc};

use beadsbox_domain::{Conflict, Policy, ShopId, StaffId, Template, TemplateId, Timestamp, Voucher, VoucherId};
use beadsbox_protocol::{
    digest::RowKind,
    pull::{ChangesPage, Cursor},
    rows::{Row, Staff},
    snapshot::Manifest,
};
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::names::{Key, key, key_of};

/// The file.
#[derive(Debug, Clone)]
pub struct Cache {
    /// Its name.
    pub id: Uuid,
    /// The epoch of its rows; none while it is empty.
    pub epoch: Option<Uuid>,
    /// How far it is.
    pub cursor: Cursor,
    /// When it was last at the head.
    pub last_sync_at: Option<Timestamp>,
    /// The rows.
    pub rows: BTreeMap<Key, Arc<Row>>,
    conflicts: BTreeMap<VoucherId, Vec<Key>>,
}

impl Cache {
    /// An empty one.
    pub const fn new(id: Uuid) -> Self {
        Self { id, epoch: None, cursor: Cursor { seq: 0, tag: String::new() }, last_sync_at: None, rows: BTreeMap::new(), conflicts: BTreeMap::new() }
    }

    /// Whether the page goes on from here.
    pub fn fits(&self, page: &ChangesPage) -> bool {
        self.epoch.is_none_or(|epoch| epoch == page.epoch) && self.cursor == page.from
    }

    /// Takes a page; answers what changed.
    pub fn apply(&mut self, page: &ChangesPage, now: Timestamp) -> Vec<Key> {
        let changed = self.keep_rows(page.rows.iter());
        self.epoch = Some(page.epoch);
        self.cursor = page.to.clone();
        if page.to.seq >= page.head {
            self.last_sync_at = Some(now);
        }
        changed
    }

    /// Takes rows, each only where it is newer; answers what changed.
    pub fn keep_rows<'a>(&mut self, rows: impl Iterator<Item = &'a Row>) -> Vec<Key> {
        let mut changed = Vec::new();
        for row in rows {
            let name = key_of(row);
            if self.rows.get(&name).is_some_and(|known| known.row_version() >= row.row_version()) {
                continue;
            }
            changed.push(name);
            if let Row::Conflict(row) = row {
                let conflict = &row.conflict;
                let known = self.conflicts.entry(conflict.voucher).or_default();
                if !known.contains(&name) {
                    known.push(name);
                }
                changed.push(key(RowKind::Voucher, conflict.voucher.0));
            }
            self.rows.insert(name, Arc::new(row.clone()));
        }
        changed
    }

    /// The cache of that name with these rows, which the server had there.
    pub fn loaded(id: Uuid, manifest: &Manifest, rows: Vec<Row>, now: Timestamp) -> Self {
        let mut cache = Self::new(id);
        let (to, head) = (manifest.cursor.clone(), manifest.cursor.seq + 1);
        let page = ChangesPage { epoch: manifest.epoch, from: Cursor::default(), to, head, last_seq: 0, own_results: Vec::new(), rows, server_time: now };
        cache.apply(&page, now);
        cache
    }

    /// A row that the other cache, of the same epoch, holds in a newer version.
    pub fn first_older_than(&self, other: &Self) -> Option<Key> {
        let is_older = |(name, row): &(&Key, &Arc<Row>)| self.rows.get(*name).is_none_or(|held| held.row_version() < row.row_version());
        let mut comparable = other.rows.iter().filter(|_| self.epoch == other.epoch);
        comparable.find(is_older).map(|(name, _)| *name)
    }

    fn row(&self, kind: RowKind, id: Uuid) -> Option<&Row> {
        self.rows.get(&key(kind, id)).map(AsRef::as_ref)
    }

    /// A voucher.
    pub fn voucher(&self, id: VoucherId) -> Option<&Voucher> {
        match self.row(RowKind::Voucher, id.0)? {
            Row::Voucher(row) => Some(&row.voucher),
            _ => None,
        }
    }

    /// A template.
    pub fn template(&self, id: TemplateId) -> Option<&Template> {
        match self.row(RowKind::Template, id.0)? {
            Row::Template(row) => Some(row),
            _ => None,
        }
    }

    /// The conflicts about a voucher, the oldest first.
    pub fn conflicts_of(&self, voucher: VoucherId) -> Vec<Conflict> {
        let found = self.conflicts.get(&voucher).into_iter().flatten().filter_map(|name| match self.rows.get(name)?.as_ref() {
            Row::Conflict(row) => Some(row.conflict.clone()),
            _ => None,
        });
        let mut found: Vec<Conflict> = found.collect();
        found.sort_by_key(|conflict| (conflict.other.at, conflict.id));
        found
    }

    /// A staff member.
    pub fn staff(&self, id: StaffId) -> Option<&Staff> {
        match self.row(RowKind::Staff, id.0)? {
            Row::Staff(row) => Some(row),
            _ => None,
        }
    }

    /// Where a shop's days end.
    pub fn time_zone(&self, id: ShopId) -> TimeZone {
        match self.row(RowKind::Shop, id.0) {
            Some(Row::Shop(row)) => TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC),
            _ => TimeZone::UTC,
        }
    }

    /// What the organisation set.
    pub fn policy(&self) -> Policy {
        match self.row(RowKind::Settings, Uuid::nil()) {
            Some(Row::Settings(row)) => row.policy,
            _ => Policy::default(),
        }
    }

    /// The ids of all rows of that kind, in order.
    pub fn ids(&self, kind: RowKind) -> impl Iterator<Item = Uuid> {
        let first = key(kind, Uuid::nil());
        self.rows.range(first..=(first.0, Uuid::max())).map(|((_, id), _)| *id)
    }
}
