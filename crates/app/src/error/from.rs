//! What the parts below say, as the screen gets it.

use beadsbox_documents::{MOST_COLUMNS, MOST_FILE_BYTES, MOST_READ_ROWS, ReadError};
use beadsbox_protocol::{ErrorCode as ServerCode, Problem, export::ExportError};
use beadsbox_store::StoreError;
use beadsbox_sync::{Halt, HttpError, TransportError, Trouble};

use super::{AppError, ErrorCode, FieldErrorCode};
use crate::host::SecretsError;

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
            ServerCode::MailNotSetUp => ErrorCode::MailNotSetUp,
            ServerCode::NoMailAddress => ErrorCode::NoMailAddress,
            ServerCode::VoucherNotOwed => ErrorCode::VoucherNotOwed,
            ServerCode::MailTextFaulty => ErrorCode::MailTextFaulty,
            ServerCode::MailNotTaken => {
                return Self::new(ErrorCode::MailNotTaken, problem.title).with("numbers", problem.detail.unwrap_or_else(|| "–".to_owned()));
            }
            ServerCode::ResetTokenWrong => ErrorCode::ResetTokenWrong,
            ServerCode::PasswordChangeNeeded => ErrorCode::PasswordChangeNeeded,
            ServerCode::PasswordExpired => ErrorCode::PasswordExpired,
            ServerCode::SecondFactorNeeded => ErrorCode::SecondFactorNeeded,
            ServerCode::SecondFactorWrong => ErrorCode::SecondFactorWrong,
            ServerCode::SecondFactorSetupNeeded => ErrorCode::SecondFactorSetupNeeded,
            ServerCode::LastAdmin => ErrorCode::LastAdmin,
            ServerCode::ShopHasDevices => ErrorCode::ShopHasDevices,
            ServerCode::ShopInUse => ErrorCode::ShopInUse,
            ServerCode::ShopClosed => ErrorCode::ShopClosed,
            ServerCode::ReasonNamesPerson => ErrorCode::ReasonNamesPerson,
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
            HttpError::NotAnAddress(_) => Self { message: error.to_string(), ..Self::in_field("server", FieldErrorCode::NotAnAddress, None) },
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

impl From<ReadError> for AppError {
    fn from(error: ReadError) -> Self {
        let message = error.to_string();
        let of = |code| Self::new(code, message);
        match error {
            ReadError::TooLarge => of(ErrorCode::SheetTooLarge).with("most", MOST_FILE_BYTES / 1024 / 1024),
            ReadError::Empty => of(ErrorCode::SheetEmpty),
            ReadError::OnlyHeadings => of(ErrorCode::SheetOnlyHeadings),
            ReadError::NotATable => of(ErrorCode::NotASheet),
            ReadError::OldWorkbook => of(ErrorCode::OldWorkbook),
            ReadError::Damaged(_) => of(ErrorCode::DamagedWorkbook),
            ReadError::MixedEncoding { line } => of(ErrorCode::MixedEncoding).with("line", line),
            ReadError::UnclosedQuote { line } => of(ErrorCode::UnclosedQuote).with("line", line),
            ReadError::TooManyRows => of(ErrorCode::TooManyLines).with("most", MOST_READ_ROWS),
            ReadError::TooManyColumns => of(ErrorCode::TooManyColumns).with("most", MOST_COLUMNS),
            ReadError::SameHeading(name) => of(ErrorCode::SameHeading).with("name", name),
        }
    }
}
