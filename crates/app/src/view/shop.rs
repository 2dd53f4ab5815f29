use serde::{Deserialize, Serialize};

use super::NamedId;

/// A shop as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ShopRow {
    pub id: String,
    pub name: String,
    pub time_zone: String,
    /// Two letters; empty where nobody said.
    pub country: String,
    /// Lines; empty where there are none.
    pub address: String,
    /// Nothing new begins there.
    pub closed: bool,
    pub row_version: u64,
    /// Those that are not revoked: it closes once there are none.
    pub devices: Vec<NamedId>,
}

/// A shop as it is to be.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ShopForm {
    /// None for a new one.
    pub id: Option<String>,
    /// The version that was read; 0 for a new one.
    pub row_version: u64,
    pub name: String,
    pub time_zone: String,
    pub country: String,
    pub address: String,
    pub closed: bool,
}

/// What a shop may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PlaceChoices {
    /// Names of the IANA database.
    pub time_zones: Vec<String>,
    /// Two letters each.
    pub countries: Vec<String>,
}
