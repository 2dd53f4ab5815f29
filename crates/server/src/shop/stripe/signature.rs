//! Whether Stripe sent it: the header `Stripe-Signature`. <https://docs.stripe.com/webhooks#verify-manually>

use beadsbox_domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// How far from now a signature may be: an old one is somebody's copy.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// More of them than keys are ever good at once.
const MOST_SIGNATURES: usize = 16;

/// Whether one of the header's signatures over the body is made with the secret, and of now. While a secret is replaced, there are several.
pub(super) fn holds(header: &str, body: &[u8], secret: &SecretString, now: Timestamp) -> bool {
    let (mut at, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", seconds)) => at = seconds.parse::<i64>().ok(),
            Some(("v1", signature)) if signatures.len() < MOST_SIGNATURES => signatures.extend(hex::decode(signature).ok()),
            _ => {}
        }
    }
    let Some((seconds, signed_at)) = at.and_then(|seconds| Some((seconds, Timestamp::from_second(seconds).ok()?))) else {
        return false;
    };
    if signed_at.duration_since(now).abs() > TOLERANCE {
        return false;
    }
    // Each takes as long, whatever it says.
    signatures.iter().fold(false, |held, signature| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
        mac.update(seconds.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        held | mac.verify_slice(signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test";
    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    fn holds_now(header: &str, body: &[u8]) -> bool {
        holds(header, body, &SECRET.to_owned().into(), NOW)
    }

    #[test]
    fn what_stripe_signed_holds() {
        let good = sign(SECRET, 1_800_000_000, b"{}");
        assert!(holds_now(&format!("t=1800000000,v1={good}"), b"{}"));
        assert!(
            holds_now(&format!("t=1800000000, v1={}, v1={good}, v0=abc", sign("whsec_old", 1_800_000_000, b"{}")), b"{}"),
            "one of several"
        );
    }

    #[test]
    fn a_known_answer() {
        // Made with OpenSSL: printf '1800000000.{}' | openssl dgst -sha256 -hmac whsec_test
        assert_eq!(sign(SECRET, 1_800_000_000, b"{}"), "482e6337ac5272392d375c6fdc4d52a7e615dc2facedab0ffe155ddfd6a56e66");
    }

    #[test]
    fn anything_else_does_not() {
        let good = sign(SECRET, 1_800_000_000, b"{}");
        for (header, body) in [
            (String::new(), "{}"),
            (format!("v1={good}"), "{}"),
            (format!("t=1800000000,v1={good}"), "{} "),
            (format!("t=1800000001,v1={good}"), "{}"),
            (format!("t=1800000000,v0={good}"), "{}"),
            (format!("t=1800000000,v1={}", &good[..62]), "{}"),
            (format!("t=1800000000,v1={}", sign("", 1_800_000_000, b"{}")), "{}"),
            (format!("t=1799999699,v1={}", sign(SECRET, 1_799_999_699, b"{}")), "{}"),
            (format!("t=1800000301,v1={}", sign(SECRET, 1_800_000_301, b"{}")), "{}"),
            ("t=9223372036854775807,v1=00".to_owned(), "{}"),
        ] {
            assert!(!holds_now(&header, body.as_bytes()), "{header}");
        }
    }
}
