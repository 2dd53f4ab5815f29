//! Secrets that the server hands out: bearer tokens and enrolment codes. It keeps their hashes only.

use sha2::{Digest as _, Sha256};

use crate::error::Failure;

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Defect(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// SHA-256, under which a secret is kept. It has so many random bits that a slow hash would add nothing.
pub(crate) fn hash(secret: &(impl AsRef<[u8]> + ?Sized)) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// A bearer token: 256 random bits in hexadecimal.
pub(crate) fn bearer() -> Result<String, Failure> {
    Ok(hex::encode(random::<32>()?))
}

/// The symbols of enrolment codes, by value: Crockford's base32, as vouchers have it.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A one-time code, `XXXX-XXXX-XXXX`: 60 random bits that a person can type.
pub(crate) fn enrolment_code() -> Result<String, Failure> {
    let symbols = random::<12>()?.map(|byte| char::from(SYMBOLS[usize::from(byte & 31)]));
    let groups: Vec<String> = symbols.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// The hash of a code as somebody typed it: case-blind, `O` as 0, `I` and `L` as 1, spaces and dashes ignored.
pub(crate) fn enrolment_code_hash(typed: &str) -> [u8; 32] {
    let symbols: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    hash(&symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(enrolment_code_hash("7kq2 m9xa-4tbo"), enrolment_code_hash("7KQ2-M9XA-4TB0"));
        assert_eq!(enrolment_code_hash("1i1L"), enrolment_code_hash("1111"));
        let code = enrolment_code().unwrap();
        assert_eq!(code.len(), 14);
        assert_ne!(code, enrolment_code().unwrap());
    }
}
