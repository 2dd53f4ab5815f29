//! Scanned signed codes: what they prove, also to a till that does not know the voucher.

use beadsbox_domain::{DeviceId, Voucher, text::SignedText};
use beadsbox_protocol::{
    rows::DeviceState,
    signed_code::{SignedCode, SignedVoucher},
};
use beadsbox_store::{View, VoucherView};
use ed25519_dalek::VerifyingKey;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    super::Seat,
    found::{Found, Shown},
    target::Proven,
};
use crate::{
    error::{AppError, AppResult},
    view::{AnswerKind, RefusalView},
};

/// The id under which the server signs.
const SERVER: DeviceId = DeviceId(Uuid::nil());

/// What a signature proves here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// One of the organisation's devices, or its server, signed it.
    Genuine,
    /// A device that was revoked since, or before: whoever has its key can date what they sign as they like.
    SignerRevoked,
    /// By a key that has not come here, if there is such a one.
    SignerUnknown,
    /// Not by the holder of the key that it names.
    Forged,
}

impl Seat {
    /// The text of the QR code on a voucher, signed by this device. One of training says its code alone: no till takes that for real.
    pub(crate) fn signed_code(&self, voucher: &Voucher) -> String {
        if self.device.is_training() {
            return voucher.code.compact();
        }
        SignedVoucher::of(voucher).sign(self.device.enrolment.device, self.device.syncer.replica().key())
    }

    /// The voucher of a signed code, or the answer where there is none to redeem.
    pub(super) async fn find_signed(&self, code: SignedCode, text: &str, until: Instant) -> AppResult<Found> {
        let id = code.says.voucher;
        let (mut found, mut proof) = self.proven(&code).await?;
        // A genuine code needs no look for its voucher: the ask names it, and the time is better spent on that.
        if found.is_none() && matches!(proof, Proof::SignerUnknown | Proof::SignerRevoked) {
            found = self.find(until, move |view| Ok(view.voucher(id)?)).await?.0;
            // It may have brought the key.
            proof = self.proven(&code).await?.1;
        }
        // Nothing that it says is true before its signature is known to be good.
        let shown = match proof {
            Proof::Genuine | Proof::SignerRevoked => Shown::from(&code.says),
            Proof::Forged | Proof::SignerUnknown => Shown::of_code(&code.says.code.to_string()),
        };
        let refused = |answer, refusal| Ok(Found::Not(Box::new(shown.clone()), answer, refusal));
        match (found, proof) {
            (_, Proof::Forged) => refused(AnswerKind::Refused, RefusalView::NotGenuine),
            // The secret is the printed code, not the voucher's id.
            (Some(found), _) if found.voucher.code == code.says.code => Ok(Found::Voucher(Box::new(found))),
            (Some(_), _) => refused(AnswerKind::Refused, RefusalView::NotGenuine),
            (None, Proof::SignerRevoked) => refused(AnswerKind::Unknown, RefusalView::SignerRevoked),
            (None, Proof::SignerUnknown) => refused(AnswerKind::Unknown, RefusalView::NotProven),
            (None, Proof::Genuine) => {
                // What was read as a signed code is no longer than its text may be.
                let text = SignedText::new(text).map_err(AppError::internal)?;
                Ok(Found::Proven(Box::new(Proven { says: code.says, text })))
            }
        }
    }

    /// The voucher that it names, where it is here, and what its signature proves.
    async fn proven(&self, code: &SignedCode) -> AppResult<(Option<VoucherView>, Proof)> {
        let (seat, code) = (self.clone(), code.clone());
        self.read(move |view| Ok((view.voucher(code.says.voucher)?, seat.proof(view, &code)))).await
    }

    pub(crate) fn is_genuine(&self, view: &View<'_>, code: &SignedCode) -> bool {
        self.proof(view, code) == Proof::Genuine
    }

    fn proof(&self, view: &View<'_>, code: &SignedCode) -> Proof {
        let enrolment = &self.device.enrolment;
        let own = || self.device.syncer.replica().key().verifying_key();
        let (key, revoked) = if code.signer == SERVER {
            (VerifyingKey::from_bytes(&enrolment.server_public_key).ok(), false)
        } else if code.signer == enrolment.device {
            (Some(own()), false)
        } else {
            match view.directory().device(code.signer) {
                Some(device) => (key_of(&device.public_key), device.state == DeviceState::Revoked),
                None => return Proof::SignerUnknown,
            }
        };
        match key {
            Some(key) if code.is_signed_by(&key) && revoked => Proof::SignerRevoked,
            Some(key) if code.is_signed_by(&key) => Proof::Genuine,
            _ => Proof::Forged,
        }
    }
}

fn key_of(text: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}
