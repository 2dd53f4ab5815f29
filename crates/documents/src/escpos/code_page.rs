//! Letters beyond ASCII, as till printers have them: a byte a letter, by a table that the printer is told the number of.

use unicode_normalization::UnicodeNormalization as _;

/// The table of letters from 128 on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePage {
    /// Western Europe with the euro sign (PC858, number 19 with Epson). Nearly every printer has it.
    #[default]
    Pc858,
    /// Windows' table of Western Europe (WPC1252, number 16 with Epson).
    Windows1252,
}

/// PC858 from 128 on: PC850 with the euro sign in the place of the dotless i.
const PC858: &str = concat!(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ",
    "áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐",
    "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀",
    "ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
);
/// Windows-1252 from 128 to 159; U+FFFD where it has none. From 160 on it is Latin 1.
const WINDOWS_1252: &str = "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ";

impl CodePage {
    /// For `ESC t`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Pc858 => 19,
            Self::Windows1252 => 16,
        }
    }

    /// The text in this table, every byte one character on the paper. What the table lacks becomes its nearest: without its accent, in
    /// plain quotation marks; at last a question mark. Nothing in it can be a command: what is no letter becomes a space.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len());
        for letter in text.nfc() {
            if let Some(byte) = self.byte(letter) {
                bytes.push(byte);
            } else if let Some(plain) = plain(letter) {
                bytes.extend(plain.bytes());
            } else {
                let base = std::iter::once(letter).nfd().next().filter(char::is_ascii_graphic);
                bytes.push(base.map_or(b'?', |base| u8::try_from(base).unwrap_or(b'?')));
            }
        }
        bytes
    }

    fn byte(self, letter: char) -> Option<u8> {
        if letter.is_ascii() {
            return Some(if letter.is_ascii_control() { b' ' } else { u8::try_from(letter).ok()? });
        }
        // A hard space must not break the counting of a line's places, nor show as a box.
        if letter.is_whitespace() {
            return Some(b' ');
        }
        let (table, latin) = match self {
            Self::Pc858 => (PC858, false),
            Self::Windows1252 => (WINDOWS_1252, true),
        };
        if latin && ('\u{a1}'..='\u{ff}').contains(&letter) {
            return u8::try_from(u32::from(letter)).ok();
        }
        let place = table.chars().position(|other| other == letter && letter != '\u{fffd}' && letter != '\u{ad}')?;
        u8::try_from(place + 128).ok()
    }
}

/// The nearest in ASCII.
const fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        '‘' | '’' | '‚' | '‹' | '›' | 'ʼ' | '′' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '–' | '—' | '‐' | '‑' | '‒' | '−' => "-",
        '…' => "...",
        'œ' => "oe",
        'Œ' => "OE",
        '•' => "*",
        '™' => "(TM)",
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        'ẞ' => "SS",
        // Without a width of their own: nothing to print.
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_whole() {
        assert_eq!((PC858.chars().count(), WINDOWS_1252.chars().count()), (128, 32));
    }

    #[test]
    fn french_and_the_euro_have_their_bytes() {
        // From the tables of the printers' manual.
        assert_eq!(CodePage::Pc858.encode("éèàçÇùôîïëÉ€"), [0x82, 0x8a, 0x85, 0x87, 0x80, 0x97, 0x93, 0x8c, 0x8b, 0x89, 0x90, 0xd5]);
        assert_eq!(CodePage::Windows1252.encode("é€œ’…"), [0xe9, 0x80, 0x9c, 0x92, 0x85]);
        assert_eq!(CodePage::Pc858.encode("e\u{301}"), [0x82], "an accent that stands by itself");
    }

    #[test]
    fn what_a_table_lacks_becomes_its_nearest() {
        assert_eq!(CodePage::Pc858.encode("l’œuvre… “ř” 1\u{202f}234\u{a0}€"), [b"l'oeuvre... \"r\" 1 234 ", &[0xd5_u8][..]].concat());
        assert_eq!(CodePage::Pc858.encode("寿司"), b"??");
    }

    #[test]
    fn nothing_typed_is_a_command() {
        let hostile: String = (0..=0x20).filter_map(char::from_u32).chain("\u{1b}@\u{7f}\u{85}".chars()).collect();
        for page in [CodePage::Pc858, CodePage::Windows1252] {
            assert!(page.encode(&hostile).iter().all(|byte| *byte >= b' ' && *byte != 0x7f), "{page:?}");
        }
    }
}
