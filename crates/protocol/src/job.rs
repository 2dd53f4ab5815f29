//! `GET /v1/admin/jobs`, `POST /v1/admin/jobs`, `POST /v1/admin/jobs/{id}`: work that the server could not do, for an admin to look at.

use beadsbox_domain::{StaffId, Timestamp, VoucherId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Mails the vouchers of a sale to their buyer.
    VoucherMail,
    /// Mails a voucher to its buyer once more, because somebody in the office asked for it.
    VoucherMailAgain,
    /// Mails a staff member what they need to set another password.
    PasswordResetMail,
    /// Tells a staff member at their former address that they get mail elsewhere.
    AddressChangedMail,
    /// Reminds a buyer of vouchers whose last day is near.
    ReminderMail,
    /// Looks for vouchers of which their buyers are to be reminded.
    RemindBuyers,
    /// Marks vouchers whose last day and grace have passed.
    ExpireVouchers,
    /// Makes the snapshots anew that new devices take.
    RefreshSnapshots,
    /// Erases buyers who are kept no longer.
    ForgetBuyers,
    /// Forgets what nobody asks for any more.
    Prune,
    /// Puts the books' monthly sums together that are alike.
    PutSumsTogether,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::VoucherMail,
        Self::VoucherMailAgain,
        Self::PasswordResetMail,
        Self::AddressChangedMail,
        Self::ReminderMail,
        Self::RemindBuyers,
        Self::ExpireVouchers,
        Self::RefreshSnapshots,
        Self::ForgetBuyers,
        Self::Prune,
        Self::PutSumsTogether,
    ];

    /// Whether it writes to somebody.
    pub const fn is_mail(self) -> bool {
        matches!(
            self,
            Self::VoucherMail | Self::VoucherMailAgain | Self::PasswordResetMail | Self::AddressChangedMail | Self::ReminderMail
        )
    }
}

/// Why an attempt came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum JobTrouble {
    /// The mail server cannot be reached, or did not answer.
    Unreachable,
    /// The mail server cannot be trusted: its certificate does not hold, or it speaks no TLS.
    Untrusted,
    /// The mail server does not let this server in.
    SignInRefused,
    /// The mail server refuses it for now; `detail` has its numbers.
    RefusedForNow,
    /// The mail server refuses its recipient for good; `detail` has its numbers.
    Refused,
    /// The mail server refuses what this server sends, by a policy or because of the sender; `detail` has its numbers.
    RefusedByPolicy,
    /// The mail server was given it, and its answer is not known: it may have arrived. Nobody sends it once more by itself.
    MayHaveArrived,
    /// No mail server takes this address, or it cannot be written in a mail.
    AddressRefused,
    /// The text that an admin wrote cannot be filled in.
    TextFaulty,
    /// Whoever worked on it was ended in the middle.
    Interrupted,
    /// A fault of the server; it was logged.
    Internal,
}

/// A job that nobody tries any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadJob {
    /// The job.
    pub id: Uuid,
    /// What it does.
    pub kind: JobKind,
    /// The vouchers that it is about.
    pub vouchers: Vec<VoucherId>,
    /// The staff member that it is about.
    pub staff: Option<StaffId>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was given up.
    #[schema(value_type = String, format = DateTime)]
    pub died_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it failed the last time.
    pub trouble: JobTrouble,
    /// What the mail server said, in its numbers.
    pub detail: Option<String>,
}

/// The most jobs in one answer.
pub const MOST_DEAD_JOBS: u32 = 200;

/// Jobs that an admin has to decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadJobs {
    /// How many there are.
    pub total: u64,
    /// How many mails wait to be sent, or are being sent.
    pub waiting: u64,
    /// The newest, 200 at most.
    pub jobs: Vec<DeadJob>,
    /// Those that can be tried again at once, also of those that are not listed, by what stood in their way.
    pub again: Vec<DeadOfTrouble>,
}

/// How many jobs were given up for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadOfTrouble {
    /// Why they failed the last time.
    pub trouble: JobTrouble,
    /// How many.
    pub jobs: u64,
}

/// `POST /v1/admin/jobs`: has jobs that were given up tried again at once. What may have arrived is never among them: that is decided one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobsAgain {
    /// Those of that trouble; none for all.
    pub trouble: Option<JobTrouble>,
}

/// What an admin has done about a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobDecision {
    /// Try it again from the beginning; otherwise nobody does it.
    pub again: bool,
}
