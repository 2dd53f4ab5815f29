//! Where rows and cells of a text end, before anything is kept of them: a row may be as long as the file, and a quotation mark may swallow
//! the lines behind it.

use super::text::line_ends;

const MARK: u8 = b'"';

/// A row, as far as its ends say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The line on which it begins.
    pub(super) line: u64,
    pub(super) cells: usize,
    /// Whether each quotation mark at the beginning of a cell has its other one at the end of the cell.
    pub(super) closed: bool,
}

/// The shapes of the rows that are not empty, in their order: exactly those that a reader of that separator gives.
pub(super) struct Shapes<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    line: u64,
}

impl<'a> Shapes<'a> {
    pub(super) const fn of(text: &'a str, separator: u8) -> Self {
        Self { text, separator, at: 0, line: 1 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Goes on by so many bytes.
    fn pass(&mut self, bytes: usize) {
        self.line += line_ends(self.rest().get(..bytes).unwrap_or_default());
        self.at += bytes;
    }

    /// Goes to the end of a cell. Whether what was quoted ends there too.
    fn pass_cell(&mut self) -> bool {
        let mut closed = true;
        if self.rest().first() == Some(&MARK) {
            let quoted = quoted(self.rest());
            self.pass(quoted.unwrap_or(self.rest().len()));
            closed = quoted.is_some() && self.rest().first().is_none_or(|next| self.ends_cell(*next));
        }
        let more = self.rest().iter().position(|byte| self.ends_cell(*byte));
        // No line ends there.
        self.at += more.unwrap_or(self.rest().len());
        closed
    }

    const fn ends_cell(&self, byte: u8) -> bool {
        byte == self.separator || is_line_end(byte)
    }
}

impl Iterator for Shapes<'_> {
    type Item = Shape;

    fn next(&mut self) -> Option<Shape> {
        let empty = self.rest().iter().take_while(|byte| is_line_end(**byte)).count();
        self.pass(empty);
        self.rest().first()?;
        let mut shape = Shape { line: self.line, cells: 1, closed: true };
        loop {
            shape.closed &= self.pass_cell();
            if self.rest().first() != Some(&self.separator) {
                return Some(shape);
            }
            shape.cells += 1;
            self.at += 1;
        }
    }
}

/// How many bytes are quoted, with both marks; two in a row are one of what is quoted. None where it is never closed.
fn quoted(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.iter().position(|byte| *byte == MARK)?;
        if text.get(at + 1) != Some(&MARK) {
            return Some(at + 1);
        }
        at += 2;
    }
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(u64, usize, bool)> {
        Shapes::of(text, b',').map(|shape| (shape.line, shape.cells, shape.closed)).collect()
    }

    #[test]
    fn rows_are_where_their_ends_are() {
        assert_eq!(shapes(""), []);
        assert_eq!(shapes("\n\r\n\ra,b\r\n\"x\ny\",\n,,"), [(4, 2, true), (5, 2, true), (7, 3, true)]);
        assert_eq!(shapes("\"a\"\"b\",\"\"\n5\",6\""), [(1, 2, true), (2, 2, true)], "a mark within a cell is a sign like others");
        assert_eq!(shapes("a\n\"b,c\nd"), [(1, 1, true), (2, 1, false)]);
        assert_eq!(shapes("\"a\" ,b\nc"), [(1, 2, false), (2, 1, true)]);
    }
}
