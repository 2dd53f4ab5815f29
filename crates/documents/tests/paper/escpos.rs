//! A printer that prints into a text, for what this program uses of the language. What it does not know fails the test.

use std::collections::HashMap;

use beadsbox_documents::{CodePage, DocumentError, EscPos, Language, Receipt, Reprint, Width};
use jiff::civil::date;

use crate::support::{QR, receipt};

#[derive(Debug, Default)]
struct Printed {
    lines: Vec<String>,
    bold: Vec<String>,
    reversed: Vec<String>,
    codes: Vec<String>,
    cuts: usize,
    table: u8,
}

/// The letters of the tables that the tests meet, from the printers' manual.
fn letter(table: u8, byte: u8) -> char {
    let known: HashMap<(u8, u8), char> = [
        (19, 0x82, 'é'),
        (19, 0x8a, 'è'),
        (19, 0x85, 'à'),
        (19, 0xd5, '€'),
        (19, 0xbe, '¥'),
        (16, 0xe9, 'é'),
        (16, 0xe8, 'è'),
        (16, 0xe0, 'à'),
        (16, 0x80, '€'),
        (16, 0xa5, '¥'),
        (16, 0x92, '’'),
        (16, 0x8c, 'Œ'),
        (16, 0x9c, 'œ'),
    ]
    .map(|(table, byte, letter)| ((table, byte), letter))
    .into();
    if byte.is_ascii() { char::from(byte) } else { known[&(table, byte)] }
}

fn print(job: &[u8]) -> Printed {
    let (mut printed, mut line, mut bold, mut reversed, mut stored) = (Printed::default(), String::new(), false, false, String::new());
    let mut rest = job;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match (byte, after) {
            (0x1b, [b'@', rest @ ..] | [b'R', 0, rest @ ..] | [b'a', 0 | 1, rest @ ..]) | (0x1d, [b'!', 0 | 0x11, rest @ ..]) => rest,
            (0x1b, [b't', table, rest @ ..]) => {
                printed.table = *table;
                rest
            }
            (0x1b, [b'E', on, rest @ ..]) => {
                bold = *on == 1;
                rest
            }
            (0x1d, [b'B', on, rest @ ..]) => {
                reversed = *on == 1;
                rest
            }
            (0x1d, [b'V', 66, _, rest @ ..]) => {
                printed.cuts += 1;
                rest
            }
            (0x1d, [b'(', b'k', low, high, rest @ ..]) => {
                let (function, rest) = rest.split_at(usize::from(u16::from_le_bytes([*low, *high])));
                match function {
                    [49, 80, 48, text @ ..] => stored = String::from_utf8(text.to_vec()).unwrap(),
                    [49, 81, 48] => printed.codes.push(std::mem::take(&mut stored)),
                    [49, 65, 50, 0] | [49, 67, 1..=16, ..] | [49, 69, 48..=51] => {}
                    other => panic!("{other:?}"),
                }
                rest
            }
            (b'\n', rest) => {
                let done = std::mem::take(&mut line);
                if bold {
                    printed.bold.push(done.clone());
                }
                if reversed {
                    printed.reversed.push(done.trim().to_owned());
                }
                printed.lines.push(done);
                rest
            }
            (0x20.., rest) => {
                line.push(letter(printed.table, byte));
                rest
            }
            (_, after) => panic!("{byte:#04x} {:?}", &after[..after.len().min(4)]),
        };
    }
    assert!(line.is_empty(), "the last line is never printed: {line}");
    printed
}

fn printed(how: EscPos, receipt: &Receipt) -> Printed {
    print(&how.receipt(receipt).unwrap())
}

#[test]
fn a_receipt_fits_both_rolls_and_ends_with_one_cut() {
    for width in [Width::Mm58, Width::Mm80] {
        let paper = printed(EscPos { width, code_page: CodePage::Pc858 }, &receipt());
        assert!(paper.lines.iter().all(|line| line.chars().count() <= width.columns()), "{paper:#?}");
        assert_eq!((paper.cuts, paper.codes), (1, vec![QR.to_owned()]));
        let full = |left: &str, right: &str| format!("{left}{right:>fill$}", fill = width.columns() - left.chars().count());
        assert_eq!(paper.bold, [full("Total", "171,39 €"), full("Total", "9 800 ¥")]);
        assert!(paper.lines.contains(&full("Réglé par", "carte")), "{:#?}", paper.lines);
        assert!(paper.lines.iter().any(|line| line.starts_with("OEuvre à quatre mains")), "{:#?}", paper.lines);
        assert!(paper.reversed.is_empty());
    }
}

#[test]
fn the_other_code_page_prints_the_same() {
    let paper = printed(EscPos { width: Width::Mm80, code_page: CodePage::Windows1252 }, &receipt());
    assert_eq!(paper.table, 16);
    assert!(
        paper.lines.iter().any(|line| line.starts_with("Œuvre à quatre mains")) && paper.bold[0].ends_with("171,39 €"),
        "{:#?}",
        paper.lines
    );
}

#[test]
fn marks_are_white_on_black_at_both_ends() {
    let reprint = Some(Reprint { at: date(2026, 11, 27).at(9, 0, 0, 0) });
    let paper = printed(EscPos::default(), &Receipt { reprint, training: true, language: Language::En, ..receipt() });
    assert_eq!(paper.reversed, ["TRAINING - NOTHING WAS SOLD", "DUPLICATE", "TRAINING - NOTHING WAS SOLD", "DUPLICATE"]);
}

#[test]
fn nothing_typed_is_a_command() {
    let mut sale = receipt();
    sale.lines[0].title = "\u{1b}@\u{1d}V\u{42}\u{0} \u{10}\u{4}\u{1} cut\nme".to_owned();
    sale.shop.name = "\u{1d}(k\u{3}".to_owned();
    let paper = printed(EscPos::default(), &sale);
    assert_eq!((paper.cuts, paper.codes.len()), (1, 1));
}

#[test]
fn a_qr_code_that_holds_too_much_is_an_error() {
    let mut sale = receipt();
    sale.lines[0].qr = Some("x".repeat(3_000));
    assert_eq!(EscPos::default().receipt(&sale), Err(DocumentError::QrTooLong(3_000)));
}

#[test]
fn the_test_page_shows_letters_and_a_code() {
    let job = EscPos { width: Width::Mm58, code_page: CodePage::Windows1252 }.test_page("My Beads Box", &["Caisse 2"]).unwrap();
    assert!(job.ends_with(&[0x1d, b'V', 66, 3]) && job.windows(12).any(|bytes| bytes == b"MY BEADS BOX"));
}
