//! Which tokens this process let in a moment ago: whoever comes with one is not counted by their address. A token alone says nothing: anybody can make one up.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderValue, StatusCode};

use crate::token;

/// The most that are kept, as their hashes. One more, and all are found out anew.
const MOST: usize = 20_000;

/// By what a header is kept.
pub(super) type Kept = [u8; 32];

/// The tokens.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashSet<Kept>>);

pub(super) fn of(header: &HeaderValue) -> Kept {
    token::hash(header)
}

impl Tokens {
    pub(super) fn knows(&self, token: &Kept) -> bool {
        self.kept().contains(token)
    }

    /// Notes what somebody with that token was answered.
    pub(super) fn note(&self, token: Kept, status: StatusCode) {
        let mut kept = self.kept();
        if status == StatusCode::UNAUTHORIZED {
            kept.remove(&token);
        } else if status.is_success() {
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(token);
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashSet<Kept>> {
        // What is in it is whole whatever happened.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
