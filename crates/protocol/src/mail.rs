//! Mail: what was sent about a voucher, what the organisation writes, and how people set a password that they forgot.

use beadsbox_domain::{StaffId, Timestamp, text::Email};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::JobTrouble;

/// The language of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MailLanguage {
    /// English.
    En,
    /// French.
    Fr,
}

impl MailLanguage {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];
}

/// What a mail is about; each has a text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Vouchers, to their buyer.
    Voucher,
    /// What a staff member needs to set another password.
    PasswordReset,
    /// Vouchers whose last day is near, to their buyer.
    Reminder,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Voucher, Self::Reminder, Self::PasswordReset];
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// It is to be sent.
    Waiting,
    /// The mail server took it.
    Sent,
    /// Nobody tries it any more: an admin sees why.
    Failed,
    /// The mail server had it and did not answer. Nobody tries it any more by itself.
    MayHaveArrived,
    /// The buyer was erased before it was sent.
    BuyerErased,
    /// The buyer has no address.
    NoAddress,
    /// The voucher was used, cancelled, expired or replaced before it was sent.
    NotOwed,
    /// The staff member may not sign in.
    PersonBarred,
    /// An admin decided that it is not sent.
    Discarded,
}

/// A mail about a voucher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VoucherMail {
    /// What caused it.
    pub id: Uuid,
    /// Who asked for it; none for the one that goes by itself at the sale, and for reminders.
    pub by: Option<StaffId>,
    /// Whether it reminds of the voucher's last day.
    pub reminder: bool,
    /// When it was caused.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// What became of it.
    pub state: MailState,
    /// When that was, once it was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Why the last attempt failed, while it is tried or after it was given up.
    pub trouble: Option<JobTrouble>,
}

/// `GET /v1/vouchers/{id}/mails`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VoucherMails {
    /// Whether this server can send mail.
    pub set_up: bool,
    /// Those that the server still knows of, the newest first.
    pub mails: Vec<VoucherMail>,
}

/// `POST /v1/vouchers/{id}/mails`: sends it to its buyer once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAgain {
    /// Made by whoever asks: asked twice under one id, it is sent once.
    pub id: Uuid,
}

/// The most vouchers that one mail brings.
pub const MOST_VOUCHERS_OF_A_MAIL: usize = 50;

/// How the organisation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Whether a voucher goes to its buyer by itself once the server has its sale, where its seller does not choose.
    pub at_sale: bool,
    /// In which language.
    pub language: MailLanguage,
    /// How many days before its last day the buyer is reminded of a voucher, from 1 to 60; none to remind nobody.
    #[schema(minimum = 1, maximum = 60)]
    pub reminder_days: Option<u8>,
}

/// The most days before a voucher's last day at which its buyer is reminded. What reminds is forgotten 90 days after it was sent.
pub const MOST_REMINDER_DAYS: u8 = 60;

/// `PUT /v1/admin/mail`: the settings, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailSettingsChange {
    /// The version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// What holds from now on.
    pub settings: MailSettings,
}

/// The subject and the words of a mail, with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailWords {
    /// One line of 1 to 200 characters.
    #[schema(max_length = 200)]
    pub subject: String,
    /// 1 to 5000 characters; an empty line begins a paragraph.
    #[schema(max_length = 5000)]
    pub body: String,
}

/// The most characters of a subject.
pub const MOST_SUBJECT_CHARACTERS: usize = 200;
/// The most characters of a body.
pub const MOST_BODY_CHARACTERS: usize = 5000;

/// The text of one kind in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailText {
    /// Of which mail.
    pub kind: MailKind,
    /// In which language.
    pub language: MailLanguage,
    /// What is sent.
    pub words: MailWords,
    /// Whether an admin wrote it; otherwise it is the program's own.
    pub own: bool,
    /// 0 where it was never changed.
    pub row_version: u64,
}

/// `PUT /v1/admin/mail/texts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailTextChange {
    /// Of which mail.
    pub kind: MailKind,
    /// In which language.
    pub language: MailLanguage,
    /// The version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// None for the program's own text again.
    pub words: Option<MailWords>,
}

/// `GET /v1/admin/mail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailSetup {
    /// Whom mails come from; none where this server cannot send any.
    pub from: Option<String>,
    /// What holds.
    pub settings: MailSettings,
    /// The settings' version.
    pub row_version: u64,
    /// Every text.
    pub texts: Vec<MailText>,
    /// What the texts may name, by kind.
    pub placeholders: Vec<Placeholders>,
}

/// What the text of a kind may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Placeholders {
    /// Of which mail.
    pub kind: MailKind,
    /// Names, as they stand between double braces.
    pub names: Vec<String>,
}

/// `POST /v1/admin/mail/preview`: the text filled in with sample data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailDraft {
    /// Of which mail.
    pub kind: MailKind,
    /// In which language.
    pub language: MailLanguage,
    /// What was typed.
    pub words: MailWords,
}

/// `POST /v1/admin/mail/test`: sends it, filled in with sample data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailTest {
    /// What is sent.
    pub draft: MailDraft,
    /// Where to.
    pub to: Email,
}

/// A mail as its reader would see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailPreview {
    /// Nothing of it where there are faults.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// A whole document, without scripts and without anything to load.
    pub html: String,
    /// What is wrong with the text.
    pub faults: Vec<TextFault>,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TextPart {
    /// The subject.
    Subject,
    /// The body.
    Body,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TextFaultKind {
    /// Nothing stands there.
    Empty,
    /// More characters than it may have.
    TooLong,
    /// A subject of several lines, or a character that hides what a text says.
    ForbiddenCharacter,
    /// Braces that are not closed.
    Unclosed,
    /// No mail of this kind knows `found`.
    UnknownPlaceholder,
    /// Between the braces stands something else than a name, or than `if`, `elif`, `else` and `endif`.
    NotAllowed,
    /// An `if` without its `endif`, or the other way round.
    Unbalanced,
}

/// One fault of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextFault {
    /// Where.
    pub part: TextPart,
    /// In which line, from 1.
    pub line: u32,
    /// What.
    pub kind: TextFaultKind,
    /// What stands there, cut where it is long.
    pub found: String,
}

/// Where a staff member gets mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StaffAddress {
    /// Who.
    pub staff: StaffId,
    /// None where nobody knows.
    pub email: Option<Email>,
}

/// `PUT /v1/admin/staff/{id}/email`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffAddressChange {
    /// None to have none any more.
    pub email: Option<Email>,
}

/// `POST /v1/password-resets`: asks for a mail with a token. The answer is always the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetRequest {
    /// The staff member's name, case-blind.
    #[schema(max_length = 200)]
    pub name: String,
    /// In which language to write.
    pub language: MailLanguage,
}

/// `PUT /v1/password-resets`: sets another password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// What the mail said.
    #[schema(max_length = 200)]
    pub token: String,
    /// 8 to 200 characters.
    #[schema(max_length = 200)]
    pub password: String,
}
