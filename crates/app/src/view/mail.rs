use beadsbox_protocol::{
    job::{JobKind, JobTrouble},
    mail::{MailKind, MailLanguage, MailState, MailText, MailWords, TextFaultKind, TextPart},
};
use serde::{Deserialize, Serialize};

/// A mail about a voucher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MailRow {
    pub id: String,
    pub state: MailState,
    /// When it was decided what becomes of it, or else when it was asked for.
    pub at: String,
    /// Who asked for it; none for the one that goes by itself at the sale, and for reminders.
    pub by: Option<String>,
    /// It reminds of the voucher's last day.
    pub reminder: bool,
    /// Why the last attempt failed, while it is tried or after it was given up.
    pub trouble: Option<JobTrouble>,
}

/// What was mailed about a voucher, and whether it may be mailed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "VoucherMails")]
pub struct VoucherMailsView {
    /// Whether the server can send mail.
    pub set_up: bool,
    /// Where it goes.
    pub address: Option<String>,
    pub may_send: bool,
    /// The newest first.
    pub mails: Vec<MailRow>,
}

/// The text of one kind in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "MailText")]
pub struct MailTextView {
    pub kind: MailKind,
    pub language: MailLanguage,
    pub subject: String,
    pub body: String,
    /// An admin wrote it; otherwise it is the program's own.
    pub own: bool,
    pub row_version: u64,
}

impl From<MailText> for MailTextView {
    fn from(text: MailText) -> Self {
        let MailText { kind, language, words: MailWords { subject, body }, own, row_version } = text;
        Self { kind, language, subject, body, own, row_version }
    }
}

/// What the texts of a kind may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MailPlaceholders {
    pub kind: MailKind,
    pub names: Vec<String>,
}

/// How the organisation writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "MailSetup")]
pub struct MailSetupView {
    /// Whom mails come from; none where the server cannot send any.
    pub from: Option<String>,
    pub at_sale: bool,
    pub language: MailLanguage,
    /// How many days before its last day a buyer is reminded of a voucher; none to remind nobody.
    pub reminder_days: Option<u8>,
    pub most_reminder_days: u8,
    pub row_version: u64,
    pub texts: Vec<MailTextView>,
    pub placeholders: Vec<MailPlaceholders>,
}

/// The settings, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
pub struct MailSettingsForm {
    pub row_version: u64,
    pub at_sale: bool,
    pub language: MailLanguage,
    /// None to remind nobody.
    pub reminder_days: Option<u32>,
}

/// A text that somebody is writing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct MailDraftForm {
    pub kind: MailKind,
    pub language: MailLanguage,
    pub subject: String,
    pub body: String,
}

/// A text to keep.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct MailTextForm {
    pub draft: MailDraftForm,
    pub row_version: u64,
    /// The program's own text again, whatever the draft says.
    pub back: bool,
}

/// A text to try.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct MailTestForm {
    pub draft: MailDraftForm,
    pub to: String,
}

/// One fault of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "MailTextFault")]
pub struct TextFaultView {
    pub part: TextPart,
    /// From 1.
    pub line: u32,
    pub kind: TextFaultKind,
    /// What stands there; of a text that is too long, how many characters it may have.
    pub found: String,
}

/// A text as its reader would see it; nothing of it where there are faults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "MailPreview")]
pub struct MailPreviewView {
    pub subject: String,
    pub text: String,
    /// A whole document, without scripts and without anything to load.
    pub html: String,
    pub faults: Vec<TextFaultView>,
}

/// Work that the server gave up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct FailedJob {
    pub id: String,
    pub kind: JobKind,
    /// The codes of the vouchers that it is about, as far as this device knows them.
    pub codes: Vec<String>,
    /// The one of the first code, to go to.
    pub voucher_id: Option<String>,
    /// Whom it is about.
    pub staff: Option<String>,
    pub created_at: String,
    pub failed_at: String,
    pub attempts: u32,
    pub trouble: JobTrouble,
    /// The mail server's answer, in its numbers.
    pub numbers: Option<String>,
}

/// Work that the server gave up, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct FailedJobs {
    /// How many there are; more than are listed, where they are many.
    pub total: u64,
    /// How many wait to be done, or are being done.
    pub waiting: u64,
    pub jobs: Vec<FailedJob>,
    /// What can be tried again at once, also of what is not listed, by what stood in the way; the most first.
    pub again: Vec<FailedOfTrouble>,
}

/// How much failed for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct FailedOfTrouble {
    pub trouble: JobTrouble,
    pub count: u64,
}

/// Where a staff member gets mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "StaffAddress")]
pub struct StaffAddressView {
    pub staff_id: String,
    pub name: String,
    pub email: Option<String>,
}

/// Where a staff member gets mail from now on; nothing to have no address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct StaffAddressForm {
    pub staff_id: String,
    pub email: String,
}

/// Another password, typed twice, and the code that a mail brought.
#[derive(Clone, Deserialize, specta::Type)]
pub struct NewPasswordForm {
    pub token: String,
    pub password: String,
    pub again: String,
}
