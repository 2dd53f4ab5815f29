//! What can go wrong, as the screen gets it: a closed set of codes; the words are the screen's.

use std::collections::BTreeMap;

use beadsbox_domain::{PinError, money::MoneyError, template::ContentError, text::TextError};
use beadsbox_protocol::{ErrorCode as ServerCode, Problem, export::ExportError};
use beadsbox_store::StoreError;
use beadsbox_sync::{Halt, HttpError, TransportError, Trouble};
use serde::Serialize;

use crate::{host::SecretsError, view::RefusalView};

/// What went wrong. The set is closed: the screen has words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// See `fields`.
    InvalidInput,
    /// Nobody is signed in.
    NotSignedIn,
    /// The screens are locked.
    Locked,
    /// Whoever came by badge or PIN may use the till alone: this asks for their password.
    NeedsPassword,
    /// Nobody's badge, or one that no longer counts.
    UnknownBadge,
    /// The person and the PIN do not fit.
    WrongPin,
    /// Too many wrong PINs: `seconds` to wait.
    PinDelayed,
    /// Far too many wrong PINs: the person has to show their password here.
    PinLocked,
    /// The sign-in ended.
    SignInExpired,
    /// Name and password do not fit.
    WrongPassword,
    /// Too many attempts: `seconds` to wait.
    SignInDelayed,
    /// Never signed in on this device before: needs the server once.
    SignInOfflineUnknown,
    /// Too many `days` since the last sign-in with the server.
    SignInOfflineExpired,
    /// The staff member was barred.
    StaffInactive,
    /// The `role` does not allow it.
    RoleNotAllowed,
    /// Needs the server, which cannot be reached.
    Offline,
    /// The server has trouble of its own.
    ServerTrouble,
    /// The server refused, for a reason that this program does not know.
    ServerRefused,
    /// Something else answers at that address.
    NotABeadsboxServer,
    /// Plain http to another machine.
    InsecureAddress,
    /// The server takes newer programs only.
    ClientTooOld,
    /// No such enrolment code.
    EnrolmentCodeWrong,
    /// The code was used, or its time has passed.
    EnrolmentCodeUsed,
    /// The device was revoked.
    DeviceRevoked,
    /// The device waits for an admin, or the server holds other operations under its numbers.
    DeviceInQuarantine,
    /// The server does not know the device, also not by its certificate.
    DeviceUnknown,
    /// These files are an older copy: `missing` operations of this device are taken back first.
    TakingBack,
    /// What answers cannot sign for the server.
    BadReceipt,
    /// No keyring on this machine.
    KeyringAbsent,
    /// The keyring is locked, or said no.
    KeyringLocked,
    /// The files are there, their keys are not.
    KeyringMismatch,
    /// The outbox cannot be read.
    OutboxDamaged,
    /// The cache cannot be read or made.
    CacheDamaged,
    /// No room on the disk.
    DiskFull,
    /// The disk does not do what it should.
    DiskFailed,
    /// The built-in `SQLite` has a known defect.
    SqliteTooOld,
    /// The files were written by a newer program.
    FilesTooNew,
    /// Another copy of the program has these files open.
    AlreadyRunning,
    /// The device is enrolled already.
    AlreadyEnrolled,
    /// A redemption was asked for, and what became of it is not known yet.
    RedemptionOpen,
    /// No such voucher here.
    UnknownVoucher,
    /// No such template here.
    UnknownTemplate,
    /// No such conflict here.
    UnknownConflict,
    /// The rules refuse it: see `refusal`.
    Refused,
    /// The template was edited meanwhile: see `refusal`.
    StaleTemplate,
    /// A reason is required.
    NeedsReason,
    /// The day was closed meanwhile.
    DayChanged,
    /// A redemption waits for its answer: the day can be closed in a moment.
    DayNotQuiet,
    /// The server wants fewer requests.
    TooManyRequests,
    /// Somebody else changed it meanwhile.
    ChangedMeanwhile,
    /// The device's day is not closed: it stays in its shop until it is.
    DayNotClosed,
    /// Somebody else works on the conflict by now: `name`.
    ConflictTaken,
    /// This device has no printer.
    PrinterNotSet,
    /// No such name on the network.
    PrinterUnknownAddress,
    /// Nothing answers at the printer's address.
    PrinterUnreachable,
    /// Something is at the printer's address, but no printer.
    PrinterNotThere,
    /// No such serial port.
    PrinterNoPort,
    /// Another program has the printer.
    PrinterBusy,
    /// This account of the computer may not use the port.
    PrinterNotAllowed,
    /// It is out of paper.
    PrinterNoPaper,
    /// Its cover is open.
    PrinterCoverOpen,
    /// It says that it cannot print.
    PrinterNotReady,
    /// It stopped in the middle.
    PrinterInterrupted,
    /// This computer did not open the PDF.
    ViewerFailed,
    /// Not in training.
    InTraining,
    /// No folder in which a file can be kept: `folder`.
    FolderNotUsable,
    /// Everything that was recorded is on the server.
    NothingWaits,
    /// No file of operations.
    NotAnExport,
    /// A file of operations that a newer program saved.
    ExportNewer,
    /// A file of operations that was cut off or altered.
    ExportDamaged,
    /// A file of operations for another server.
    ExportElsewhere,
    /// The server lacks operations of that till before those of the file: `expected` is the first.
    ExportGap,
    /// The server holds other operations of that till under the same numbers.
    ExportForked,
    /// A fault of this program; see the log.
    Internal,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FieldErrorCode {
    Required,
    TooLong,
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

/// An error for the screen.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct AppError {
    /// What went wrong.
    pub code: ErrorCode,
    /// In plain English, for the log and for codes that a screen does not know.
    pub message: String,
    /// Fields that were not taken.
    pub fields: Vec<FieldError>,
    /// Facts for the words.
    pub params: BTreeMap<String, String>,
    /// Why the rules refuse it.
    pub refusal: Option<Box<RefusalView>>,
}

/// The answer of a use case.
pub type AppResult<T> = Result<T, AppError>;

impl AppError {
    /// An error without facts.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: Vec::new(), params: BTreeMap::new(), refusal: None }
    }

    /// With a fact for the words.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// An operation that the rules refuse.
    pub fn refused(refusal: RefusalView) -> Self {
        let code = if matches!(refusal, RefusalView::StaleTemplate { .. }) {
            ErrorCode::StaleTemplate
        } else {
            ErrorCode::Refused
        };
        Self { refusal: Some(Box::new(refusal)), ..Self::new(code, "the rules refuse it") }
    }

    /// One field is not right.
    pub(crate) fn in_field(field: &str, code: FieldErrorCode, limit: Option<u32>) -> Self {
        Self::in_fields(vec![FieldError { field: field.to_owned(), code, limit }])
    }

    fn in_fields(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(ErrorCode::InvalidInput, "some fields are not right") }
    }

    /// A fault of the program itself.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        tracing::error!(%detail, "internal error");
        Self::new(ErrorCode::Internal, detail.to_string())
    }
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
pub(crate) struct FieldFault(FieldErrorCode, Option<u32>);

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

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::KeyMismatch { .. } => ErrorCode::KeyringMismatch,
            StoreError::OutboxDamaged { .. } => ErrorCode::OutboxDamaged,
            StoreError::CacheDamaged { .. } => ErrorCode::CacheDamaged,
            StoreError::DiskFull => ErrorCode::DiskFull,
            StoreError::DiskFailed { .. } => ErrorCode::DiskFailed,
            StoreError::SqliteTooOld { .. } => ErrorCode::SqliteTooOld,
            StoreError::NewerSchema { .. } => ErrorCode::FilesTooNew,
            StoreError::InUse { .. } => ErrorCode::AlreadyRunning,
            StoreError::AlreadyEnrolled => ErrorCode::AlreadyEnrolled,
            StoreError::Revoked => ErrorCode::DeviceRevoked,
            StoreError::BadReceipt { .. } => ErrorCode::BadReceipt,
            StoreError::Behind { missing } => return Self::new(ErrorCode::TakingBack, error.to_string()).with("missing", missing),
            _ => return Self::internal(error),
        };
        Self::new(code, error.to_string())
    }
}

impl From<TransportError> for AppError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Unreachable(detail) => Self::new(ErrorCode::Offline, detail),
            TransportError::NotUnderstood(detail) => Self::new(ErrorCode::NotABeadsboxServer, detail),
            TransportError::Refused(problem) => Self::from(*problem),
        }
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        let code = match problem.code {
            ServerCode::WrongPassword => ErrorCode::WrongPassword,
            ServerCode::TooManyRequests => ErrorCode::TooManyRequests,
            ServerCode::SessionExpired => ErrorCode::SignInExpired,
            ServerCode::StaffInactive => ErrorCode::StaffInactive,
            ServerCode::Forbidden => ErrorCode::RoleNotAllowed,
            ServerCode::EnrolmentCodeWrong => ErrorCode::EnrolmentCodeWrong,
            ServerCode::EnrolmentCodeUsed => ErrorCode::EnrolmentCodeUsed,
            ServerCode::DeviceRevoked => ErrorCode::DeviceRevoked,
            ServerCode::UnknownDevice => ErrorCode::DeviceUnknown,
            ServerCode::DeviceQuarantined | ServerCode::ChainForked | ServerCode::TooManyForks | ServerCode::BadSignature => ErrorCode::DeviceInQuarantine,
            ServerCode::ClientTooOld => ErrorCode::ClientTooOld,
            ServerCode::ChangedMeanwhile => ErrorCode::ChangedMeanwhile,
            ServerCode::DayNotClosed => ErrorCode::DayNotClosed,
            ServerCode::ConflictTaken => ErrorCode::ConflictTaken,
            ServerCode::Unavailable | ServerCode::Internal => ErrorCode::ServerTrouble,
            _ => ErrorCode::ServerRefused,
        };
        let error = Self::new(code, problem.title);
        match problem.retry_after {
            Some(seconds) => error.with("seconds", seconds),
            None => error,
        }
    }
}

impl From<&Trouble> for AppError {
    fn from(trouble: &Trouble) -> Self {
        let code = match trouble {
            Trouble::Offline(_) => ErrorCode::Offline,
            Trouble::Server(_) => ErrorCode::ServerTrouble,
            Trouble::BadReceipt => ErrorCode::BadReceipt,
            Trouble::Halted(Halt::Revoked) => ErrorCode::DeviceRevoked,
            Trouble::Halted(Halt::UnknownDevice) => ErrorCode::DeviceUnknown,
            Trouble::Halted(Halt::Quarantined | Halt::Forked | Halt::TooManyForks | Halt::BadSignature) => ErrorCode::DeviceInQuarantine,
            Trouble::Halted(Halt::ClientTooOld) => ErrorCode::ClientTooOld,
            Trouble::Refused(_) => ErrorCode::ServerRefused,
            Trouble::Replica(_) => ErrorCode::DiskFailed,
        };
        Self::new(code, trouble.to_string())
    }
}

impl From<ExportError> for AppError {
    fn from(error: ExportError) -> Self {
        let code = match &error {
            ExportError::NotAnExport | ExportError::TooLarge => ErrorCode::NotAnExport,
            ExportError::Newer => ErrorCode::ExportNewer,
            ExportError::Cut | ExportError::Altered(_) => ErrorCode::ExportDamaged,
            ExportError::OtherServer => ErrorCode::ExportElsewhere,
        };
        Self::new(code, error.to_string())
    }
}

impl From<HttpError> for AppError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::NotAnAddress(_) => {
                let fields = vec![FieldError { field: "server".to_owned(), code: FieldErrorCode::NotAnAddress, limit: None }];
                Self { fields, ..Self::new(ErrorCode::InvalidInput, error.to_string()) }
            }
            HttpError::Insecure => Self::new(ErrorCode::InsecureAddress, error.to_string()),
            HttpError::Certificate { .. } | HttpError::Client(_) => Self::internal(error),
        }
    }
}

impl From<SecretsError> for AppError {
    fn from(error: SecretsError) -> Self {
        let code = match &error {
            SecretsError::Absent(_) => ErrorCode::KeyringAbsent,
            SecretsError::Locked(_) => ErrorCode::KeyringLocked,
            SecretsError::Unreadable(_) => ErrorCode::KeyringMismatch,
            SecretsError::File { .. } => ErrorCode::DiskFailed,
        };
        Self::new(code, error.to_string())
    }
}
