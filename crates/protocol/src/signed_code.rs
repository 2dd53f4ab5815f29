//! What the QR code on a voucher says: enough for a till that has never heard of the voucher to know that it is genuine, what it is
//! worth and until when.
//!
//! The text is `MBB1:` and, in base45 (RFC 9285, the symbols of a QR code's compact mode), the payload in postcard's format and then its
//! Ed25519 signature. Who signs is the device that prints, or the server; the key's id is the device's, and the server's is nil.

use beadsbox_domain::{Currency, Date, DeviceId, Money, ShopId, Timestamp, Voucher, VoucherCode, VoucherId};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::flat::{day_number, day_of};

/// What every signed code begins with.
pub const PREFIX: &str = "MBB1:";
/// The longest text that is looked at. A real one has some 200 characters.
const MOST_CHARACTERS: usize = 512;
const VERSION: u8 = 1;
const SIGNATURE_BYTES: usize = 64;
/// What is signed begins with this, so that no signature over anything else ever passes for one.
const CONTEXT: &[u8] = b"beadsbox voucher 1";

/// What stands in a signed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedVoucher {
    /// The voucher.
    pub voucher: VoucherId,
    /// Its code, as it is printed beside.
    pub code: VoucherCode,
    /// What it is worth.
    pub price: Money,
    /// The last day on which it can be redeemed; none if it never expires.
    pub expires_on: Option<Date>,
    /// The first moment after that day, where it was sold.
    pub expires_at: Option<Timestamp>,
    /// The only shop that may redeem it without the server; none where any may.
    pub home_shop: Option<ShopId>,
}

/// A signed code as it was read. Nothing of it is true before [`SignedCode::is_signed_by`] says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCode {
    /// Whose key it names.
    pub signer: DeviceId,
    /// What it says.
    pub says: SignedVoucher,
    payload: Vec<u8>,
    signature: Signature,
}

/// Why a text is no signed code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedCodeError {
    /// It does not begin as one. It may be a typed code.
    #[error("no signed code")]
    NotSigned,
    /// Of a later form than this program reads.
    #[error("a signed code of form {0}")]
    NewerForm(u8),
    /// Cut, or not as a signed code is written.
    #[error("a damaged signed code")]
    Damaged,
}

#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    version: u8,
    signer: [u8; 16],
    voucher: [u8; 16],
    code: &'a str,
    minor: i64,
    currency: &'a str,
    expires_on: Option<u32>,
    /// Seconds since 1970.
    expires_at: Option<i64>,
    home_shop: Option<[u8; 16]>,
}

impl SignedVoucher {
    /// What a voucher's code says of it.
    pub const fn of(voucher: &Voucher) -> Self {
        Self {
            voucher: voucher.id,
            code: voucher.code,
            price: voucher.snapshot.price,
            expires_on: voucher.expires_on,
            expires_at: voucher.expires_at,
            home_shop: voucher.home_shop,
        }
    }

    /// The text of the QR code, signed by that device.
    pub fn sign(&self, signer: DeviceId, key: &SigningKey) -> String {
        let code = self.code.compact();
        let payload = Payload {
            version: VERSION,
            signer: signer.0.into_bytes(),
            voucher: self.voucher.0.into_bytes(),
            code: &code,
            minor: self.price.minor,
            currency: self.price.currency.code(),
            expires_on: self.expires_on.map(day_number),
            expires_at: self.expires_at.map(Timestamp::as_second),
            home_shop: self.home_shop.map(|shop| shop.0.into_bytes()),
        };
        // Writing plain fields into memory does not fail.
        let mut bytes = postcard::to_allocvec(&payload).unwrap_or_default();
        bytes.extend_from_slice(&key.sign(&signed_message(&bytes)).to_bytes());
        format!("{PREFIX}{}", base45::encode(&bytes))
    }
}

impl SignedCode {
    /// Reads the text of a QR code. Any text is safe to give.
    pub fn parse(text: &str) -> Result<Self, SignedCodeError> {
        // base45 has capitals alone, and ends in no space; a scanner or Caps Lock may have made small letters of them.
        let text = text.trim_matches(|character: char| character.is_ascii_control() || character == ' ').to_ascii_uppercase();
        let encoded = text.strip_prefix(PREFIX).ok_or(SignedCodeError::NotSigned)?;
        if encoded.len() > MOST_CHARACTERS || !encoded.is_ascii() {
            return Err(SignedCodeError::Damaged);
        }
        let bytes = base45::decode(encoded).map_err(|_| SignedCodeError::Damaged)?;
        if let Some(version) = bytes.first().filter(|version| **version > VERSION) {
            return Err(SignedCodeError::NewerForm(*version));
        }
        let (payload, signature) = bytes.split_last_chunk::<SIGNATURE_BYTES>().ok_or(SignedCodeError::Damaged)?;
        let (read, rest): (Payload<'_>, _) = postcard::take_from_bytes(payload).map_err(|_| SignedCodeError::Damaged)?;
        if !rest.is_empty() || read.version != VERSION {
            return Err(SignedCodeError::Damaged);
        }
        let says = said(&read).ok_or(SignedCodeError::Damaged)?;
        let signer = DeviceId(Uuid::from_bytes(read.signer));
        Ok(Self { signer, says, signature: Signature::from_bytes(signature), payload: payload.to_vec() })
    }

    /// Whether the holder of that key said so.
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify_strict(&signed_message(&self.payload), &self.signature).is_ok()
    }
}

fn signed_message(payload: &[u8]) -> Vec<u8> {
    [CONTEXT, payload].concat()
}

/// None where a field says what no voucher has.
fn said(read: &Payload<'_>) -> Option<SignedVoucher> {
    let expires_on = match read.expires_on {
        Some(number) => Some(day_of(number)?),
        None => None,
    };
    let expires_at = match read.expires_at {
        Some(seconds) => Some(Timestamp::from_second(seconds).ok()?),
        None => None,
    };
    let price = Money::new(read.minor, Currency::from_code(read.currency).ok()?);
    let sound = price.minor > 0 && expires_on.is_some() == expires_at.is_some();
    sound.then_some(SignedVoucher {
        voucher: VoucherId(Uuid::from_bytes(read.voucher)),
        code: VoucherCode::parse(read.code).ok()?,
        price,
        expires_on,
        expires_at,
        home_shop: read.home_shop.map(|shop| ShopId(Uuid::from_bytes(shop))),
    })
}
