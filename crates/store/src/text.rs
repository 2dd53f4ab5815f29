//! Texts without case and accents, for sorting and search: what a person types finds `Éloïse`, `eloise` and `ELOÏSE` alike.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Folds a text: lower case, taken apart (NFKD), marks gone, and the few letters written out that do not come apart.
pub(crate) fn fold(text: &str) -> String {
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
pub(crate) fn fold_optional(text: Option<&str>) -> String {
    text.map(fold).unwrap_or_default()
}
