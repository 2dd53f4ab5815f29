//! Identifiers: UUID version 7 (RFC 9562), so that new rows lie beside each other in every index. One type each, so that a
//! shop's id never stands where a device's belongs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(specta::Type), specta(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(#[cfg_attr(feature = "bindings", specta(type = String))] pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// A voucher template.
    TemplateId,
    /// A voucher.
    VoucherId,
    /// A shop.
    ShopId,
    /// One installed desktop program.
    DeviceId,
    /// A staff member.
    StaffId,
    /// An operation; also the id of the redemption that it made.
    OpId,
    /// Vouchers that were issued together.
    BatchId,
    /// A conflict. It is the id of the operation that collided, so that device and server name it alike.
    ConflictId,
}

impl From<OpId> for ConflictId {
    fn from(op: OpId) -> Self {
        Self(op.0)
    }
}
