//! How much of its offline limits a device has used.

use beadsbox_domain::{Money, Timestamp};

use super::View;
use crate::{error::StoreError, outbox::redemptions};

/// What the offline limits ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineUse {
    /// Redemptions honoured here that the server has not answered, or of whose voucher it knows no sale, without those that somebody
    /// approved.
    pub honoured: u64,
    /// What the vouchers of all are worth together, a sum for each currency.
    pub worth: Vec<Money>,
    /// Those among them of which nothing here says what they are worth.
    pub unpriced: u64,
    /// When the cache was last up to date, by this device's clock.
    pub last_sync_at: Option<Timestamp>,
}

impl OfflineUse {
    fn add(&mut self, price: Option<Money>, approved: bool) {
        self.honoured += u64::from(!approved);
        let Some(price) = price else {
            self.unpriced += 1;
            return;
        };
        match self.worth.iter_mut().find(|sum| sum.currency == price.currency) {
            Some(sum) => sum.minor = sum.minor.saturating_add(price.minor),
            None => self.worth.push(price),
        }
    }
}

impl View<'_> {
    /// What the offline limits ask.
    pub fn offline_use(&self) -> Result<OfflineUse, StoreError> {
        let mut used = OfflineUse { honoured: 0, worth: Vec::new(), unpriced: 0, last_sync_at: self.position().last_sync_at };
        for made in self.recorded(redemptions::honoured(self.outbox()?))? {
            let read;
            // What was done here and is not in the cache has an entry: nothing is read for it.
            let entry = if let Some(entry) = self.overlay.voucher(made.voucher) {
                entry
            } else {
                read = self.entry(made.voucher)?;
                &read
            };
            if made.unanswered || entry.base.is_none() {
                used.add(entry.brief().map(|brief| brief.price), made.approved);
            }
        }
        Ok(used)
    }
}
