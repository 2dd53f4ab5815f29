//! Errors as `application/problem+json` (RFC 9457) with a closed set of codes, so that nobody has to match on text.

use beadsbox_domain::StaffId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not what the endpoint takes.
    Malformed,
    /// Larger than the endpoint takes.
    TooLarge,
    /// No token, or one that nobody has.
    UnknownDevice,
    /// The device was revoked.
    DeviceRevoked,
    /// The device waits for an admin to accept it.
    DeviceQuarantined,
    /// Name and password do not fit.
    WrongPassword,
    /// Too many attempts; `retry_after` says when.
    TooManyRequests,
    /// No session, or one that ended.
    SessionExpired,
    /// The staff member may not sign in.
    StaffInactive,
    /// The role does not allow it.
    Forbidden,
    /// No such enrolment code.
    EnrolmentCodeWrong,
    /// The code was used, or its time has passed.
    EnrolmentCodeUsed,
    /// Operations before these are missing: `expected_seq` says which.
    SequenceGap,
    /// An operation differs from the one that the server took under that number: a copy of the device is about.
    /// `expected_seq` is the first that differs.
    ChainForked,
    /// This device has had too many lives already.
    TooManyForks,
    /// The tip does not follow from the operations, or is not signed by the device.
    BadSignature,
    /// The server was restored: `epoch` is the new one, `expected_seq` the next operation that it lacks.
    EpochChanged,
    /// The cursor is not of this feed: take everything anew.
    CursorGone,
    /// That snapshot is no longer kept: ask for the newest one.
    SnapshotGone,
    /// No such thing.
    NotFound,
    /// The name is taken.
    NameTaken,
    /// Somebody else changed it since it was read: read it again.
    ChangedMeanwhile,
    /// Sales, redemptions or cash of the device are not closed: it stays in its shop until they are.
    DayNotClosed,
    /// Somebody else works on it by now: `holder` says who.
    ConflictTaken,
    /// The password serves once: the sign-in has to bring another one for the future.
    PasswordChangeNeeded,
    /// The one-time password was not used in time: an admin has to make another.
    PasswordExpired,
    /// A code of the second factor is needed as well.
    SecondFactorNeeded,
    /// The code is not right, or was used before.
    SecondFactorWrong,
    /// Every admin needs a second factor, and this one has none yet.
    SecondFactorSetupNeeded,
    /// The last admin stays one.
    LastAdmin,
    /// Devices stand in the shop: it closes once they are moved or revoked.
    ShopHasDevices,
    /// Business was done in the shop: what its days are made of stays.
    ShopInUse,
    /// The shop is closed.
    ShopClosed,
    /// The reason names the person whom it is to erase.
    ReasonNamesPerson,
    /// The program is too old for this server.
    ClientTooOld,
    /// This server has no mail server to send by.
    MailNotSetUp,
    /// The voucher's buyer has no e-mail address, or was erased.
    NoMailAddress,
    /// Only a voucher that can still be redeemed is mailed.
    VoucherNotOwed,
    /// The text of a mail has faults: the preview says which.
    MailTextFaulty,
    /// The mail server did not take it: `detail` has its numbers.
    MailNotTaken,
    /// No such token, or it was used, or its hour is over.
    ResetTokenWrong,
    /// The server is busy or its database is away: try again.
    Unavailable,
    /// A fault of the server; it was logged under `instance`.
    Internal,
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// What went wrong, in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong, for programs.
    pub code: ErrorCode,
    /// More, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, also in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Seconds after which to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The operation that the server expects next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_seq: Option<u64>,
    /// The server's epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Uuid>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<StaffId>,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

impl Problem {
    /// A problem with nothing but a code and words.
    pub fn new(status: u16, code: ErrorCode, title: impl Into<String>) -> Self {
        Self {
            kind: about_blank(),
            title: title.into(),
            status,
            code,
            detail: None,
            instance: None,
            retry_after: None,
            expected_seq: None,
            epoch: None,
            holder: None,
        }
    }
}
