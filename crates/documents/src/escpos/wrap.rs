//! Lines of a fixed number of characters, of text that is a byte a character.

/// Breaks at spaces, and within a word only where it is longer than a line. At least one line.
pub(super) fn lines(text: &[u8], columns: usize) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut line: Vec<u8> = Vec::new();
    for word in text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        if !line.is_empty() && line.len() + 1 + word.len() > columns {
            lines.push(std::mem::take(&mut line));
        }
        while word.len() > columns {
            let (now, later) = word.split_at(columns);
            lines.push(now.to_vec());
            word = later;
        }
        if !line.is_empty() {
            line.push(b' ');
        }
        line.extend(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Words on the left, a number at the right end of their first line; below them where the number leaves them no room.
pub(super) fn pair(left: &[u8], right: &[u8], columns: usize) -> Vec<Vec<u8>> {
    /// What words need beside a number, at the least.
    const LEAST: usize = 8;
    let right: Vec<u8> = right.iter().copied().take(columns).collect();
    let room = columns - right.len();
    let beside = room > LEAST;
    let mut lines = lines(left, if beside { room - 1 } else { columns });
    if !beside {
        lines.push(Vec::new());
    }
    let place = if beside { 0 } else { lines.len() - 1 };
    let line = &mut lines[place];
    line.resize(room, b' ');
    line.extend(right);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: Vec<Vec<u8>>) -> Vec<String> {
        lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
    }

    #[test]
    fn text_breaks_at_spaces_and_long_words_anywhere() {
        assert_eq!(shown(lines(b"one two three", 8)), ["one two", "three"]);
        assert_eq!(shown(lines(b"a 0123456789abc b", 5)), ["a", "01234", "56789", "abc b"]);
        assert_eq!(shown(lines(b"", 5)), [""]);
    }

    #[test]
    fn a_number_stands_at_the_right_end_of_the_first_line() {
        assert_eq!(shown(pair(b"one two three", b"9.99", 14)), ["one two   9.99", "three"]);
        assert_eq!(shown(pair(b"one", b"123456789", 12)), ["one", "   123456789"], "no room beside it");
        assert_eq!(shown(pair(b"one", b"0123456789abcdef", 12)), ["one", "0123456789ab"]);
    }
}
