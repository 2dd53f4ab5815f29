//! Mail: what was sent about a voucher, how the organisation writes, and how people set a password that they forgot.

use beadsbox_domain::{StaffId, VoucherId};
use beadsbox_protocol::{
    job::{DeadJobs, JobDecision, JobsAgain},
    mail::{
        MailAgain, MailDraft, MailPreview, MailSettingsChange, MailSetup, MailTest, MailTextChange, NewPassword, ResetRequest, StaffAddress,
        StaffAddressChange, VoucherMails,
    },
};
use reqwest::Method;
use uuid::Uuid;

use super::{HttpServer, account::SIGN_IN_LIMIT};
use crate::transport::TransportError;

impl HttpServer {
    /// What was sent about a voucher.
    pub async fn voucher_mails(&self, session: &str, voucher: VoucherId) -> Result<VoucherMails, TransportError> {
        self.fetch(self.request(Method::GET, &format!("v1/vouchers/{voucher}/mails"))?.bearer_auth(session)).await
    }

    /// Mails a voucher to its buyer once more.
    pub async fn mail_voucher(&self, session: &str, voucher: VoucherId, again: &MailAgain) -> Result<VoucherMails, TransportError> {
        self.fetch(self.request(Method::POST, &format!("v1/vouchers/{voucher}/mails"))?.bearer_auth(session).json(again)).await
    }

    /// Whether mail can be sent, how the organisation writes, and every text.
    pub async fn mail_setup(&self, session: &str) -> Result<MailSetup, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/mail")?.bearer_auth(session)).await
    }

    /// Sets how the organisation writes.
    pub async fn change_mail_settings(&self, session: &str, change: &MailSettingsChange) -> Result<MailSetup, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/admin/mail")?.bearer_auth(session).json(change)).await
    }

    /// Sets a text, or has the program's own hold again.
    pub async fn change_mail_text(&self, session: &str, change: &MailTextChange) -> Result<MailSetup, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/admin/mail/texts")?.bearer_auth(session).json(change)).await
    }

    /// A text filled in with sample data.
    pub async fn preview_mail(&self, session: &str, draft: &MailDraft) -> Result<MailPreview, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/mail/preview")?.bearer_auth(session).json(draft)).await
    }

    /// Sends a text, filled in with sample data.
    pub async fn test_mail(&self, session: &str, test: &MailTest) -> Result<(), TransportError> {
        self.complete(self.request(Method::POST, "v1/admin/mail/test")?.bearer_auth(session).json(test)).await.map(drop)
    }

    /// Work that the server could not do.
    pub async fn dead_jobs(&self, session: &str) -> Result<DeadJobs, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/jobs")?.bearer_auth(session)).await
    }

    /// Has such work tried again, all of it or what failed for one reason.
    pub async fn try_jobs_again(&self, session: &str, which: &JobsAgain) -> Result<(), TransportError> {
        self.complete(self.request(Method::POST, "v1/admin/jobs")?.bearer_auth(session).json(which)).await.map(drop)
    }

    /// Has such work tried again, or ends it.
    pub async fn decide_job(&self, session: &str, job: Uuid, decision: &JobDecision) -> Result<(), TransportError> {
        self.complete(self.request(Method::POST, &format!("v1/admin/jobs/{job}"))?.bearer_auth(session).json(decision))
            .await
            .map(drop)
    }

    /// Where staff members get mail.
    pub async fn staff_addresses(&self, session: &str) -> Result<Vec<StaffAddress>, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/staff-addresses")?.bearer_auth(session)).await
    }

    /// Sets where a staff member gets mail.
    pub async fn change_staff_address(&self, session: &str, staff: StaffId, change: &StaffAddressChange) -> Result<(), TransportError> {
        let path = format!("v1/admin/staff/{staff}/email");
        self.complete(self.request(Method::PUT, &path)?.bearer_auth(session).json(change)).await.map(drop)
    }

    /// Has a mail sent with which somebody sets another password.
    pub async fn ask_password_reset(&self, request: &ResetRequest) -> Result<(), TransportError> {
        let asked = self.authorised(self.request(Method::POST, "v1/password-resets")?).json(request).timeout(SIGN_IN_LIMIT);
        self.complete(asked).await.map(drop)
    }

    /// Sets another password with what that mail said.
    pub async fn redeem_password_reset(&self, new: &NewPassword) -> Result<(), TransportError> {
        let set = self.authorised(self.request(Method::PUT, "v1/password-resets")?).json(new).timeout(SIGN_IN_LIMIT);
        self.complete(set).await.map(drop)
    }
}
