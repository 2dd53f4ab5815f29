//! What lets people in without the server, and how often somebody may guess.

use beadsbox_domain::{StaffId, Timestamp};
use beadsbox_protocol::rows::{Row, Staff};

use super::Store;
use crate::{
    error::StoreError,
    outbox::{pin_attempt, sign_in},
    types::{OfflineSignIn, PinTurn},
};

impl Store {
    /// What lets somebody of that name in without the server. The name is matched without case, and without accents where only one person can
    /// be meant.
    pub fn offline_sign_in(&self, name: &str) -> Result<Option<OfflineSignIn>, StoreError> {
        self.files.outbox.read(|connection| sign_in::find(connection, name))
    }

    /// What lets that person in without the server.
    pub fn offline_sign_in_of(&self, staff: StaffId) -> Result<Option<OfflineSignIn>, StoreError> {
        self.files.outbox.read(|connection| sign_in::of(connection, staff))
    }

    /// Keeps it, in the place of what was there for that person.
    pub fn keep_offline_sign_in(&self, sign_in: &OfflineSignIn) -> Result<(), StoreError> {
        let sign_in = sign_in.clone();
        self.files.outbox.change(move |transaction| sign_in::keep(transaction, &sign_in))
    }

    /// Counts an attempt at somebody's password without the server; it counts as failed until [`Self::forget_sign_in_attempts`]. Answers until
    /// when there may be none, where it is too early for one.
    pub fn begin_sign_in_attempt(&self, staff: StaffId, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.files.outbox.change(move |transaction| sign_in::begin_attempt(transaction, staff, now))
    }

    /// The password was right. So the person's PIN may be tried again as well.
    pub fn forget_sign_in_attempts(&self, staff: StaffId) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| {
            sign_in::forget_attempts(transaction, staff)?;
            pin_attempt::forget(transaction, staff)
        })
    }

    /// Counts an attempt at somebody's PIN, and says whether it may be looked at. It counts as failed until [`Self::forget_pin_attempts`].
    pub fn begin_pin_attempt(&self, staff: StaffId, now: Timestamp) -> Result<PinTurn, StoreError> {
        self.files.outbox.change(move |transaction| pin_attempt::begin(transaction, staff, now))
    }

    /// Notes for the admin that a PIN was wrong.
    pub fn note_wrong_pin(&self, staff: StaffId) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| pin_attempt::note_wrong(transaction, staff))
    }

    /// The PIN was right, or the person has shown their password.
    pub fn forget_pin_attempts(&self, staff: StaffId) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| pin_attempt::forget(transaction, staff))
    }

    /// How many wrong PINs were ever typed here.
    pub fn wrong_pins(&self) -> Result<u64, StoreError> {
        self.files.outbox.read(pin_attempt::wrong)
    }

    /// Whoever is barred, or has another password or second factor, as these rows say, is let in by the server alone from now on: also where the
    /// cache that holds the rows is gone.
    pub(super) fn heed_staff(&self, staff: &[Staff]) -> Result<(), StoreError> {
        if staff.is_empty() {
            return Ok(());
        }
        let news = self.files.outbox.read(|connection| sign_in::news(connection, staff))?;
        if news.is_empty() {
            return Ok(());
        }
        self.files.outbox.change(move |transaction| news.iter().try_for_each(|row| sign_in::follow(transaction, row)))
    }
}

/// The staff among these rows.
pub(super) fn staff_in(rows: &[Row]) -> Vec<Staff> {
    rows.iter().filter_map(|row| if let Row::Staff(staff) = row { Some(staff.clone()) } else { None }).collect()
}
