//! A receipt in the language of till printers (Epson's ESC/POS, which nearly all of them speak).

mod code_page;
mod wrap;

pub use code_page::CodePage;

use crate::{
    DocumentError, Receipt,
    receipt::{Block, blocks},
};

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;
const LF: u8 = b'\n';
/// `GS ( k`: the length of what follows has two bytes, three of which are the function's own.
const MOST_QR_BYTES: usize = 2_331;

/// How wide the roll is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// 58 mm: 32 characters a line.
    Mm58,
    /// 80 mm: 48 characters a line.
    #[default]
    Mm80,
}

impl Width {
    /// Characters a line, in the printer's font A.
    pub const fn columns(self) -> usize {
        match self {
            Self::Mm58 => 32,
            Self::Mm80 => 48,
        }
    }

    pub(crate) const fn paper_mm(self) -> u32 {
        match self {
            Self::Mm58 => 58,
            Self::Mm80 => 80,
        }
    }

    pub(crate) const fn margin_mm(self) -> u32 {
        match self {
            Self::Mm58 => 4,
            Self::Mm80 => 5,
        }
    }

    /// Dots for a square of a QR code: a signed code of 57 squares must fit the print head (384 and 576 dots).
    const fn qr_square(self) -> u8 {
        match self {
            Self::Mm58 => 5,
            Self::Mm80 => 6,
        }
    }
}

/// What a printer is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EscPos {
    /// The roll.
    pub width: Width,
    /// Which characters the printer has.
    pub code_page: CodePage,
}

impl EscPos {
    /// The receipt, cut off at its end.
    pub fn receipt(self, receipt: &Receipt) -> Result<Vec<u8>, DocumentError> {
        let mut job = Job::begin(self);
        for block in blocks(receipt)? {
            job.block(&block)?;
        }
        Ok(job.end())
    }

    /// A page that shows what this printer can do: the sort of letters, both sizes and a QR code.
    pub fn test_page(self, title: &str, lines: &[&str]) -> Result<Vec<u8>, DocumentError> {
        let mut job = Job::begin(self);
        job.block(&Block::Head { text: title.to_owned() })?;
        for line in lines {
            job.block(&Block::Middle { text: (*line).to_owned() })?;
        }
        job.block(&Block::Rule)?;
        job.block(&Block::Pair { left: "é è ê ë ç à ù ô î œ".to_owned(), right: "12,34 €".to_owned(), bold: false })?;
        job.block(&Block::Qr { text: "MY BEADS BOX".to_owned(), place: 0 })?;
        Ok(job.end())
    }
}

#[derive(Clone, Copy)]
enum Align {
    Left = 0,
    Middle = 1,
}

/// The bytes so far.
struct Job {
    how: EscPos,
    bytes: Vec<u8>,
}

impl Job {
    fn begin(how: EscPos) -> Self {
        // Forget what another program set, then the letters of the United States with those of the code page above them.
        let bytes = vec![ESC, b'@', ESC, b'R', 0, ESC, b't', how.code_page.number()];
        Self { how, bytes }
    }

    fn block(&mut self, block: &Block) -> Result<(), DocumentError> {
        let columns = self.how.width.columns();
        match block {
            Block::Head { text } => {
                self.align(Align::Middle);
                self.sized(0x11, |job| job.lines(text, columns / 2));
            }
            Block::Middle { text } => {
                self.align(Align::Middle);
                self.lines(text, columns);
            }
            Block::Mark { text } => {
                self.align(Align::Middle);
                self.switched(GS, b'B', |job| job.switched(ESC, b'E', |job| job.lines(&format!(" {text} "), columns)));
            }
            Block::Pair { left, right, bold } => {
                self.align(Align::Left);
                if *bold {
                    self.switched(ESC, b'E', |job| job.pair(left, right));
                } else {
                    self.pair(left, right);
                }
            }
            Block::Detail { text } => {
                self.align(Align::Left);
                let text = self.how.code_page.encode(text);
                for line in wrap::lines(&text, columns - 2) {
                    self.bytes.extend(b"  ");
                    self.line(&line);
                }
            }
            Block::Rule => {
                self.align(Align::Left);
                self.line(&vec![b'-'; columns]);
            }
            Block::Qr { text, .. } => {
                self.align(Align::Middle);
                self.qr(text.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Feeds the paper past the knife and cuts it.
    fn end(mut self) -> Vec<u8> {
        self.align(Align::Left);
        self.bytes.extend([LF, GS, b'V', 66, 3]);
        self.bytes
    }

    fn align(&mut self, align: Align) {
        self.bytes.extend([ESC, b'a', align as u8]);
    }

    /// Between `GS !` with that size and without it; a nibble each for width and height, 0 is once.
    fn sized(&mut self, size: u8, draw: impl FnOnce(&mut Self)) {
        self.bytes.extend([GS, b'!', size]);
        draw(self);
        self.bytes.extend([GS, b'!', 0]);
    }

    /// Between a switch on and the same off.
    fn switched(&mut self, group: u8, switch: u8, draw: impl FnOnce(&mut Self)) {
        self.bytes.extend([group, switch, 1]);
        draw(self);
        self.bytes.extend([group, switch, 0]);
    }

    fn lines(&mut self, text: &str, columns: usize) {
        for line in wrap::lines(&self.how.code_page.encode(text), columns) {
            self.line(&line);
        }
    }

    fn line(&mut self, line: &[u8]) {
        self.bytes.extend(line);
        self.bytes.push(LF);
    }

    /// The number stands at the right end of the first line.
    fn pair(&mut self, left: &str, right: &str) {
        let (left, right) = (self.how.code_page.encode(left), self.how.code_page.encode(right));
        for line in wrap::pair(&left, &right, self.how.width.columns()) {
            self.line(&line);
        }
    }

    /// `GS ( k`: model 2, size of a square, level M, the text, print.
    fn qr(&mut self, text: &[u8]) -> Result<(), DocumentError> {
        let length = (text.len() <= MOST_QR_BYTES).then(|| u16::try_from(text.len() + 3).ok()).flatten();
        let [low, high] = length.ok_or(DocumentError::QrTooLong(text.len()))?.to_le_bytes();
        let size = self.how.width.qr_square();
        for function in [&[4, 0, 49, 65, 50, 0][..], &[3, 0, 49, 67, size], &[3, 0, 49, 69, 49], &[low, high, 49, 80, 48]] {
            self.bytes.extend([GS, b'(', b'k']);
            self.bytes.extend(function);
        }
        self.bytes.extend(text);
        self.bytes.extend([GS, b'(', b'k', 3, 0, 49, 81, 48]);
        self.bytes.push(LF);
        Ok(())
    }
}
