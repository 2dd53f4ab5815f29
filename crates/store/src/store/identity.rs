//! Who the device is, what its people prefer, and who may sign in without the server.

use beadsbox_domain::StaffId;

use super::Store;
use crate::{
    error::StoreError,
    outbox::{
        enrolment::{self, EnrolError},
        preference, sign_in,
    },
    types::{Enrolment, OfflineSignIn},
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

    /// Forgets it.
    pub fn forget_offline_sign_in(&self, staff: StaffId) -> Result<(), StoreError> {
        self.files.outbox.change(move |transaction| sign_in::forget(transaction, staff))
    }
}
