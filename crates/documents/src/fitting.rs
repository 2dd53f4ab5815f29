//! Makes texts ready to be fitted into a box.

/// A word may be as long as this before it gets places at which it can break.
const LONGEST_WORD: usize = 20;
/// More lines than these would be too small to read.
const MOST_LINES: usize = 10;
/// A place to break that nobody sees.
const BREAK: char = '\u{200b}';

/// The text on one line's worth of words, where even a word without spaces can break.
pub(crate) fn breakable(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut length = 0;
    for letter in text.trim().chars() {
        // A combining mark stays with its letter.
        if length >= LONGEST_WORD && letter.is_alphanumeric() {
            broken.push(BREAK);
            length = 0;
        }
        length = if letter.is_whitespace() { 0 } else { length + 1 };
        broken.push(letter);
    }
    broken
}

/// Line by line; of several empty ones in a row one is kept. More than a box holds in a legible size run on, with a stroke between.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.trim().lines().map(breakable).collect();
    lines.dedup_by(|one, next| one.is_empty() && next.is_empty());
    if lines.len() > MOST_LINES {
        lines.retain(|line| !line.is_empty());
        return vec![lines.join(" / ")];
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_words_get_places_to_break() {
        assert_eq!(breakable(" a plain sentence "), "a plain sentence");
        assert_eq!(breakable(&"x".repeat(45)).matches(BREAK).count(), 2);
    }

    #[test]
    fn empty_lines_do_not_pile_up() {
        assert_eq!(lines("one\n\n\n\ntwo\nthree\n\n"), ["one", "", "two", "three"]);
        assert!(lines(" \n ").is_empty());
    }

    #[test]
    fn a_column_of_letters_runs_on() {
        assert_eq!(lines(&"a\n\n".repeat(11)), [["a"; 11].join(" / ")]);
    }
}
