//! Decides operations and writes what was decided.

use std::sync::Arc;

use beadsbox_authority::{Fresh, Judged, Places, Scope, World, judge};
use beadsbox_domain::{Change, DeviceId, ShopId};
use beadsbox_protocol::{Incarnation, digest::RowKind, person::SaltedPerson, push::OpResult};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Server, Stored, Tables, tables::SERVER_DEVICE};
use crate::{breakage::Breakage, names::key};

impl Server {
    /// Decides operations of that life, in order, and writes them.
    pub(super) fn take(&mut self, life: (DeviceId, Incarnation), fresh: &[Fresh], clock_right: bool) -> Vec<OpResult> {
        let drops_other_sides = self.is_broken(Breakage::ConflictsOtherSideDropped);
        self.store_all(life, fresh, clock_right, |scope, world, fresh, number| {
            let before = world.conflicts.len();
            let judged = judge(scope, world, fresh, number);
            if drops_other_sides {
                world.conflicts.truncate(before);
            }
            judged
        })
    }

    /// Writes what `decides` makes of each.
    pub(super) fn store_all(
        &mut self,
        (device, incarnation): (DeviceId, Incarnation),
        fresh: &[Fresh],
        clock_right: bool,
        decides: impl for<'a> Fn(&Scope<'_>, &mut World, &'a Fresh, i64) -> Judged<'a>,
    ) -> Vec<OpResult> {
        let identity = self.tables.identity.clone();
        let shop = self.tables.devices.get(&device).map_or(ShopId(Uuid::nil()), |record| record.row.shop);
        let zone = self.tables.shops.get(&shop).and_then(|shop| TimeZone::get(&shop.time_zone).ok());
        let scope = Scope {
            device,
            incarnation,
            places: Places::only(shop, zone.unwrap_or(TimeZone::UTC)),
            by_server: device == SERVER_DEVICE,
            clock_right,
            policy: self.tables.settings.policy,
            identity: &identity,
        };
        let mut results = Vec::with_capacity(fresh.len());
        for fresh in fresh {
            let number = self.tables.number(fresh);
            self.tables.keep_decided(fresh);
            let judged = decides(&scope, &mut self.tables.world, fresh, number);
            let stored = self.tables.write(&scope, &judged);
            results.push(self.result_of(&stored));
        }
        results
    }
}

impl Tables {
    /// An operation's place in the order in which the server takes them. What an earlier epoch had decided keeps its own.
    fn number(&mut self, fresh: &Fresh) -> i64 {
        let kept = fresh.word.as_ref().map(|word| word.commit_no).filter(|number| !self.commit_numbers.contains(number));
        let number = kept.unwrap_or(self.last_commit + 1);
        self.last_commit = self.last_commit.max(number);
        self.commit_numbers.insert(number);
        number
    }

    /// Buyers, each under its hash. One that no sale names is never looked up.
    pub(super) fn keep_persons(&mut self, persons: &[SaltedPerson]) {
        let open = |salted: &SaltedPerson| Some((salted.hash().ok()?, (salted.clone(), salted.open().ok()?)));
        self.persons.extend(persons.iter().filter_map(open));
    }

    fn write(&mut self, scope: &Scope<'_>, judged: &Judged<'_>) -> Arc<Stored> {
        let arrived = &judged.fresh.arrived;
        for change in &judged.changes {
            match change {
                Change::Template(row) => self.note(key(RowKind::Template, row.id.0)),
                Change::Voucher(row) => self.note(key(RowKind::Voucher, row.id.0)),
                Change::Conflict(row) => self.note(key(RowKind::Conflict, row.id.0)),
                _ => {}
            }
        }
        let stored = Arc::new(Stored {
            dev_seq: arrived.dev_seq,
            op_id: judged.op_id,
            taken: judged.taken,
            hash: judged.fresh.hash,
            body: arrived.body.as_str().into(),
            subject: judged.subject,
            outcome: judged.outcome.clone(),
            row_version: judged.row_version,
            commit_no: judged.commit_no,
        });
        self.operations.entry((scope.device, scope.incarnation)).or_default().push(Arc::clone(&stored));
        stored
    }
}
