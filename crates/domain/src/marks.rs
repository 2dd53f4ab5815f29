//! Facts that few vouchers have: where one came from, what came of it.

use serde::{Deserialize, Serialize};

use crate::{
    code::VoucherCode,
    ids::{BatchId, OpId, VoucherId},
    status::Status,
    text::{Name, TextError},
};

/// What stands on paper that another system issued: up to 100 characters. No two vouchers have codes that differ in their case alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, max_length = 100))]
pub struct ExternalCode(String);

impl ExternalCode {
    /// Trims and checks.
    pub fn new(text: &str) -> Result<Self, TextError> {
        Name::new(text).map(|text| Self(text.into()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the case of its ASCII letters, as both databases fold them: two codes alike in this are too alike for one of them to be meant.
    #[must_use]
    pub fn folded(&self) -> Self {
        Self(self.0.to_ascii_lowercase())
    }

    /// Whether whoever typed or scanned that means this code: the same text, or the same wholly in the other case, as Caps Lock makes it. Where
    /// a code has letters of both cases, the case says something.
    pub fn is_meant_by(&self, typed: &Self) -> bool {
        let is_of_one_case = |text: &str| !(text.contains(|sign: char| sign.is_ascii_lowercase()) && text.contains(|sign: char| sign.is_ascii_uppercase()));
        self == typed || (self.0.eq_ignore_ascii_case(&typed.0) && is_of_one_case(&self.0) && is_of_one_case(&typed.0))
    }

    /// The code of ours that the same text is, where it is one: a table that this program wrote may come back as another system's.
    pub fn as_ours(&self) -> Option<VoucherCode> {
        VoucherCode::parse(&self.0).ok()
    }
}

impl TryFrom<String> for ExternalCode {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<ExternalCode> for String {
    fn from(code: ExternalCode) -> Self {
        code.0
    }
}

/// Vouchers that were issued together, under a name that somebody gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Which.
    pub id: BatchId,
    /// What people call it.
    pub name: Name,
}

/// The system that sold a voucher before it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Origin {
    /// What people call it.
    pub source: Name,
    /// Where the voucher stood when it was taken over. What was over there owes nothing here.
    pub status: Status,
}

/// Rare facts of a voucher. Most have none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Marks {
    /// The voucher that it was issued for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<VoucherId>,
    /// The voucher that was issued for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<VoucherId>,
    /// The vouchers that it was issued with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// What stands on its paper, where another system issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_code: Option<ExternalCode>,
    /// Where it comes from, where another system issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The operation that recorded that a bank took the money back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charged_back: Option<OpId>,
}

impl Marks {
    /// None of them.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
