//! What must not happen and did; shared by those who see it.

use std::sync::{Arc, Mutex, PoisonError};

/// The list.
#[derive(Clone, Default)]
pub(super) struct Troubles(Arc<Mutex<Vec<String>>>);

impl Troubles {
    pub(super) fn tell(&self, what: String) {
        tracing::warn!(what, "trouble");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
