//! Letters out of bytes. No file says how it is written; what is not sure is refused, so that no name comes in with wrong letters.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Encoding, ReadError};

/// So many bytes show whether every second one is 0.
const LOOKED_AT: usize = 4096;

pub(super) fn decoded(bytes: &[u8]) -> Result<(String, Encoding), ReadError> {
    let (text, encoding) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (utf8(rest)?.ok_or(ReadError::NotATable)?, Encoding::Utf8),
        [0xff, 0xfe, rest @ ..] => (utf16(rest, UTF_16LE)?, Encoding::Utf16),
        [0xfe, 0xff, rest @ ..] => (utf16(rest, UTF_16BE)?, Encoding::Utf16),
        _ if bytes.contains(&0) => (utf16(bytes, unmarked_utf16(bytes)?)?, Encoding::Utf16),
        _ => match utf8(bytes)? {
            Some(text) => (text, Encoding::Utf8),
            None => (WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), Encoding::Windows1252),
        },
    };
    // Text has no signs that steer a machine; what has them is something else under the name of a table.
    let is_foreign = |sign: char| sign.is_control() && !matches!(sign, '\t' | '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}');
    let foreign = text.chars().filter(|sign| is_foreign(*sign)).take(65).count();
    if text.contains('\0') || foreign > 64 {
        return Err(ReadError::NotATable);
    }
    Ok((text, encoding))
}

/// How many lines end within: by CR as on old Macs, by LF, or by both together.
pub(super) fn line_ends(text: &[u8]) -> u64 {
    let ends = text.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    let both = text.windows(2).filter(|pair| *pair == b"\r\n").count();
    (ends - both) as u64
}

/// The text; none where it is another encoding. Where most of what is beyond ASCII is UTF-8, the rest is a fault and not another encoding:
/// every name on the other lines would come in wrong.
fn utf8(bytes: &[u8]) -> Result<Option<String>, ReadError> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Some(text.to_owned()));
    }
    let (mut good, mut bad, mut lines, mut first) = (0, 0, 1, None);
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        good += text.chars().filter(|sign| !sign.is_ascii()).count();
        lines += line_ends(text.as_bytes());
        if !chunk.invalid().is_empty() {
            bad += 1;
            first.get_or_insert(lines);
        }
    }
    match first {
        Some(line) if good > bad => Err(ReadError::MixedEncoding { line }),
        _ => Ok(None),
    }
}

fn utf16(bytes: &[u8], order: &'static encoding_rs::Encoding) -> Result<String, ReadError> {
    let (text, failed) = order.decode_without_bom_handling(bytes);
    if failed { Err(ReadError::NotATable) } else { Ok(text.into_owned()) }
}

/// Most signs of a table are ASCII: every second byte is 0, and which of the two says the order.
fn unmarked_utf16(bytes: &[u8]) -> Result<&'static encoding_rs::Encoding, ReadError> {
    let seen = &bytes[..bytes.len().min(LOOKED_AT)];
    let zeros = |of: usize| seen.iter().skip(of).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd > even && odd * 4 > seen.len() {
        Ok(UTF_16LE)
    } else if even > odd && even * 4 > seen.len() {
        Ok(UTF_16BE)
    } else {
        Err(ReadError::NotATable)
    }
}
