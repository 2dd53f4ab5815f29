//! `PUT /v1/conflicts/{id}/assignee`: who works on a conflict.

use beadsbox_domain::StaffId;
use serde::{Deserialize, Serialize};

/// Takes a conflict, hands it to another person, or lets it go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssigneeChange {
    /// The assignment's version that it was made on, 0 where there was none: 409 on an older one.
    pub version: u64,
    /// Whose it is from now on; none for nobody's.
    pub staff: Option<StaffId>,
}
