//! The nightly job: vouchers whose last day and grace have passed are marked, by operations of the server's own.

use beadsbox_authority::{Arrived, Fresh, lives::FIRST};
use beadsbox_domain::{Operation, Outcome, ShopId, StaffId, Status, Timestamp, VoucherId};
use beadsbox_protocol::{OperationBody, body::format_of};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{Server, tables::SERVER_DEVICE};
use crate::names;

/// The machine number in the ids of the server's own operations.
const SERVER: u32 = u32::MAX;

impl Server {
    /// Marks every overdue voucher. How many were marked.
    pub fn expire_overdue(&mut self, now: Timestamp) -> usize {
        let overdue = self.tables.overdue(now);
        let Some(life) = self.tables.life(SERVER_DEVICE, FIRST).cloned() else { return 0 };
        let (mut hash, mut fresh) = (life.chain_hash, Vec::new());
        for (dev_seq, voucher) in (life.last_seq + 1..).zip(overdue) {
            self.own_operations_made += 1;
            let operation = Operation::Expire { voucher };
            let body = OperationBody {
                format: format_of(&operation),
                device: SERVER_DEVICE,
                incarnation: FIRST,
                dev_seq,
                op: names::op(SERVER, self.own_operations_made),
                at: now,
                staff: StaffId(Uuid::nil()),
                shop: ShopId(Uuid::nil()),
                online: true,
                clock_right: true,
                operation,
            };
            let text = body.encode().unwrap_or_default();
            hash = hash.then(&text);
            fresh.push(Fresh { arrived: Arrived::new(dev_seq, text, now), hash, word: None });
        }
        let results = self.take((SERVER_DEVICE, FIRST), &fresh, true);
        if let Some(last) = fresh.last() {
            self.tables.advance(SERVER_DEVICE, FIRST, last.arrived.dev_seq, last.hash);
        }
        self.settle();
        results.iter().filter(|result| result.result == Some(Outcome::Applied)).count()
    }
}

impl super::Tables {
    fn overdue(&self, now: Timestamp) -> Vec<VoucherId> {
        let grace = SignedDuration::from_hours(i64::from(self.settings.policy.expiry_grace_hours));
        let passed = |at: Timestamp| at.checked_add(grace).is_ok_and(|end| end < now);
        let vouchers = self.world.vouchers.values();
        let overdue = vouchers.filter(|voucher| voucher.status == Status::Purchased && voucher.expires_at.is_some_and(passed));
        let mut overdue: Vec<VoucherId> = overdue.map(|voucher| voucher.id).collect();
        overdue.sort_unstable();
        overdue
    }
}
