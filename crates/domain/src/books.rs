//! What a settlement does to the books. It moves no cash, changes no voucher and no closed day: the redemption stands in the sums of
//! the till that made it, whatever becomes of the conflict. It says who stands for the value that went over the counter beside the
//! voucher, and takes that value from what is at stake in the shop.

use serde::{Deserialize, Serialize};

use crate::{
    conflict::{Conflict, Settlement},
    ids::ShopId,
    money::Money,
};

/// Who stands for the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bearer {
    /// The organisation: its loss.
    Organisation,
    /// A shop: its loss.
    Shop(ShopId),
    /// The customer: it is to be collected from them.
    Customer,
}

/// What a settlement does to the books. A value is none where nobody knows what the voucher is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BooksEffect {
    /// Who stands for the value; none where nothing went over the counter, and no line of the books changes.
    pub bearer: Option<Bearer>,
    /// What the bearer stands for.
    pub value: Option<Money>,
    /// The shop whose tills have so much less at stake from then on: the one that honoured.
    pub released_in: ShopId,
}

impl BooksEffect {
    /// Of settling that conflict so, over a voucher of that value.
    pub const fn of(settlement: Settlement, conflict: &Conflict, value: Option<Money>) -> Self {
        let shop = conflict.other.shop;
        let bearer = match settlement {
            Settlement::WriteOff => Some(Bearer::Organisation),
            Settlement::ChargeShop => Some(Bearer::Shop(shop)),
            Settlement::CustomerPays => Some(Bearer::Customer),
            Settlement::MistakenScan => None,
        };
        Self { bearer, value, released_in: shop }
    }
}
