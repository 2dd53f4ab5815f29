//! Under which rules an own operation is foretold.

use std::sync::Arc;

use beadsbox_domain::Context;
use beadsbox_overlay::Place;
use beadsbox_protocol::OperationBody;

use crate::{cache::directory::Directory, types::CachePosition};

/// What the cache says about people, limits and time zones, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) directory: Arc<Directory>,
    pub(crate) position: CachePosition,
}

impl Rules {
    pub(crate) fn place(&self) -> Place {
        Place { cache: self.position.cache_id, epoch: self.position.epoch, cursor: self.position.cursor.seq }
    }

    /// As the server will see the operation, as far as this device knows.
    pub(crate) fn context(&self, body: &OperationBody) -> Context {
        beadsbox_overlay::context(body, self.directory.staff(body.staff), *self.directory.policy(), self.directory.time_zone(body.shop))
    }
}
