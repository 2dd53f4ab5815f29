//! What keeps forms and orders to those whom they are for: signed forms that are bound to a cookie, and the links to orders.
//!
//! Every server has the same keys, because they come from the server's signing key: a form may be got from one and sent to another.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use beadsbox_domain::Timestamp;
use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use sha2::Sha256;
use uuid::Uuid;

use crate::{error::Failure, token};

/// How long a form can be sent. Whoever left it open for longer gets it again, with what they typed.
const FORM_HOLDS: SignedDuration = SignedDuration::from_hours(12);
const MAC_BYTES: usize = 32;
/// Form, moment, template and its version.
const FORM_BYTES: usize = 16 + 8 + 16 + 4;

/// The keys of forms and of orders' links.
pub(super) struct Keys {
    form: [u8; 32],
    order: [u8; 32],
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // A shorter key than a block is one with zeros behind it (RFC 2104, section 2).
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac
}

/// A form that was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Names it: sent twice, it makes one order.
    pub id: Uuid,
    /// When it was handed out.
    pub at: Timestamp,
    /// The template, and its version as the buyer saw it.
    pub template: Uuid,
    pub version: u32,
}

/// Why a form is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormFault {
    /// It was not handed out to this browser, or not by this server.
    Foreign,
    /// It was handed out too long ago.
    Old,
}

impl Form {
    pub fn new(template: Uuid, version: u32, now: Timestamp) -> Result<Self, Failure> {
        Ok(Self { id: Uuid::from_bytes(token::random()?), at: now, template, version })
    }

    fn bytes(&self) -> [u8; FORM_BYTES] {
        let mut bytes = [0; FORM_BYTES];
        bytes[..16].copy_from_slice(self.id.as_bytes());
        bytes[16..24].copy_from_slice(&self.at.as_millisecond().to_be_bytes());
        bytes[24..40].copy_from_slice(self.template.as_bytes());
        bytes[40..].copy_from_slice(&self.version.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let id = Uuid::from_slice(bytes.get(..16)?).ok()?;
        let at = Timestamp::from_millisecond(i64::from_be_bytes(bytes.get(16..24)?.try_into().ok()?)).ok()?;
        let template = Uuid::from_slice(bytes.get(24..40)?).ok()?;
        let version = u32::from_be_bytes(bytes.get(40..FORM_BYTES)?.try_into().ok()?);
        Some(Self { id, at, template, version })
    }
}

impl Keys {
    /// Of that server.
    pub fn of(key: &SigningKey) -> Self {
        let derived = |name: &[u8]| mac(key.as_bytes(), &[name]).finalize().into_bytes().into();
        Self { form: derived(b"beadsbox shop form 1"), order: derived(b"beadsbox shop order 1") }
    }

    /// The form as it travels: only with that cookie does it count.
    pub fn seal(&self, form: &Form, cookie: &str) -> String {
        let bytes = form.bytes();
        let tag = mac(&self.form, &[cookie.as_bytes(), &bytes]).finalize().into_bytes();
        BASE64.encode([bytes.as_slice(), tag.as_slice()].concat())
    }

    /// Reads a form that came back with that cookie.
    pub fn open(&self, sealed: &str, cookie: &str, now: Timestamp) -> Result<Form, FormFault> {
        if sealed.len() > 256 {
            return Err(FormFault::Foreign);
        }
        let bytes = BASE64.decode(sealed).map_err(|_| FormFault::Foreign)?;
        if bytes.len() != FORM_BYTES + MAC_BYTES {
            return Err(FormFault::Foreign);
        }
        let (said, tag) = bytes.split_at(FORM_BYTES);
        mac(&self.form, &[cookie.as_bytes(), said]).verify_slice(tag).map_err(|_| FormFault::Foreign)?;
        let form = Form::read(said).ok_or(FormFault::Foreign)?;
        let age = now.duration_since(form.at);
        if age > FORM_HOLDS || age < -SignedDuration::from_mins(5) { Err(FormFault::Old) } else { Ok(form) }
    }

    /// The last part of an order's address. Nobody can guess it, and it stands nowhere but in that address.
    pub fn link(&self, order: Uuid) -> String {
        let tag = mac(&self.order, &[order.as_bytes()]).finalize().into_bytes();
        BASE64.encode([order.as_bytes().as_slice(), tag.as_slice()].concat())
    }

    /// Which order that is; none for a link that this server did not make.
    pub fn order(&self, link: &str) -> Option<Uuid> {
        if link.len() > 128 {
            return None;
        }
        let bytes = BASE64.decode(link).ok()?;
        let order = Uuid::from_slice(bytes.get(..16)?).ok()?;
        mac(&self.order, &[order.as_bytes()]).verify_slice(bytes.get(16..)?).ok()?;
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn keys(byte: u8) -> Keys {
        Keys::of(&SigningKey::from_bytes(&[byte; 32]))
    }

    fn form() -> Form {
        Form { id: Uuid::from_u128(7), at: NOW, template: Uuid::from_u128(9), version: 3 }
    }

    #[test]
    fn a_form_comes_back_as_it_went() {
        let sealed = keys(1).seal(&form(), "cookie");
        assert_eq!(keys(1).open(&sealed, "cookie", NOW + SignedDuration::from_hours(11)), Ok(form()));
    }

    #[test]
    fn a_form_of_another_browser_server_or_day_does_not_count() {
        let sealed = keys(1).seal(&form(), "cookie");
        assert_eq!(keys(1).open(&sealed, "another", NOW), Err(FormFault::Foreign));
        assert_eq!(keys(2).open(&sealed, "cookie", NOW), Err(FormFault::Foreign));
        assert_eq!(keys(1).open(&sealed, "cookie", NOW + SignedDuration::from_hours(13)), Err(FormFault::Old));
        for text in ["", "!", "AAAA", &"A".repeat(10_000)] {
            assert_eq!(keys(1).open(text, "cookie", NOW), Err(FormFault::Foreign));
        }
    }

    #[test]
    fn no_changed_byte_of_a_form_or_link_passes() {
        let (sealed, link) = (keys(1).seal(&form(), "cookie"), keys(1).link(Uuid::from_u128(5)));
        let spoilt = |text: &str, place: usize| {
            let mut bytes = BASE64.decode(text).unwrap();
            bytes[place] ^= 1;
            BASE64.encode(bytes)
        };
        for place in 0..FORM_BYTES + MAC_BYTES {
            assert_eq!(keys(1).open(&spoilt(&sealed, place), "cookie", NOW), Err(FormFault::Foreign), "{place}");
        }
        for place in 0..16 + MAC_BYTES {
            assert_eq!(keys(1).order(&spoilt(&link, place)), None, "{place}");
        }
        assert_eq!(keys(1).order(&link), Some(Uuid::from_u128(5)));
        assert_eq!(keys(2).order(&link), None);
        assert_eq!(keys(1).order(&link[..22]), None, "the id alone opens nothing");
    }
}
