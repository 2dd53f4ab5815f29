use std::borrow::Cow;

const MARK: char = '\'';

/// A text that no spreadsheet takes for a formula: an apostrophe in front of what would begin one, also in the wide forms that some
/// take for the same signs, and in front of what begins as if it had been defused already, so that reading gives back every text.
pub fn defused(text: &str) -> Cow<'_, str> {
    if begins_a_formula(text.trim_start_matches(MARK)) {
        Cow::Owned(format!("{MARK}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that was defused, without its apostrophe.
pub(super) fn undefused(text: &str) -> &str {
    text.strip_prefix(MARK).filter(|rest| begins_a_formula(rest.trim_start_matches(MARK))).unwrap_or(text)
}

fn begins_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_formula_gets_an_apostrophe_and_nothing_else_does() {
        for formula in ["=1+1", "+33 6", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"] {
            assert_eq!(defused(formula), format!("'{formula}"));
            assert_eq!(defused(&format!("'{formula}")), format!("''{formula}"), "or else it would come back without its own");
        }
        for text in ["", "Zoé", " =1", "'s-Hertogenbosch", "1-2", "a@b.example", "€5"] {
            assert_eq!(defused(text), text);
        }
        for text in ["-1", "'-1", "''-1", "'", "", "'x", "=1"] {
            assert_eq!(undefused(&defused(text)), text);
        }
    }
}
