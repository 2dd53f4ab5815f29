use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    conflict::Settlement,
    ids::{ShopId, StaffId, TemplateId, VoucherId},
    money::Money,
    template::Vat,
    voucher::Payment,
};

/// What a line of the books says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A voucher was sold: its service is owed.
    Sold,
    /// It was redeemed: nothing is owed any more.
    Redeemed,
    /// A redemption was taken back, undone or withdrawn: the service is owed again.
    Undone,
    /// It was cancelled: money is owed instead of the service.
    Cancelled,
    /// The money was returned.
    Refunded,
    /// Its time has passed: nothing is owed any more.
    Expired,
    /// It was redeemed after it had been marked expired. Nothing was owed, and nothing is.
    ExpiredHonoured,
    /// It got a later last day: an expired one is owed again.
    Extended,
    /// Another voucher took its place.
    ReplacedOut,
    /// It took the place of another voucher.
    ReplacedIn,
    /// It was taken over from another system, which had sold it: its service is owed here from now on.
    TakenOver,
    /// Money that came, or went back if below 0, as the difference of an exchange.
    DifferencePaid,
    /// Money that a bank took back of a voucher for which nothing was owed any more: a loss.
    ChargedBack,
    /// Goods went over a counter beside the accepted redemption: their value is at stake.
    AtStake,
    /// A person settled who stands for that value.
    Settled,
}

/// What a line moves, for each minor unit of its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The service that is owed.
    pub service: i64,
    /// The money that is owed.
    pub money: i64,
    /// The value that is at stake in conflicts.
    pub stake: i64,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Sold,
        Self::Redeemed,
        Self::Undone,
        Self::Cancelled,
        Self::Refunded,
        Self::Expired,
        Self::ExpiredHonoured,
        Self::Extended,
        Self::ReplacedOut,
        Self::ReplacedIn,
        Self::TakenOver,
        Self::DifferencePaid,
        Self::ChargedBack,
        Self::AtStake,
        Self::Settled,
    ];

    /// The name, as tables and wire write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::Redeemed => "redeemed",
            Self::Undone => "undone",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::ExpiredHonoured => "expired_honoured",
            Self::Extended => "extended",
            Self::ReplacedOut => "replaced_out",
            Self::ReplacedIn => "replaced_in",
            Self::TakenOver => "taken_over",
            Self::DifferencePaid => "difference_paid",
            Self::ChargedBack => "charged_back",
            Self::AtStake => "at_stake",
            Self::Settled => "settled",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it moves.
    pub const fn effect(self) -> Effect {
        let (service, money, stake) = match self {
            Self::Sold | Self::Undone | Self::Extended | Self::ReplacedIn | Self::TakenOver => (1, 0, 0),
            Self::Redeemed | Self::Expired | Self::ReplacedOut => (-1, 0, 0),
            Self::Cancelled => (-1, 1, 0),
            Self::Refunded => (0, -1, 0),
            Self::ExpiredHonoured | Self::DifferencePaid | Self::ChargedBack => (0, 0, 0),
            Self::AtStake => (0, 0, 1),
            Self::Settled => (0, 0, -1),
        };
        Effect { service, money, stake }
    }
}

/// A line of the books. It is never changed; what was wrong is taken back by a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it says.
    pub kind: EntryKind,
    /// The voucher.
    pub voucher: VoucherId,
    /// What it was sold from.
    pub template: TemplateId,
    /// The voucher's value; below 0 where a line of that kind is taken back, as a restore of the server may ask.
    pub amount: Money,
    /// How it is taxed.
    pub vat: Vat,
    /// How money came or went back, where it did and that is known.
    pub payment: Option<Payment>,
    /// Who stands for the value, of a settlement.
    pub settlement: Option<Settlement>,
    /// Whose business it is: of a redemption taken back, the shop that had redeemed.
    pub shop: ShopId,
    /// Where it was done.
    pub done_in: ShopId,
    /// The shop that sold the voucher, and owes.
    pub sold_in: ShopId,
    /// When the voucher was sold, by the clock of the till.
    pub sold_at: Timestamp,
    /// The voucher's last day.
    pub expires_on: Option<Date>,
    /// Who did it; the nil id where the server did.
    pub staff: StaffId,
    /// On which device.
    pub device: crate::ids::DeviceId,
    /// When it counts as done.
    pub at: Timestamp,
    /// When the server received what caused it.
    pub received_at: Timestamp,
}

impl Entry {
    /// The VAT that is in the amount, in minor units, of a single-purpose voucher. It is due at the sale, and comes back when the money goes
    /// back. A multi-purpose one is taxed at its redemption by the rate of what is handed over, which a voucher does not know: of that,
    /// books say the value alone.
    pub fn vat(&self) -> i64 {
        match self.vat {
            Vat::SinglePurpose { rate_basis_points } => vat_included(self.amount.minor, rate_basis_points),
            Vat::MultiPurpose => 0,
        }
    }
}

/// The VAT that is in a price, in minor units, half a unit away from 0.
pub fn vat_included(gross: i64, rate_basis_points: u16) -> i64 {
    let (gross, rate) = (i128::from(gross), i128::from(rate_basis_points));
    let (part, whole) = (gross.abs() * rate, 10_000 + rate);
    let rounded = (2 * part + whole) / (2 * whole);
    // No more than the price itself.
    i64::try_from(rounded * gross.signum()).unwrap_or_default()
}
