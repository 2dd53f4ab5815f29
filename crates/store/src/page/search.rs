//! What a person typed into the search field.

use beadsbox_domain::{
    Person, Voucher,
    code::{CODE_LENGTH, grouped},
    folding::{fold, fold_optional},
};
use rusqlite::{Connection, types::Value};

use super::{
    mistake::{self, Parts},
    order::{email_key, recipient_key},
};
use crate::cache::search_text;

/// No text of a voucher is longer, so nothing can be found by more.
const LONGEST: usize = 400;
/// The search index holds every three characters that follow each other.
pub(super) const LEAST_WITHIN: usize = 3;
/// The columns with words; the last one only where addresses are looked at.
const COLUMNS: [&str; 4] = ["buyer_key", "title_key", "recipient_key", "email_key"];

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Search {
    /// Nothing was typed.
    Everything,
    /// Nothing can be found.
    Nothing,
    /// Somewhere in code, buyer, title, recipient or address.
    Within(Within),
    /// At the start of code or buyer, folded; as a code where it can be part of one.
    Start { words: String, code: Option<String> },
}

/// Pieces of a text, each of which has to be somewhere in a voucher's words; or else the whole in its code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Within {
    /// Folded; none of fewer than three characters.
    pub(super) pieces: Vec<String>,
    /// What was typed in a code's own symbols, where it can be part of one.
    pub(super) code: Option<String>,
    /// Within addresses as well.
    pub(super) emails: bool,
    /// Found is what one typing mistake leads to.
    pub(super) mistake: bool,
    /// By their places, the pieces that the search index has nowhere: the mistake is in one of those, if there are any.
    pub(super) absent: Vec<usize>,
    /// Rows after this one are not in the search index yet, and are read one by one.
    pub(super) unbuilt: Option<i64>,
}

/// What of a voucher is looked at.
pub(super) struct Texts {
    pub(super) code: String,
    /// In the order of [`COLUMNS`].
    pub(super) words: [String; 4],
}

impl Texts {
    fn of(voucher: &Voucher, person: Option<&Person>) -> Self {
        let buyer = fold_optional(person.map(|person| person.buyer.as_str()));
        let words = [buyer, fold(voucher.snapshot.title.as_str()), recipient_key(person), email_key(person)];
        Self { code: voucher.code.compact(), words }
    }
}

impl Search {
    pub(super) fn of(typed: &str, emails: bool) -> Self {
        if typed.chars().take(LONGEST + 1).count() > LONGEST {
            return Self::Nothing;
        }
        let words = fold(typed).trim().to_owned();
        let code = code_symbols(typed);
        match words.chars().count() {
            0 => Self::Everything,
            short if short < LEAST_WITHIN => Self::Start { words, code },
            _ => {
                let code = code.filter(|code| (LEAST_WITHIN..=CODE_LENGTH).contains(&code.len()));
                Self::Within(Within { pieces: pieces(&words), code, emails, mistake: false, absent: Vec::new(), unbuilt: None })
            }
        }
    }

    /// As it has to be looked for in that cache, whose index may not be whole yet.
    pub(super) fn in_cache(mut self, cache: &Connection) -> rusqlite::Result<Self> {
        if let Self::Within(within) = &mut self {
            within.unbuilt = search_text::mark(cache)?;
        }
        Ok(self)
    }

    /// What one typing mistake leads to; none where the texts are too short for that.
    pub(super) fn with_a_mistake(&self) -> Option<Self> {
        let Self::Within(within) = self else { return None };
        let long_enough = within.pieces.iter().chain(&within.code).any(|text| mistake::may_be_in(text));
        long_enough.then(|| Self::Within(Within { mistake: true, ..within.clone() }))
    }

    pub(super) const fn has_a_mistake(&self) -> bool {
        matches!(self, Self::Within(within) if within.mistake)
    }

    /// Whether it finds that voucher: the same answer as SQLite's.
    pub(super) fn finds(&self, voucher: &Voucher, person: Option<&Person>) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Within(within) => within.finds(&Texts::of(voucher, person)),
            Self::Start { words, code } => {
                code.as_ref().is_some_and(|code| voucher.code.compact().starts_with(code))
                    || fold_optional(person.map(|person| person.buyer.as_str())).starts_with(words)
            }
        }
    }
}

impl Within {
    /// The columns with words that are looked at.
    fn columns(&self) -> &'static [&'static str] {
        if self.emails { &COLUMNS } else { &COLUMNS[..3] }
    }

    pub(super) fn finds(&self, texts: &Texts) -> bool {
        let words = &texts.words[..self.columns().len()];
        let holds = |piece: &String| words.iter().any(|text| text.contains(piece));
        if !self.mistake {
            return self.code.as_ref().is_some_and(|code| texts.code.contains(code)) || self.pieces.iter().all(holds);
        }
        let nearly = |piece: &String| words.iter().any(|text| mistake::is_in(piece, text));
        // The mistake is in one of them; the others are there as they were typed.
        let others = |but: usize| self.pieces.iter().enumerate().all(|(place, piece)| place == but || holds(piece));
        self.code.as_ref().is_some_and(|code| mistake::is_in(code, &texts.code))
            || (0..self.pieces.len()).any(|place| nearly(&self.pieces[place]) && others(place))
    }

    /// The question to the search index for one piece as it was typed.
    pub(super) fn index_question_of(&self, piece: &str) -> String {
        format!("{{{}}} : {}", self.columns().join(" "), quoted(piece))
    }

    /// The question to the search index. With a mistake it finds more than there is. It is empty where no mistake explains what is absent.
    pub(super) fn index_question(&self) -> String {
        let words = self.either_way(&|part| self.index_question_of(part));
        let code = |symbols: &str| format!("code : {}", quoted(symbols));
        match &self.code {
            Some(symbols) if self.mistake => joined(std::iter::once(words).chain(sides(symbols, &code)), "OR"),
            Some(symbols) => joined([words, code(symbols)], "OR"),
            None => words,
        }
    }

    /// The same of a row itself, where the index is not asked.
    pub(super) fn row_condition(&self) -> (String, Vec<Value>) {
        let values = std::cell::RefCell::new(Vec::new());
        let part = |part: &str| {
            values.borrow_mut().extend(self.columns().iter().map(|_| Value::Text(part.to_owned())));
            joined(self.columns().iter().map(|column| format!("instr(v.{column}, ?)")), "OR")
        };
        let words = self.either_way(&part);
        let code = |symbols: &str| {
            values.borrow_mut().push(Value::Text(symbols.to_owned()));
            "instr(v.code, ?)".to_owned()
        };
        let condition = match &self.code {
            Some(symbols) if self.mistake => joined(std::iter::once(words).chain(sides(symbols, &code)), "OR"),
            Some(symbols) => joined([words, code(symbols)], "OR"),
            None => words,
        };
        (condition, values.into_inner())
    }

    /// Each piece as it was typed; or all but one, and of that one what a mistake leaves.
    fn either_way(&self, ask: &dyn Fn(&str) -> String) -> String {
        let but = |one: usize| {
            let mut left: Vec<String> = Vec::new();
            for (place, piece) in self.pieces.iter().enumerate() {
                if place == one {
                    left.push(joined(sides(piece, ask), "OR"));
                } else {
                    left.push(ask(piece));
                }
            }
            joined(left, "AND")
        };
        if self.mistake {
            let may_be_wrong = |place: &usize| mistake::may_be_in(&self.pieces[*place]) && self.absent.iter().all(|absent| absent == place);
            let ways = (0..self.pieces.len()).filter(may_be_wrong).map(but);
            joined(ways, "OR")
        } else {
            joined(self.pieces.iter().map(|piece| ask(piece)), "AND")
        }
    }
}

/// What each mistake leaves of a text, asked for.
fn sides(text: &str, ask: &dyn Fn(&str) -> String) -> Vec<String> {
    mistake::parts(text)
        .into_iter()
        .map(|Parts { before, after }| joined([before, after].into_iter().flatten().map(|part| ask(&part)), "AND"))
        .collect()
}

fn joined(parts: impl IntoIterator<Item = String>, word: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match &parts[..] {
        [] => String::new(),
        [one] => one.clone(),
        several => format!("({})", several.join(&format!(" {word} "))),
    }
}

/// Within its quotes only the quote itself means anything to the search index.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The words of a folded text of three characters or more. What is shorter stays with its neighbour: the index cannot find it alone.
fn pieces(words: &str) -> Vec<String> {
    let is_short = |piece: &str| piece.chars().count() < LEAST_WITHIN;
    let mut pieces: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match pieces.last_mut() {
            Some(last) if is_short(word) || is_short(last) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    pieces
}

/// What was typed as symbols of a code: capitals, `O` as 0, without dashes; none where a symbol is in no code.
fn code_symbols(typed: &str) -> Option<String> {
    let symbols = grouped(typed).replace('-', "");
    let is_symbol = |symbol: char| symbol.is_ascii_digit() || (symbol.is_ascii_uppercase() && !matches!(symbol, 'I' | 'L' | 'O' | 'U'));
    (!symbols.is_empty() && symbols.chars().all(is_symbol)).then_some(symbols)
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
