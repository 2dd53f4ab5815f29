use std::borrow::Cow;

/// A text that no spreadsheet takes for a formula: an apostrophe in front of what would begin one, also in the wide forms that some
/// take for the same signs.
pub(super) fn defused(text: &str) -> Cow<'_, str> {
    let begins_a_formula = |first: char| matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(begins_a_formula) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_formula_gets_an_apostrophe_and_nothing_else_does() {
        for formula in ["=1+1", "+33 6", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        for text in ["", "Zoé", " =1", "'=1", "1-2", "a@b.example", "€5"] {
            assert_eq!(defused(text), text);
        }
    }
}
