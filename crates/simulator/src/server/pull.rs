//! `GET /v1/sync/changes`, from one moment of the tables.

use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    ErrorCode,
    pull::{ChangesPage, ChangesQuery, Cursor},
};

use super::{
    Refused, Server,
    lives::{Held, unknown_life},
    refused,
};
use crate::breakage::Breakage;

impl Server {
    /// The next page for the device.
    pub fn changes(&self, id: DeviceId, query: &ChangesQuery, now: Timestamp) -> Result<ChangesPage, Refused> {
        let device = self.authenticated(id)?;
        let life = self.tables.life(id, query.incarnation);
        let (head, from) = self.check_cursor(life.map_or(1, |life| life.last_seq + 1), query)?;
        let life = life.ok_or_else(unknown_life)?;
        let own_alone = self.is_broken(Breakage::SharedOutcomesNotTold);
        let later = self.tables.along(id, life.incarnation, query.acked.max(if own_alone { life.parted_after } else { 0 }));
        let decided = later.filter_map(|held| if let Held::Decided(stored) = held { Some(self.result_of(stored)) } else { None });
        let own_results = decided.collect();
        let limit = self.page_rows.min(query.limit as usize);
        let changes = self.tables.changes_after(from.seq, limit);
        let to = match changes.last() {
            Some((seq, _)) if changes.len() >= limit => Cursor { seq: *seq, tag: self.tables.tag_of(*seq).cloned().unwrap_or_default() },
            _ => head.clone(),
        };
        let rows = changes.iter().filter_map(|(_, changed)| self.tables.row(*changed, device.profile)).collect();
        Ok(ChangesPage { epoch: self.epoch(), from, to, head: head.seq, last_seq: life.last_seq, own_results, rows, server_time: now })
    }

    /// The feed's head, and the cursor that was asked for, if both are of the same feed.
    fn check_cursor(&self, expected_seq: u64, query: &ChangesQuery) -> Result<(Cursor, Cursor), Refused> {
        if query.epoch != self.epoch() {
            let mut problem = refused(410, ErrorCode::EpochChanged, "the server was restored");
            (problem.epoch, problem.expected_seq) = (Some(self.epoch()), Some(expected_seq));
            return Err(problem);
        }
        let from = Cursor { seq: query.cursor, tag: query.tag.clone() };
        let known = if from.seq == 0 { Some("") } else { self.tables.tag_of(from.seq).map(String::as_str) };
        if known == Some(from.tag.as_str()) {
            Ok((self.tables.head(), from))
        } else {
            Err(refused(410, ErrorCode::CursorGone, "the cursor is not of this feed"))
        }
    }
}
