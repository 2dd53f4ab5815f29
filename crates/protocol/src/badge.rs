//! A staff member's badge: a QR code with a random secret, which says at a till who stands there. Servers and devices keep its hash only.
//!
//! The text is `MBBB1:` and 160 random bits in hexadecimal: capitals and digits, which every layout and scanner gives alike.

use sha2::{Digest as _, Sha256};

/// What every badge begins with.
pub const PREFIX: &str = "MBBB1:";
/// How many random bytes a badge has.
pub const SECRET_BYTES: usize = 20;

/// What the QR code says.
pub fn text(secret: &[u8; SECRET_BYTES]) -> String {
    format!("{PREFIX}{}", hex::encode_upper(secret))
}

/// The hash under which its secret is kept; none where the text is no badge.
pub fn hash(scanned: &str) -> Option<[u8; 32]> {
    let scanned = scanned.trim().to_ascii_uppercase();
    let mut secret = [0; SECRET_BYTES];
    hex::decode_to_slice(scanned.strip_prefix(PREFIX)?, &mut secret).ok()?;
    Some(hash_of(&secret))
}

/// The hash under which that secret is kept.
pub fn hash_of(secret: &[u8; SECRET_BYTES]) -> [u8; 32] {
    Sha256::digest([b"beadsbox badge 1".as_slice(), secret].concat()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_reads_back_also_in_small_letters_and_nothing_else_does() {
        let badge = text(&[0xAB; SECRET_BYTES]);
        assert_eq!(badge.len(), PREFIX.len() + 40);
        assert_eq!(hash(&badge), Some(hash_of(&[0xAB; SECRET_BYTES])));
        assert_eq!(hash(&badge), hash(&format!(" {}\r", badge.to_lowercase())));
        assert_ne!(hash(&badge), hash(&text(&[0xAC; SECRET_BYTES])));
        for no in ["", "MBBB1:", "MBB1:0", "MBB1:00", "é", &badge[1..], &badge[..44], &format!("{badge}0"), "MBBB1:é"] {
            assert_eq!(hash(no), None, "{no}");
        }
    }
}
