//! Operations: what people did. Each is recorded once and never changed.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    code::VoucherCode,
    conflict::Settlement,
    day::{CashMovement, DayClose},
    ids::{ConflictId, OpId, ShopId, StaffId, TemplateId, VoucherId},
    marks::{Batch, ExternalCode},
    money::Money,
    permission::Deed,
    person::PersonHash,
    status::Status,
    template::TemplateContent,
    text::{Name, Reason, SignedText},
    voucher::Payment,
};

/// Whether goods wait for the server's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RedeemMode {
    /// The server is asked first: a refusal means that nothing went over the counter.
    Asked,
    /// The goods go, whatever the server will say.
    Honoured,
}

/// Something a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// A new template.
    CreateTemplate { template: TemplateId, content: TemplateContent },
    /// New content for a template, made on the version that the person saw.
    EditTemplate { template: TemplateId, based_on: u32, content: TemplateContent },
    /// Hides a template from sale, or shows it again.
    ArchiveTemplate { template: TemplateId, archived: bool },
    /// Something that others should know of the template.
    NoteTemplate { template: TemplateId, text: Reason },
    /// Sells a voucher. The money is taken and the code is out: only an impossible sale is refused.
    Sell {
        voucher: VoucherId,
        code: VoucherCode,
        template: TemplateId,
        template_version: u32,
        snapshot: TemplateContent,
        person: PersonHash,
        payment: Payment,
        /// The only shop that may redeem it without the server; none where any may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        home_shop: Option<ShopId>,
        /// The voucher that it is issued for, replaced by an operation before this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Replaced>,
        /// The vouchers that it is issued with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch: Option<Batch>,
        /// What another system said of it, where that one sold it. No money is taken for it now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        imported: Option<Box<Imported>>,
        /// Whether its buyer is to have it by e-mail, as the seller chose; none where nobody was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mail: Option<bool>,
    },
    /// Redeems a voucher. The signed code stands there where the device did not know the voucher, and took the signature's word.
    Redeem {
        voucher: VoucherId,
        mode: RedeemMode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signed_code: Option<SignedText>,
        /// Who let it pass with their PIN, beyond the device's offline limits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approved_by: Option<StaffId>,
    },
    /// The server did not answer an asked redemption in time, and the goods went.
    Honour {
        voucher: VoucherId,
        redemption: OpId,
        /// Who let it pass with their PIN, beyond the device's offline limits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approved_by: Option<StaffId>,
    },
    /// The server did not answer an asked redemption in time, and no goods went.
    Withdraw { voucher: VoucherId, redemption: OpId },
    /// Cancels a voucher: the money is owed.
    Cancel { voucher: VoucherId, reason: Reason },
    /// Returns the money of a cancelled voucher.
    Refund { voucher: VoucherId, reason: Reason, payment: Payment },
    /// Marks a voucher whose last day and grace have passed. The server's own.
    Expire { voucher: VoucherId },
    /// Correction: a redemption that should not have been.
    UndoRedemption { voucher: VoucherId, redemption: OpId, reason: Reason },
    /// Correction: redeems a voucher in spite of its expiry.
    HonourExpired { voucher: VoucherId, reason: Reason },
    /// Correction: a later last day. `expires_at` is the first moment after it in the time zone of the shop that sold it.
    Extend {
        voucher: VoucherId,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        expires_on: Date,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        expires_at: Timestamp,
        reason: Reason,
    },
    /// Correction: another voucher, whose sale follows, stands for it from now on.
    Replace {
        voucher: VoucherId,
        by: VoucherId,
        reason: Reason,
        /// What the sale will say, so that what it rests on is refused before the old voucher ends. None in bodies before format 4.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replacement: Option<Replacement>,
    },
    /// Correction: a bank took the money back.
    Chargeback { voucher: VoucherId, reason: Reason },
    /// Something that others should know of the voucher.
    Note { voucher: VoucherId, text: Reason },
    /// Settles a conflict, seen at that version of it.
    SettleConflict { conflict: ConflictId, voucher: VoucherId, seen_version: u64, settlement: Settlement, reason: Reason },
    /// Cash that came into the till's drawer or left it, besides sales and refunds.
    MoveCash {
        movement: CashMovement,
        amount: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// Closes the till's day.
    CloseDay { close: Box<DayClose> },
}

/// The voucher that a sale stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// Which.
    pub voucher: VoucherId,
    /// What it was worth: so much of the price is paid.
    pub value: Money,
    /// What for.
    pub replacement: Replacement,
}

/// What another voucher is issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "for", rename_all = "snake_case", deny_unknown_fields)]
pub enum Replacement {
    /// Its paper was lost: the same again, with its last day. The sale's template version is 0: as it was sold.
    Reissue {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
        expires_on: Option<Date>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        expires_at: Option<Timestamp>,
    },
    /// Another template was wanted; the difference in price is paid, or returned.
    Exchange,
}

/// A voucher that another system sold, as that one had it when it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Imported {
    /// What people call that system.
    pub source: Name,
    /// What stands on its paper.
    pub code: ExternalCode,
    /// When it was sold there; none where that is not known: it counts as sold when it was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub sold_at: Option<Timestamp>,
    /// Its last day there; none where it never ends, whatever its template says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub expires_on: Option<Date>,
    /// The first moment after that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Where it stood there.
    pub status: Status,
    /// Since when it stood so; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub since: Option<Timestamp>,
}

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A template.
    Template(TemplateId),
    /// A voucher.
    Voucher(VoucherId),
    /// The till on which it was done.
    Till,
}

impl Operation {
    /// A redemption of a voucher that the device knows.
    pub const fn redeem(voucher: VoucherId, mode: RedeemMode) -> Self {
        Self::Redeem { voucher, mode, signed_code: None, approved_by: None }
    }

    /// Honours an asked redemption on the device's own word.
    pub const fn honour(voucher: VoucherId, redemption: OpId) -> Self {
        Self::Honour { voucher, redemption, approved_by: None }
    }

    /// The template or voucher whose history shows it.
    pub const fn subject(&self) -> Subject {
        match self {
            Self::CreateTemplate { template, .. }
            | Self::EditTemplate { template, .. }
            | Self::ArchiveTemplate { template, .. }
            | Self::NoteTemplate { template, .. } => Subject::Template(*template),
            Self::Sell { voucher, .. }
            | Self::Redeem { voucher, .. }
            | Self::Honour { voucher, .. }
            | Self::Withdraw { voucher, .. }
            | Self::Cancel { voucher, .. }
            | Self::Refund { voucher, .. }
            | Self::Expire { voucher }
            | Self::UndoRedemption { voucher, .. }
            | Self::HonourExpired { voucher, .. }
            | Self::Extend { voucher, .. }
            | Self::Replace { voucher, .. }
            | Self::Chargeback { voucher, .. }
            | Self::Note { voucher, .. }
            | Self::SettleConflict { voucher, .. } => Subject::Voucher(*voucher),
            Self::MoveCash { .. } | Self::CloseDay { .. } => Subject::Till,
        }
    }

    /// What proved the voucher to a device that did not know it.
    pub const fn signed_code(&self) -> Option<&SignedText> {
        if let Self::Redeem { signed_code: Some(signed), .. } = self { Some(signed) } else { None }
    }

    /// Who let it pass beyond the device's offline limits.
    pub const fn approved_by(&self) -> Option<StaffId> {
        match self {
            Self::Redeem { approved_by, .. } | Self::Honour { approved_by, .. } => *approved_by,
            _ => None,
        }
    }

    /// The only shop that may redeem what it sells without the server.
    pub const fn home_shop(&self) -> Option<ShopId> {
        if let Self::Sell { home_shop, .. } = self { *home_shop } else { None }
    }

    /// The voucher that a sale stands for.
    pub const fn replaces(&self) -> Option<&Replaced> {
        if let Self::Sell { replaces: Some(replaced), .. } = self { Some(replaced) } else { None }
    }

    /// What another system said of the voucher that a sale takes over from it.
    pub fn imported(&self) -> Option<&Imported> {
        if let Self::Sell { imported: Some(imported), .. } = self { Some(imported) } else { None }
    }

    /// The buyer whom a sale names.
    pub const fn buyer(&self) -> Option<PersonHash> {
        if let Self::Sell { person, .. } = self { Some(*person) } else { None }
    }

    /// Whether a sale goes to its buyer by e-mail, on a server that does so by itself or does not. Where nobody was asked, a batch is
    /// handed over by whoever issued it. What another system sold was handed over there.
    pub const fn is_mailed(&self, by_itself: bool) -> bool {
        match self {
            Self::Sell { imported: None, mail: Some(chosen), .. } => *chosen,
            Self::Sell { imported: None, mail: None, batch: None, .. } => by_itself,
            _ => false,
        }
    }

    /// Whether a close of the day asks for it: money, goods or cash at the till.
    pub const fn is_business(&self) -> bool {
        matches!(
            self,
            Self::Sell { imported: None, .. }
                | Self::Redeem { .. }
                | Self::Honour { .. }
                | Self::HonourExpired { .. }
                | Self::UndoRedemption { .. }
                | Self::Refund { .. }
                | Self::MoveCash { .. }
        )
    }

    /// What somebody must be allowed to do.
    pub const fn deed(&self) -> Deed {
        match self {
            Self::CreateTemplate { .. } | Self::EditTemplate { .. } | Self::ArchiveTemplate { .. } => Deed::WriteTemplates,
            Self::Sell { imported: Some(_), .. } => Deed::Import,
            Self::Sell { replaces: None, batch: None, .. } => Deed::Sell,
            Self::Sell { replaces: None, batch: Some(_), .. } => Deed::IssueMany,
            Self::Sell { replaces: Some(_), .. } | Self::Replace { .. } => Deed::Replace,
            Self::Redeem { .. } | Self::Honour { .. } | Self::Withdraw { .. } => Deed::Redeem,
            Self::Cancel { .. } => Deed::Cancel,
            Self::Refund { .. } => Deed::Refund,
            Self::Expire { .. } => Deed::Expire,
            Self::UndoRedemption { .. } => Deed::UndoRedemption,
            Self::HonourExpired { .. } => Deed::HonourExpired,
            Self::Extend { .. } => Deed::Extend,
            Self::Chargeback { .. } => Deed::Chargeback,
            Self::Note { .. } | Self::NoteTemplate { .. } => Deed::Note,
            Self::SettleConflict { .. } => Deed::SettleConflicts,
            Self::MoveCash { .. } | Self::CloseDay { .. } => Deed::RunTill,
        }
    }

    /// Whether it tells of something that has happened already: goods or money changed hands, and a refusal cannot take
    /// that back. Such an operation is booked even if the person was barred meanwhile. What another system sold is not: nobody here took
    /// money for it, and the other system's paper says it still.
    pub const fn has_happened(&self) -> bool {
        matches!(
            self,
            Self::Sell { replaces: None, imported: None, .. }
                | Self::Redeem { mode: RedeemMode::Honoured, .. }
                | Self::Honour { .. }
                | Self::Withdraw { .. }
                | Self::MoveCash { .. }
                | Self::CloseDay { .. }
        )
    }
}
