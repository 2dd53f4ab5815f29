//! What can go wrong, as the screen gets it: a closed set of codes; the words are the screen's.

use std::{collections::BTreeMap, io};

use serde::Serialize;

use crate::view::RefusalView;

mod field;
mod from;

pub use field::{FieldError, FieldErrorCode};
pub(crate) use field::{FieldErrors, FieldFault, content_fault};

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
    /// The clock is off by more than a day and a half: the last day of what is sold would be wrong.
    ClockWrong,
    /// A sale is recorded, and its receipt cannot be shown: it is not to be made again.
    SaleNotShown,
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
    /// A voucher that stands for another one, before the server said so.
    ReplacementWaiting,
    /// No such voucher here.
    UnknownVoucher,
    /// No such template here.
    UnknownTemplate,
    /// No such conflict here.
    UnknownConflict,
    /// The reservation was sold already.
    ReservationSold,
    /// The reservation's time is over, or its buyer ordered anew.
    ReservationOver,
    /// The reservation is paid on the internet.
    ReservationPaidOnline,
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
    /// Nobody has said where updates come from, or whose signature they bear.
    UpdateNotSetUp,
    /// The update server cannot be reached, or answers with something else.
    UpdateServerDown,
    /// An update that the organisation did not sign.
    UpdateNotGenuine,
    /// Something is being recorded: no moment for an update.
    UpdateNotNow,
    /// This copy of the program was not installed by a package, and is none that an update could replace.
    UpdateNotAPackage,
    /// The system did not install the update; the program is as it was.
    UpdateFailed,
    /// Somebody else changed it meanwhile.
    ChangedMeanwhile,
    /// An action for many vouchers is running: it has to end first.
    WorkRunning,
    /// Whoever began it stopped it.
    Stopped,
    /// A sheet of XLSX holds fewer rows.
    TableTooLong,
    /// The server gives no more rows of a report at once, and a file would not say where it stops.
    ReportTooLong,
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
    /// The server has no mail server to send by.
    MailNotSetUp,
    /// The voucher's buyer has no e-mail address, or was erased.
    NoMailAddress,
    /// Only a voucher that can still be redeemed is mailed.
    VoucherNotOwed,
    /// The text of a mail has faults.
    MailTextFaulty,
    /// The mail server did not take it: `numbers` is its answer.
    MailNotTaken,
    /// No such code for another password, or it was used, or its hour is over.
    ResetTokenWrong,
    /// The password serves once: another has to be chosen for the future.
    PasswordChangeNeeded,
    /// The one-time password was not used in time.
    PasswordExpired,
    /// A code of the second factor is needed as well.
    SecondFactorNeeded,
    /// The code is not right, or was used before.
    SecondFactorWrong,
    /// Every admin needs a second factor, and this one has none.
    SecondFactorSetupNeeded,
    /// What the person signs in with was changed since: needs the server once.
    SignInOfflineChanged,
    /// The last admin stays one.
    LastAdmin,
    /// Devices stand in the shop.
    ShopHasDevices,
    /// Business was done in the shop: its time zone stays.
    ShopInUse,
    /// The shop is closed.
    ShopClosed,
    /// The reason names the person whom it is to erase.
    ReasonNamesPerson,
    /// Nothing is held any more.
    UnknownPerson,
    /// A voucher of `months` is too short for `country`, which asks for `least`.
    ValidityTooShort,
    /// No table was opened, or it was let go.
    NoSheet,
    /// None of the lines can be used.
    NoGoodLine,
    /// A file with more bytes than a table may have: `most` MiB.
    SheetTooLarge,
    /// A file with nothing in it.
    SheetEmpty,
    /// Headings and nothing under them.
    SheetOnlyHeadings,
    /// Neither text nor a workbook.
    NotASheet,
    /// A workbook of before 2007, or one with a password.
    OldWorkbook,
    /// A workbook that cannot be read.
    DamagedWorkbook,
    /// Letters written in two ways: `line`.
    MixedEncoding,
    /// A quotation mark that is never closed: `line`.
    UnclosedQuote,
    /// More than `most` lines.
    TooManyLines,
    /// More than `most` columns.
    TooManyColumns,
    /// Two columns are called `name`.
    SameHeading,
    /// Titles and prices that would make more than `most` templates.
    TooManyTemplates,
    /// A fault of this program; see the log.
    Internal,
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

    /// One field is not right, as what it was read into says.
    pub(crate) fn of_field(field: &str, fault: impl Into<FieldFault>) -> Self {
        let FieldFault(code, limit) = fault.into();
        Self::in_field(field, code, limit)
    }

    fn in_fields(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(ErrorCode::InvalidInput, "some fields are not right") }
    }

    /// What the file system said.
    pub(crate) fn disk(error: &io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        Self::new(if full { ErrorCode::DiskFull } else { ErrorCode::DiskFailed }, error.to_string())
    }

    /// A fault of the program itself.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        tracing::error!(%detail, "internal error");
        Self::new(ErrorCode::Internal, detail.to_string())
    }
}
