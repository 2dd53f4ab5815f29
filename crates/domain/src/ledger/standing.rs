use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use crate::{
    conflict::{Conflict, ConflictState, Settlement},
    ids::{ConflictId, OpId, ShopId, TemplateId, VoucherId},
    money::Money,
    operation::Operation,
    status::Status,
    template::Vat,
    voucher::{Payment, Stamp, Voucher},
};

/// How a voucher stands in the books.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is known of its sale; none while nobody knows what it is worth.
    pub account: Option<Account>,
    /// Its conflicts.
    pub stakes: BTreeMap<ConflictId, Stake>,
}

/// A sold voucher, as far as the books ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The voucher.
    pub voucher: VoucherId,
    /// What it was sold from.
    pub template: TemplateId,
    /// Its price at the sale.
    pub value: Money,
    /// How it is taxed.
    pub vat: Vat,
    /// How it was paid.
    pub payment: Payment,
    /// The sale; its shop owes.
    pub sold: Stamp,
    /// The last day on which it can be redeemed.
    pub expires_on: Option<Date>,
    /// Where it stands.
    pub status: Status,
    /// What brought it there.
    pub since: Stamp,
    /// It was issued for another voucher.
    pub stands_for_another: bool,
    /// Where it stood when it was taken over from another system; none where it was sold here.
    pub taken_over: Option<Status>,
    /// A bank took the money back.
    pub charged_back: bool,
}

impl From<&Voucher> for Account {
    fn from(voucher: &Voucher) -> Self {
        Self {
            voucher: voucher.id,
            template: voucher.template,
            value: voucher.snapshot.price,
            vat: voucher.snapshot.vat,
            payment: voucher.payment,
            sold: voucher.sold,
            expires_on: voucher.expires_on,
            status: voucher.status,
            since: voucher.since,
            stands_for_another: voucher.marks.replaces.is_some(),
            taken_over: voucher.marks.origin.as_ref().map(|origin| origin.status),
            charged_back: voucher.marks.charged_back.is_some(),
        }
    }
}

/// A redemption beside the accepted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// The shop over whose counter the goods went.
    pub shop: ShopId,
    /// How far its conflict is.
    pub state: ConflictState,
    /// How it was settled.
    pub settlement: Option<Settlement>,
}

impl From<&Conflict> for Stake {
    fn from(conflict: &Conflict) -> Self {
        Self { shop: conflict.other.shop, state: conflict.state, settlement: conflict.settled.as_ref().map(|settled| settled.settlement) }
    }
}

impl Standing {
    /// Of that voucher with these conflicts.
    pub fn of<'a>(voucher: Option<&Voucher>, conflicts: impl Iterator<Item = &'a Conflict>) -> Self {
        Self { account: voucher.map(Account::from), stakes: conflicts.map(|conflict| (conflict.id, Stake::from(conflict))).collect() }
    }
}

/// The operation that moves a voucher from one standing to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Who, where, when, and the operation's id.
    pub stamp: Stamp,
    /// When it counts as done: when its device says, if that one's clock was right, or else when the server received it.
    pub at: Timestamp,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Of a refund: how the money went back.
    pub payment: Option<Payment>,
    /// Of a sale for another voucher: what that one was worth, in minor units of the same currency.
    pub credit: i64,
    /// Of a redemption that is honoured later: that redemption.
    pub honours: Option<OpId>,
}

impl Cause {
    /// That operation, which came at `received_at`.
    pub fn new(operation: &Operation, stamp: Stamp, clock_right: bool, received_at: Timestamp) -> Self {
        // Nothing is done after it has arrived, however little the clocks differ.
        let at = if clock_right { stamp.at.min(received_at) } else { received_at };
        let payment = if let Operation::Refund { payment, .. } = operation { Some(*payment) } else { None };
        let honours = if let Operation::Honour { redemption, .. } = operation { Some(*redemption) } else { None };
        let credit = operation.replaces().map_or(0, |replaced| replaced.value.minor);
        Self { stamp, at, received_at, payment, credit, honours }
    }
}
