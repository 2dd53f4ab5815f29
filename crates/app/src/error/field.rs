//! Fields of a form that were not taken.

use beadsbox_domain::{PinError, UnknownCountry, money::MoneyError, template::ContentError, text::TextError};
use serde::Serialize;

use super::{AppError, AppResult};

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FieldErrorCode {
    Required,
    TooLong,
    TooShort,
    TooSmall,
    TooLarge,
    NotANumber,
    TooManyDecimals,
    UnknownCurrency,
    SeveralCurrencies,
    NotAnEmail,
    ForbiddenCharacter,
    NotAnAddress,
    NotAPin,
    TooEasy,
    NotTheSame,
    /// Somebody or something else is called so.
    Taken,
    NotACountry,
    NotATimeZone,
    SameAsBefore,
    NotADate,
    InTheFuture,
    UnknownStatus,
    /// It stands on an earlier line as well: `limit` is that line.
    Twice,
    /// Another voucher has that code.
    CodeTaken,
    /// The voucher is here, and this is not what is known of it.
    HereOtherwise,
    /// More or fewer cells than there are headings: `limit` is how many.
    CellCount,
    /// A workbook keeps no such large number exactly.
    InexactNumber,
    /// A cell shows an error.
    ErrorCell,
    /// Not 8 letters and digits.
    NotAReservation,
    /// Nothing was reserved under it.
    UnknownReservation,
}

/// A field that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong.
    pub code: FieldErrorCode,
    /// The bound that was passed.
    pub limit: Option<u32>,
}

/// Collects what is wrong with a form, field by field, so that a person sees all of it at once.
#[derive(Debug, Default)]
pub(crate) struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub(crate) fn add(&mut self, field: &str, code: FieldErrorCode, limit: Option<u32>) {
        self.0.push(FieldError { field: field.to_owned(), code, limit });
    }

    /// The value, or a note of what is wrong with the field.
    pub(crate) fn take<T>(&mut self, field: &str, value: Result<T, impl Into<FieldFault>>) -> Option<T> {
        value
            .map_err(|fault| {
                let FieldFault(code, limit) = fault.into();
                self.add(field, code, limit);
            })
            .ok()
    }

    pub(crate) fn finish(self) -> AppResult<()> {
        if self.0.is_empty() { Ok(()) } else { Err(AppError::in_fields(self.0)) }
    }
}

/// What is wrong with a field, and the bound that was passed.
pub(crate) struct FieldFault(pub(crate) FieldErrorCode, pub(crate) Option<u32>);

impl From<TextError> for FieldFault {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Required => Self(FieldErrorCode::Required, None),
            TextError::TooLong { limit } => Self(FieldErrorCode::TooLong, u32::try_from(limit).ok()),
            TextError::ForbiddenCharacter => Self(FieldErrorCode::ForbiddenCharacter, None),
            TextError::NotAnEmail => Self(FieldErrorCode::NotAnEmail, None),
        }
    }
}

impl From<PinError> for FieldFault {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Length | PinError::NotDigits => Self(FieldErrorCode::NotAPin, None),
            PinError::Trivial => Self(FieldErrorCode::TooEasy, None),
        }
    }
}

impl From<UnknownCountry> for FieldFault {
    fn from(_: UnknownCountry) -> Self {
        Self(FieldErrorCode::NotACountry, None)
    }
}

impl From<MoneyError> for FieldFault {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::UnknownCurrency(_) => Self(FieldErrorCode::UnknownCurrency, None),
            MoneyError::TooManyDecimals { exponent, .. } => Self(FieldErrorCode::TooManyDecimals, Some(u32::from(exponent))),
            MoneyError::OutOfRange => Self(FieldErrorCode::TooLarge, None),
            MoneyError::NotANumber | MoneyError::CurrencyMismatch(..) => Self(FieldErrorCode::NotANumber, None),
        }
    }
}

/// The field and fault of a template's content.
pub(crate) fn content_fault(error: ContentError) -> (&'static str, FieldErrorCode, Option<u32>) {
    match error {
        ContentError::Price => ("price", FieldErrorCode::TooSmall, None),
        ContentError::Validity => ("validity_months", FieldErrorCode::TooLarge, Some(120)),
        ContentError::VatRate => ("vat", FieldErrorCode::TooLarge, Some(100)),
    }
}
