//! What a person typed into the search field.

use beadsbox_domain::{Person, Voucher, code::grouped, text::PersonName};
use rusqlite::Connection;

use crate::{
    cache::search_text,
    text::{fold, fold_optional},
};

/// No text of a voucher is longer, so nothing can be found by more.
const LONGEST: usize = 400;
/// The search index holds every three characters that follow each other.
const LEAST_WITHIN: usize = 3;

/// What to look for. `words` are folded; `code` is what was typed in a code's own symbols, where it can be part of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Search {
    /// Nothing was typed.
    Everything,
    /// Nothing can be found.
    Nothing,
    /// Somewhere in code, buyer, title or recipient. Rows after `unbuilt` are not in the index yet, and are read one by one.
    Within { words: String, code: Option<String>, unbuilt: Option<i64> },
    /// At the start of code or buyer.
    Start { words: String, code: Option<String> },
}

impl Search {
    pub(super) fn of(typed: &str) -> Self {
        if typed.chars().take(LONGEST + 1).count() > LONGEST {
            return Self::Nothing;
        }
        let words = fold(typed).trim().to_owned();
        let code = code_symbols(typed);
        match words.chars().count() {
            0 => Self::Everything,
            short if short < LEAST_WITHIN => Self::Start { words, code },
            _ => Self::Within { words, code: code.filter(|code| code.len() >= LEAST_WITHIN), unbuilt: None },
        }
    }

    /// As it has to be looked for in that cache, whose index may not be whole yet.
    pub(super) fn in_cache(mut self, cache: &Connection) -> rusqlite::Result<Self> {
        if let Self::Within { unbuilt, .. } = &mut self {
            *unbuilt = search_text::mark(cache)?;
        }
        Ok(self)
    }

    /// Whether it finds that voucher: the same answer as SQLite's.
    pub(super) fn finds(&self, voucher: &Voucher, person: Option<&Person>) -> bool {
        let buyer = || fold_optional(person.map(|person| person.buyer.as_str()));
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Within { words, code, .. } => {
                let recipient = || fold_optional(person.and_then(|person| person.recipient.as_ref()).map(PersonName::as_str));
                code.as_ref().is_some_and(|code| voucher.code.compact().contains(code))
                    || fold(voucher.snapshot.title.as_str()).contains(words)
                    || buyer().contains(words)
                    || recipient().contains(words)
            }
            Self::Start { words, code } => code.as_ref().is_some_and(|code| voucher.code.compact().starts_with(code)) || buyer().starts_with(words),
        }
    }
}

/// What was typed as symbols of a code: capitals, `O` as 0, without dashes; none where a symbol is in no code.
fn code_symbols(typed: &str) -> Option<String> {
    let symbols = grouped(typed).replace('-', "");
    let is_symbol = |symbol: char| symbol.is_ascii_digit() || (symbol.is_ascii_uppercase() && !matches!(symbol, 'I' | 'L' | 'O' | 'U'));
    (!symbols.is_empty() && symbols.chars().all(is_symbol)).then_some(symbols)
}

/// A question to the search index. Within its quotes only the quote itself means anything.
pub(super) fn index_question(words: &str, code: Option<&str>) -> String {
    let quoted = words.replace('"', "\"\"");
    let in_words = format!("{{buyer_key title_key recipient_key}} : \"{quoted}\"");
    match code {
        Some(code) => format!("{in_words} OR code : \"{code}\""),
        None => in_words,
    }
}

/// The first text after all that start with this one; none where there is no such text.
pub(super) fn after_all(start: &str) -> Option<String> {
    let mut rest = start.to_owned();
    while let Some(last) = rest.pop() {
        let next = match last {
            char::MAX => continue,
            '\u{d7ff}' => '\u{e000}',
            other => char::from_u32(u32::from(other) + 1)?,
        };
        rest.push(next);
        return Some(rest);
    }
    None
}
