//! Who the device is, and what its people prefer.

use super::Store;
use crate::{
    error::StoreError,
    outbox::{
        enrolment::{self, EnrolError},
        place, preference,
    },
    types::{Enrolment, Place},
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

    /// What was set under the keys that begin with that, in the order of the keys.
    pub fn preferences(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.files.outbox.read(|connection| preference::beginning_with(connection, prefix))
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
}
