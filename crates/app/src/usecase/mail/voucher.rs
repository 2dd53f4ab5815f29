//! What was mailed about a voucher, and mailing it again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use beadsbox_domain::{Deed, VoucherId};
use beadsbox_protocol::mail::{MailAgain, MailState, VoucherMails};
use beadsbox_sync::TransportError;
use uuid::Uuid;

use super::super::{Seat, id};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{MailRow, VoucherMailsView},
};

/// The ids under which mails were asked for and of which no answer came: the server may have heard it all the same.
#[derive(Default)]
pub(crate) struct AskedMails(Mutex<HashMap<VoucherId, Uuid>>);

impl AskedMails {
    fn id(&self, voucher: VoucherId, new: impl FnOnce() -> Uuid) -> Uuid {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(voucher).or_insert_with(new)
    }

    fn answered(&self, voucher: VoucherId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&voucher);
    }
}

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
        let session = self.server_session()?;
        // Asked once more because no answer came, it is the same question: one mail.
        let again = MailAgain { id: self.device.asked_mails.id(voucher, || self.device.host.new_id()) };
        let asked = self.device.server.mail_voucher(session, voucher, &again).await;
        if !matches!(asked, Err(TransportError::Unreachable(_) | TransportError::NotUnderstood(_))) {
            self.device.asked_mails.answered(voucher);
        }
        self.mails_shown(voucher, asked?).await
    }

    async fn mails_shown(&self, voucher: VoucherId, mails: VoucherMails) -> AppResult<VoucherMailsView> {
        let now = self.device.host.clock.now();
        self.read(move |view| {
            let found = view.voucher(voucher)?.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?;
            let address = found.person.and_then(|person| person.email).map(String::from);
            let on_its_way = mails.mails.iter().any(|mail| mail.state == MailState::Waiting && !mail.reminder);
            let row = |mail: beadsbox_protocol::mail::VoucherMail| MailRow {
                id: mail.id.to_string(),
                state: mail.state,
                at: mail.ended_at.unwrap_or(mail.created_at).to_string(),
                by: mail.by.map(|staff| view.directory().staff_name(staff).to_owned()),
                reminder: mail.reminder,
                trouble: mail.trouble,
            };
            Ok(VoucherMailsView {
                set_up: mails.set_up,
                may_send: mails.set_up && address.is_some() && found.voucher.is_owed(now) && !on_its_way && !found.waiting,
                address,
                mails: mails.mails.into_iter().map(row).collect(),
            })
        })
        .await
    }
}
