//! The sequencer and the feed: each entity once, at the place of its last change.

use std::collections::BTreeMap;

use beadsbox_protocol::pull::Cursor;

use super::Tables;
use crate::{breakage::Breakage, names::Key};

impl Tables {
    /// The last number there is, with its batch's tag.
    pub fn head(&self) -> Cursor {
        self.batches.last_key_value().map(|(seq, tag)| Cursor { seq: *seq, tag: tag.clone() }).unwrap_or_default()
    }

    /// How many entities are in the feed after that number, up to the other one.
    pub(super) fn entities_between(&self, after: u64, through: u64) -> usize {
        self.feed.range(after.saturating_add(1)..).take_while(|(seq, _)| **seq <= through).count()
    }

    /// Whether something committed is not in the feed yet.
    pub fn is_settled(&self) -> bool {
        self.inbox.is_empty()
    }

    /// Moves the inbox into the feed.
    pub(super) fn sequence(&mut self, breakage: Option<Breakage>) {
        if self.inbox.is_empty() {
            return;
        }
        // One number an entity, in the order of its last change.
        let mut last: BTreeMap<Key, usize> = BTreeMap::new();
        for (place, changed) in self.inbox.drain(..).enumerate() {
            last.insert(changed, place);
        }
        let mut moved: Vec<(usize, Key)> = last.into_iter().map(|(changed, place)| (place, changed)).collect();
        moved.sort_unstable();
        let mut seq = self.head().seq;
        for (_, changed) in moved {
            if Breakage::ChangeKeepsItsPlace.is_left_out(breakage) && self.feed_places.contains_key(&changed) {
                continue;
            }
            seq += 1;
            if let Some(before) = self.feed_places.insert(changed, seq) {
                self.feed.remove(&before);
            }
            self.feed.insert(seq, changed);
        }
        self.batches_made += 1;
        // Every batch of every epoch has another one; the real tag is random.
        let tag = format!("{}-{}", self.identity.epoch.simple(), self.batches_made);
        self.batches.insert(seq, tag);
    }

    /// The tag of the batch that the number belongs to; none beyond the head.
    pub(super) fn tag_of(&self, seq: u64) -> Option<&String> {
        self.batches.range(seq..).next().map(|(_, tag)| tag)
    }

    pub(super) fn changes_after(&self, seq: u64, limit: usize) -> Vec<(u64, Key)> {
        self.feed.range(seq + 1..).take(limit).map(|(seq, changed)| (*seq, *changed)).collect()
    }
}
