//! Who the device is, what its people prefer, and who may sign in without the server.

use beadsbox_domain::{StaffId, Timestamp};

use super::Store;
use crate::{
    error::StoreError,
    outbox::{
        enrolment::{self, EnrolError},
        pin_attempt, place, preference, sign_in,
    },
    types::{Enrolment, OfflineSignIn, PinTurn, Place},
};

impl Store {
    /// Keeps the device's identity. The same device again may bring a new name, shop or address; the epoch changes by
    /// [`Self::adopt_epoch`] alone.
    pub fn enrol(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
        let enrolment = enrolment.clone();
        match self.files.outbox.write(move |transaction| enrolment::keep(transaction, &enrolment)) {
            Ok(()) => Ok(()),
            Err(EnrolError::Refused(error)) => Err(error),
            Err(EnrolError::Write(error)) => Err(self.files.outbox.write_failed(error)),
        }
    }

    /// The device's identity, once it has one.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, StoreError> {
        Ok(self.files.outbox.read(enrolment::load)?.map(|identity| identity.enrolment))
    }

    /// Where the device stands and what people call it.
    pub fn place(&self) -> Result<Place, StoreError> {
        self.files.outbox.read(place::load)?.ok_or(StoreError::NotEnrolled)
    }

    /// Takes up what an admin made of it, as its row in the cache says: the name at once, the shop once the day is closed. What holds then.
    pub fn take_up_place(&self) -> Result<Place, StoreError> {
        let Some(said) = self.view()?.said_place()? else { return self.place() };
        let found = self.files.outbox.read(|connection| {
            let Some(now) = place::load(connection)? else { return Ok(None) };
            let next = place::after(connection, &now, &said)?;
            Ok(Some((now, next)))
        })?;
        let (now, next) = found.ok_or(StoreError::NotEnrolled)?;
        if next == now {
            return Ok(now);
        }
        self.files.outbox.change(move |transaction| place::take_up(transaction, &said))?.ok_or(StoreError::NotEnrolled)
    }

    /// What was set under that key.
    pub fn preference(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.files.outbox.read(|connection| preference::get(connection, key))
    }

    /// Sets it.
    pub fn set_preference(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.files.outbox.change(move |transaction| preference::set(transaction, &key, &value))
    }

    /// Sets each of the keys that is not set yet to that value, in one commit. Those that were set by it.
    pub fn claim_preferences(&self, keys: Vec<String>, value: &str) -> Result<Vec<String>, StoreError> {
        let value = value.to_owned();
        self.files.outbox.change(move |transaction| {
            let mut claimed = Vec::new();
            for key in keys {
                if preference::get(transaction, &key)?.is_none() {
                    preference::set(transaction, &key, &value)?;
                    claimed.push(key);
                }
            }
            Ok(claimed)
        })
    }

    /// Takes them away, in one commit.
    pub fn clear_preferences(&self, keys: Vec<String>) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| keys.iter().try_for_each(|key| preference::clear(transaction, key)))
    }

    /// What lets that person in without the server. The name is matched without case and accents.
    pub fn offline_sign_in(&self, name: &str) -> Result<Option<OfflineSignIn>, StoreError> {
        self.files.outbox.read(|connection| sign_in::find(connection, name))
    }

    /// Keeps it, in the place of what was there for that person.
    pub fn keep_offline_sign_in(&self, sign_in: &OfflineSignIn) -> Result<(), StoreError> {
        let sign_in = sign_in.clone();
        self.files.outbox.change(move |transaction| sign_in::keep(transaction, &sign_in))
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

    /// Forgets it.
    pub fn forget_offline_sign_in(&self, staff: StaffId) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| sign_in::forget(transaction, staff))
    }
}
