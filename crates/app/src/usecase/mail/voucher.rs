//! What was mailed about a voucher, and mailing it again.

use beadsbox_domain::{Deed, Status, VoucherId};
use beadsbox_protocol::mail::{MailAgain, MailState, VoucherMails};

use super::super::{Seat, id};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{MailRow, VoucherMailsView},
};

impl Seat {
    /// What was mailed about a voucher. Needs the server.
    pub async fn voucher_mails(&self, voucher: &str) -> AppResult<VoucherMailsView> {
        self.require(Deed::UseOffice)?;
        let voucher: VoucherId = id(voucher, ErrorCode::UnknownVoucher)?;
        let mails = self.device.server.voucher_mails(self.server_session()?, voucher).await?;
        self.mails_shown(voucher, mails).await
    }

    /// Mails it to its buyer's address once more.
    pub async fn mail_voucher(&self, voucher: &str) -> AppResult<VoucherMailsView> {
        self.require(Deed::UseOffice)?;
        let voucher: VoucherId = id(voucher, ErrorCode::UnknownVoucher)?;
        let again = MailAgain { id: self.device.host.new_id() };
        let mails = self.device.server.mail_voucher(self.server_session()?, voucher, &again).await?;
        self.mails_shown(voucher, mails).await
    }

    async fn mails_shown(&self, voucher: VoucherId, mails: VoucherMails) -> AppResult<VoucherMailsView> {
        self.read(move |view| {
            let found = view.voucher(voucher)?.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?;
            let address = found.person.and_then(|person| person.email).map(String::from);
            let on_its_way = mails.mails.iter().any(|mail| mail.state == MailState::Waiting);
            let row = |mail: beadsbox_protocol::mail::VoucherMail| MailRow {
                id: mail.id.to_string(),
                state: mail.state,
                at: mail.ended_at.unwrap_or(mail.created_at).to_string(),
                by: mail.by.map(|staff| view.directory().staff_name(staff).to_owned()),
                trouble: mail.trouble,
            };
            Ok(VoucherMailsView {
                set_up: mails.set_up,
                may_send: mails.set_up && address.is_some() && found.voucher.status == Status::Purchased && !on_its_way && !found.waiting,
                address,
                mails: mails.mails.into_iter().map(row).collect(),
            })
        })
        .await
    }
}
