//! Whether a text may be kept: what stands between its braces, line by line, and how long it is.

use beadsbox_protocol::mail::{MOST_BODY_CHARACTERS, MOST_SUBJECT_CHARACTERS, MailKind, MailWords, TextFault, TextFaultKind, TextPart};

use super::names;

/// The most characters of a fault that are shown again.
const MOST_FOUND: usize = 60;
/// More faults than anybody mends at once.
const MOST_FAULTS: usize = 20;

/// What is wrong with it; nothing where it may be kept.
pub(crate) fn check(kind: MailKind, words: &MailWords) -> Vec<TextFault> {
    let mut faults = of_part(kind, TextPart::Subject, &words.subject, MOST_SUBJECT_CHARACTERS);
    faults.extend(of_part(kind, TextPart::Body, &words.body, MOST_BODY_CHARACTERS));
    faults.truncate(MOST_FAULTS);
    faults
}

fn of_part(kind: MailKind, part: TextPart, text: &str, limit: usize) -> Vec<TextFault> {
    let fault = |line: usize, kind, found: &str| TextFault {
        part,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        kind,
        found: found.chars().take(MOST_FOUND).collect(),
    };
    if text.trim().is_empty() {
        return vec![fault(1, TextFaultKind::Empty, "")];
    }
    if text.chars().count() > limit {
        return vec![fault(1, TextFaultKind::TooLong, &limit.to_string())];
    }
    let lines = part == TextPart::Body;
    if let Some((place, _)) = text.char_indices().find(|(_, character)| is_forbidden(*character, lines)) {
        return vec![fault(line_of(text, place), TextFaultKind::ForbiddenCharacter, "")];
    }
    let mut walk = Walk { names: names(kind), open: Vec::new(), faults: Vec::new() };
    walk.through(text);
    walk.faults.into_iter().map(|(line, kind, found)| fault(line, kind, &found)).collect()
}

fn is_forbidden(character: char, lines: bool) -> bool {
    (character.is_control() && !(lines && character == '\n'))
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn line_of(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

/// Goes from brace to brace.
struct Walk {
    names: &'static [&'static str],
    /// The lines of the `if`s that are open, and whether each has had its `else`.
    open: Vec<(usize, bool)>,
    faults: Vec<(usize, TextFaultKind, String)>,
}

impl Walk {
    fn through(&mut self, text: &str) {
        let mut at = 0;
        while let Some((place, end)) = next_opening(text, at) {
            let line = line_of(text, place);
            let begin = place + 2;
            let Some(length) = text[begin..].find(end) else {
                let rest = text[place..].lines().next().unwrap_or_default();
                return self.faults.push((line, TextFaultKind::Unclosed, rest.to_owned()));
            };
            let inner = &text[begin..begin + length];
            at = begin + length + end.len();
            // A sign beside the braces takes white space away.
            let inner = inner.strip_prefix('-').unwrap_or(inner);
            // As the engine sees it: a space that does not break is a part of the name.
            let inner = inner.strip_suffix('-').unwrap_or(inner).trim_ascii();
            match end {
                "}}" => self.name(line, inner),
                "%}" => self.block(line, inner),
                // A remark, which nobody is sent.
                _ => {}
            }
        }
        for (line, _) in std::mem::take(&mut self.open) {
            self.faults.push((line, TextFaultKind::Unbalanced, "if".to_owned()));
        }
    }

    fn name(&mut self, line: usize, name: &str) {
        if self.names.contains(&name) {
            return;
        }
        let is_name = !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '.'));
        let kind = if is_name { TextFaultKind::UnknownPlaceholder } else { TextFaultKind::NotAllowed };
        self.faults.push((line, kind, name.to_owned()));
    }

    fn block(&mut self, line: usize, block: &str) {
        let words: Vec<&str> = block.split_ascii_whitespace().collect();
        match words.as_slice() {
            ["if", name] | ["if", "not", name] => {
                self.open.push((line, false));
                self.name(line, name);
            }
            ["elif", name] | ["elif", "not", name] => {
                self.in_open(line, block, false);
                self.name(line, name);
            }
            ["else"] => self.in_open(line, block, true),
            ["endif"] => {
                if self.open.pop().is_none() {
                    self.faults.push((line, TextFaultKind::Unbalanced, block.to_owned()));
                }
            }
            _ => self.faults.push((line, TextFaultKind::NotAllowed, block.to_owned())),
        }
    }

    /// An `elif` or `else`: in an `if` that has had no `else` yet.
    fn in_open(&mut self, line: usize, block: &str, is_else: bool) {
        match self.open.last_mut() {
            Some((_, had_else)) if !*had_else => *had_else = is_else,
            _ => self.faults.push((line, TextFaultKind::Unbalanced, block.to_owned())),
        }
    }
}

/// Where the next braces open, and what closes them.
fn next_opening(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let kinds = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
    kinds.iter().filter_map(|(begin, end)| Some((from + text[from..].find(begin)?, *end))).min_by_key(|(place, _)| *place)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn of(body: &str) -> Vec<(u32, TextFaultKind)> {
        let words = MailWords { subject: "Your voucher".to_owned(), body: body.to_owned() };
        check(MailKind::Voucher, &words).into_iter().map(|fault| (fault.line, fault.kind)).collect()
    }

    #[rstest]
    #[case("Hello {{ buyer }},\n\n{{vouchers}}")]
    #[case("{% if voucher.expires %}until {{ voucher.expires }}{% else %}for ever{% endif %}")]
    #[case("{%- if not voucher.recipient -%}x{%- elif voucher.price -%}y{%- endif -%}")]
    #[case("{# nobody reads this {{ nonsense }} #}Hello")]
    #[case("A brace { and another } are nothing.")]
    fn texts_that_may_be_kept(#[case] body: &str) {
        assert_eq!(of(body), []);
    }

    #[rstest]
    #[case("", &[(1, TextFaultKind::Empty)])]
    #[case("  \n ", &[(1, TextFaultKind::Empty)])]
    #[case("Hello\n{{ byuer }}", &[(2, TextFaultKind::UnknownPlaceholder)])]
    #[case("{{ token }}", &[(1, TextFaultKind::UnknownPlaceholder)])]
    #[case("a\nb\n{{ buyer", &[(3, TextFaultKind::Unclosed)])]
    #[case("{{ buyer|upper }}", &[(1, TextFaultKind::NotAllowed)])]
    #[case("{{ 'x' * 100000000 }}", &[(1, TextFaultKind::NotAllowed)])]
    #[case("{{ }}", &[(1, TextFaultKind::NotAllowed)])]
    #[case("{{\u{a0}buyer }}", &[(1, TextFaultKind::NotAllowed)])]
    #[case("{%\u{a0}if buyer %}x{% endif %}", &[(1, TextFaultKind::NotAllowed), (1, TextFaultKind::Unbalanced)])]
    #[case("{% set x = buyer %}", &[(1, TextFaultKind::NotAllowed)])]
    #[case("{% for x in buyer %}{% endfor %}", &[(1, TextFaultKind::NotAllowed), (1, TextFaultKind::NotAllowed)])]
    #[case("{% raw %}", &[(1, TextFaultKind::NotAllowed)])]
    #[case("{% if buyer == 'Ada' %}{% endif %}", &[(1, TextFaultKind::NotAllowed), (1, TextFaultKind::Unbalanced)])]
    #[case("x\n{% if buyer %}", &[(2, TextFaultKind::Unbalanced)])]
    #[case("{% endif %}", &[(1, TextFaultKind::Unbalanced)])]
    #[case("{% else %}", &[(1, TextFaultKind::Unbalanced)])]
    #[case("{% if buyer %}{% else %}{% else %}{% endif %}", &[(1, TextFaultKind::Unbalanced)])]
    #[case("a\u{202e}b", &[(1, TextFaultKind::ForbiddenCharacter)])]
    #[case("a\nb\rc", &[(2, TextFaultKind::ForbiddenCharacter)])]
    fn texts_that_may_not(#[case] body: &str, #[case] expected: &[(u32, TextFaultKind)]) {
        assert_eq!(of(body), expected);
    }

    #[test]
    fn lengths_and_lines_of_a_subject() {
        let subject = |subject: &str| check(MailKind::Voucher, &MailWords { subject: subject.to_owned(), body: "x".to_owned() });
        assert_eq!(subject(&"x".repeat(200)), []);
        assert_eq!(subject(&"x".repeat(201))[0].kind, TextFaultKind::TooLong);
        assert_eq!(subject("a\nBcc: eve@example.org")[0].kind, TextFaultKind::ForbiddenCharacter);
    }
}
