//! Under which rules an own operation is foretold.

use std::sync::Arc;

use beadsbox_domain::{Context, Role};
use beadsbox_protocol::OperationBody;

use crate::{cache::directory::Directory, types::CachePosition};

/// What the cache says about people, limits and time zones, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) directory: Arc<Directory>,
    pub(crate) position: CachePosition,
}

impl Rules {
    /// As the server will see the operation, as far as this device knows. Somebody unknown was let in by this program, so
    /// they may do what they did.
    pub(crate) fn context(&self, body: &OperationBody) -> Context {
        let staff = self.directory.staff(body.staff);
        Context {
            stamp: body.stamp(),
            role: Some(staff.map_or(Role::Admin, |staff| staff.role)),
            staff_active: staff.is_none_or(|staff| staff.active),
            by_server: false,
            clock_right: body.clock_right,
            received_at: body.at,
            policy: *self.directory.policy(),
            time_zone: self.directory.time_zone(body.shop),
        }
    }
}
