//! The till's own day.

use beadsbox_domain::{Operation, Timestamp, VoucherId, day::LastClose, operation::Subject};

use super::View;
use crate::{
    error::StoreError,
    outbox::{counts, day, record},
    types::{Business, OwnOperation},
};

impl View<'_> {
    /// How far this till's closes go; none before the first.
    pub fn last_close(&self) -> Result<Option<LastClose>, StoreError> {
        self.recorded(day::last_close(self.outbox()?))
    }

    /// This till's closes made before that place, the newest first.
    pub fn closes(&self, before: u64, limit: usize) -> Result<Vec<OwnOperation>, StoreError> {
        let rows = self.recorded(day::closes(self.outbox()?, before, limit))?;
        Ok(rows.into_iter().map(|row| row.own).collect())
    }

    /// The last operation recorded here; 0 before the first.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.recorded(record::last(self.outbox()?))?.map_or(0, |(dev_seq, _)| dev_seq))
    }

    /// What a close over those places sums up, in order, each with the price of its voucher as far as this device knows it.
    pub fn business(&self, after: u64, through: u64) -> Result<Vec<Business>, StoreError> {
        let rows = self.recorded(day::business(self.outbox()?, after, through))?;
        rows.into_iter()
            .map(|row| {
                let value = match (&row.own.body.operation, row.own.body.operation.subject()) {
                    (Operation::Sell { snapshot, .. }, _) => Some(snapshot.price),
                    (_, Subject::Voucher(voucher)) => self.value(voucher)?,
                    _ => None,
                };
                Ok(Business { own: row.own, value })
            })
            .collect()
    }

    /// What a voucher is worth, as its row or its signed code says; none where this device knows neither.
    fn value(&self, voucher: VoucherId) -> Result<Option<beadsbox_domain::Money>, StoreError> {
        if let Some(brief) = self.brief(voucher)? {
            return Ok(Some(brief.price));
        }
        Ok(self.entry(voucher)?.brief().map(|brief| brief.price))
    }

    /// When the last such operation after that place and before that time was made.
    pub fn last_business(&self, after: u64, before: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.recorded(day::last_business(self.outbox()?, after, before))
    }

    /// How many operations up to that place the server has not answered.
    pub fn unsent(&self, through: u64) -> Result<u64, StoreError> {
        self.recorded(counts::waiting_through(self.outbox()?, through))
    }
}
