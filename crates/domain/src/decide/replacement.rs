//! Another voucher for one: a lost one issued again, or another template with the difference in price.
//!
//! Two operations, recorded together: `replace` ends the old voucher, and a sale that names it makes the new one. Each changes one
//! voucher, so each is decided, foretold and restored like every other; the sale holds only where the replacement held.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{Change, Context, Decided, Decision, Situation, correction::known};
use crate::{
    ids::{TemplateId, VoucherId},
    marks::Marks,
    money::Money,
    operation::{Operation, Replaced, Replacement},
    outcome::Refusal,
    status::Status,
    template::TemplateContent,
    voucher::Voucher,
};

/// What a sale has to agree with, of the voucher that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedVoucher {
    /// The voucher that replaced it.
    pub by: VoucherId,
    /// The template that it was sold from.
    pub template: TemplateId,
    /// What the template said then; none where only the sale tells.
    pub content: Option<TemplateContent>,
    /// What it was worth.
    pub value: Money,
    /// Its last day.
    pub expires_on: Option<Date>,
    /// The first moment after that day.
    pub expires_at: Option<Timestamp>,
}

impl ReplacedVoucher {
    /// Of a voucher that was replaced; none of any other.
    pub fn of(voucher: &Voucher) -> Option<Self> {
        let by = voucher.marks.replaced_by.filter(|_| voucher.status == Status::Replaced)?;
        Some(Self {
            by,
            template: voucher.template,
            content: Some(voucher.snapshot.clone()),
            value: voucher.snapshot.price,
            expires_on: voucher.expires_on,
            expires_at: voucher.expires_at,
        })
    }

    /// As the sale that stands for it says.
    pub(super) fn as_told(sale: &Operation, replaced: &Replaced) -> Option<Self> {
        let Operation::Sell { voucher, template, .. } = sale else { return None };
        let (expires_on, expires_at) = match replaced.replacement {
            Replacement::Reissue { expires_on, expires_at } => (expires_on, expires_at),
            Replacement::Exchange => (None, None),
        };
        Some(Self { by: *voucher, template: *template, content: None, value: replaced.value, expires_on, expires_at })
    }

    /// Whether that sale is the one that stands for it.
    pub(super) fn is_replaced_by(&self, id: VoucherId, template: TemplateId, snapshot: &TemplateContent, replaced: &Replaced) -> bool {
        let same_voucher = self.by == id && self.value == replaced.value;
        same_voucher
            && match replaced.replacement {
                Replacement::Exchange => self.value.currency == snapshot.price.currency,
                Replacement::Reissue { expires_on, expires_at } => {
                    self.template == template
                        && self.content.as_ref().is_none_or(|content| content == snapshot)
                        && (self.expires_on, self.expires_at) == (expires_on, expires_at)
                }
            }
    }
}

/// One that nobody used, and whose last day has not passed: an exchange would give it another.
///
/// A last day that moved since the device looked would let the old one end and the sale be refused.
pub(super) fn replace(by: VoucherId, replacement: Option<Replacement>, situation: &Situation, context: &Context) -> Decided {
    let voucher = known(situation)?;
    if voucher.status != Status::Purchased {
        return Err(Refusal::StatusIs { status: voucher.status, since: voucher.since });
    }
    if let Some(expires_on) = voucher.expires_on.filter(|_| voucher.is_overdue(context.stamp.at)) {
        return Err(Refusal::Expired { expires_on });
    }
    if by == voucher.id {
        return Err(Refusal::IdTaken);
    }
    if let Some(Replacement::Reissue { expires_on, expires_at }) = replacement
        && (voucher.expires_on, voucher.expires_at) != (expires_on, expires_at)
    {
        return Err(Refusal::NotReplaced);
    }
    let marks = Marks { replaced_by: Some(by), ..voucher.marks.clone() };
    let row_version = voucher.row_version + 1;
    Ok(Decision::applied(vec![Change::Voucher(Voucher {
        status: Status::Replaced,
        since: context.stamp,
        marks,
        row_version,
        ..voucher.clone()
    })]))
}

/// A moment that is the end of that day somewhere on earth (UTC−12 to UTC+14).
pub(super) fn ends_day(day: Date, moment: Timestamp) -> bool {
    let midnight = day.tomorrow().ok().and_then(|next| next.to_zoned(TimeZone::UTC).ok()).map(|next| next.timestamp());
    midnight.is_some_and(|midnight| {
        let later = moment.duration_since(midnight);
        (SignedDuration::from_hours(-14)..=SignedDuration::from_hours(12)).contains(&later)
    })
}
