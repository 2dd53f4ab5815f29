//! Texts without case and accents, for sorting and search, on devices and on the server alike: what a person types finds `Éloïse`, `eloise` and
//! `ELOÏSE`, however the accents are spelt.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Folds a text: lower case, taken apart (NFKD), marks gone, and the few letters written out that do not come apart.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        // Most texts are, and nothing comes apart in them.
        return text.chars().map(|character| if character.is_ascii_control() { ' ' } else { character.to_ascii_lowercase() }).collect();
    }
    let mut folded = String::with_capacity(text.len());
    let lower = text.chars().flat_map(char::to_lowercase);
    for character in lower.nfkd().filter(|character| !is_combining_mark(*character)) {
        match character {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            control if control.is_control() => folded.push(' '),
            other => folded.push(other),
        }
    }
    folded
}

/// Folds an optional text; nothing is the empty text, which sorts first.
pub fn fold_optional(text: Option<&str>) -> String {
    text.map(fold).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::composed("Hélène", "helene")]
    #[case::taken_apart("He\u{301}le\u{300}ne", "helene")]
    #[case::capitals("HÉLÈNE", "helene")]
    #[case::sharp_s("Groß", "gross")]
    #[case::capital_sharp_s("GROẞ", "gross")]
    #[case::ligatures("Œuvre, Æsir", "oeuvre, aesir")]
    #[case::letters_that_do_not_come_apart("Łódź, Øst, Đoko", "lodz, ost, doko")]
    #[case::control("a\tb", "a b")]
    #[case::nothing_but_marks("\u{301}\u{300}", "")]
    fn what_is_spelt_otherwise_folds_alike(#[case] text: &str, #[case] folded: &str) {
        assert_eq!(fold(text), folded);
        assert_eq!(fold(folded), folded, "what is folded stays as it is");
    }
}
