//! What a workbook's list of texts says that it holds: whoever reads it makes room for that many before one of them is there.

use std::io::{self, Write};

use super::{MOST_COLUMNS, MOST_READ_ROWS};

const SAYS: &[u8] = b"uniqueCount";
/// `<si/>`: no text takes less.
const SHORTEST: u64 = 5;
/// What says it may lie across two writes.
const KEPT: usize = 128;

/// Takes the bytes of such a list, and keeps of them what they say.
#[derive(Default)]
pub(super) struct Declared {
    kept: Vec<u8>,
    texts: u64,
    bytes: u64,
    /// Letters of two bytes: what they say is not looked for.
    is_wide: bool,
}

impl Declared {
    /// Whether there is room for as many texts as it says.
    pub(super) fn is_possible(&self) -> bool {
        let most = (MOST_READ_ROWS * MOST_COLUMNS) as u64;
        !self.is_wide && self.texts <= most.min(self.bytes / SHORTEST)
    }
}

impl Write for Declared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        self.is_wide |= bytes.contains(&0);
        self.kept.extend_from_slice(bytes);
        let said = self.kept.windows(SAYS.len()).enumerate().filter(|(_, window)| *window == SAYS);
        let most = said.filter_map(|(place, _)| self.kept.get(place + SAYS.len()..)).map(number).max();
        self.texts = self.texts.max(most.unwrap_or_default());
        self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The number behind `="`; the largest there is where something hides it. Where the bytes end before it, it is looked for again.
fn number(rest: &[u8]) -> u64 {
    let is_before = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'');
    let before = rest.iter().take_while(|byte| is_before(byte)).count();
    if before > KEPT / 4 {
        return u64::MAX;
    }
    let digits = rest.iter().skip(before).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_possible(text: &str, at_once: usize) -> bool {
        let mut declared = Declared::default();
        text.as_bytes().chunks(at_once).for_each(|part| declared.write_all(part).unwrap());
        declared.is_possible()
    }

    #[test]
    fn what_is_said_is_found_however_it_comes() {
        for at_once in [1, 3, 7, 1_000] {
            for (text, possible) in [
                (r#"<sst count="2" uniqueCount="2"><si/><si/></sst>"#, true),
                (r#"<sst uniqueCount="9999999999999"><si/></sst>"#, false),
                (r"<x:sst uniqueCount = '99999999999999999999999999'>", false),
                (r"<sst><si/></sst>", true),
                ("<\0s\0s\0t\0", false),
            ] {
                assert_eq!(is_possible(text, at_once), possible, "{text} by {at_once}");
            }
            let hidden = format!("<sst uniqueCount{}=\"9\">{}", " ".repeat(500), "<si/>".repeat(20));
            assert!(!is_possible(&hidden, at_once));
        }
    }
}
