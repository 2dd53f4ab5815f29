//! Fills a text in: as plain text, and as HTML around the same words.

use std::sync::LazyLock;

use beadsbox_protocol::mail::{MailKind, MailLanguage, MailWords, TextFault, TextFaultKind, TextPart};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use super::{Values, check};

/// The most characters of a subject once it is filled in; a title alone may have 300.
const MOST_SUBJECT: usize = 400;
/// The one template that is HTML.
const LAYOUT_NAME: &str = "layout";
const LAYOUT: &str = include_str!("layout.html");

/// A mail's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    /// One line.
    pub subject: String,
    pub text: String,
    /// A whole document, without scripts and without anything to load.
    pub html: String,
}

/// An environment that knows nothing: no filters, functions or tests. In the layout values are escaped.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if name == LAYOUT_NAME { AutoEscape::Html } else { AutoEscape::None });
    // Lines that hold an `if` alone leave no empty lines behind.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

#[derive(Serialize)]
struct Page<'a> {
    language: &'static str,
    title: &'a str,
    /// Paragraphs, each of lines.
    paragraphs: Vec<Vec<&'a str>>,
}

/// Fills the text in. The faults of one that cannot be.
pub(crate) fn fill(kind: MailKind, language: MailLanguage, words: &MailWords, values: &Values) -> Result<Filled, Vec<TextFault>> {
    let faults = check(kind, words);
    if !faults.is_empty() {
        return Err(faults);
    }
    let subject: String = one_line(&filled(TextPart::Subject, &words.subject, values)?).chars().take(MOST_SUBJECT).collect();
    let text = tidied(&filled(TextPart::Body, &words.body, values)?);
    laid_out(language, subject, text).map_err(|error| vec![fault(TextPart::Body, &error)])
}

/// With the HTML that says the same: every letter of it as it is.
pub(super) fn laid_out(language: MailLanguage, subject: String, text: String) -> Result<Filled, minijinja::Error> {
    let page = Page {
        language: match language {
            MailLanguage::En => "en",
            MailLanguage::Fr => "fr",
        },
        title: &subject,
        paragraphs: text.split("\n\n").map(|paragraph| paragraph.lines().collect()).collect(),
    };
    let html = ENVIRONMENT.render_named_str(LAYOUT_NAME, LAYOUT, Serde(page))?;
    Ok(Filled { subject, text, html })
}

fn filled(part: TextPart, text: &str, values: &Values) -> Result<String, Vec<TextFault>> {
    ENVIRONMENT.render_named_str("text", text, Serde(values)).map_err(|error| vec![fault(part, &error)])
}

/// What the check should have found.
fn fault(part: TextPart, error: &minijinja::Error) -> TextFault {
    tracing::error!(%error, "a text that was checked cannot be filled in");
    TextFault { part, line: error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1), kind: TextFaultKind::NotAllowed, found: String::new() }
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Without white space at the ends of lines, and with one empty line at most between two paragraphs.
fn tidied(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::text::{ResetValues, default_words, sample};

    fn reset(name: &str, subject: &str, body: &str) -> Filled {
        let values = Values::PasswordReset(ResetValues { name: name.to_owned(), token: "7f".to_owned() });
        let words = MailWords { subject: subject.to_owned(), body: body.to_owned() };
        fill(MailKind::PasswordReset, MailLanguage::En, &words, &values).unwrap()
    }

    #[test]
    fn the_programs_own_texts_fill_in_without_a_gap() {
        for kind in MailKind::ALL {
            for language in MailLanguage::ALL {
                let filled = fill(kind, language, &default_words(kind, language), &sample(kind, language)).unwrap();
                for text in [&filled.subject, &filled.text] {
                    assert!(!text.contains("{{") && !text.contains("{%") && !text.contains("none"), "{text}");
                }
                assert!(filled.html.contains("<!doctype html>") && !filled.text.contains("\n\n\n"), "{}", filled.html);
            }
        }
    }

    #[test]
    fn whatever_a_person_is_called_is_a_word_in_html() {
        let filled = reset("<script>alert(1)</script> & \"Co\"", "Hello {{ name }}", "Hello {{ name }}\n\n<b>not bold</b>");
        assert!(filled.text.contains("<script>alert(1)</script>"), "plain text says what it is");
        assert!(!filled.html.contains("<script") && !filled.html.contains("<b>"), "{}", filled.html);
        assert!(filled.html.contains("&lt;script&gt;") && filled.html.contains("&lt;b&gt;not bold"), "{}", filled.html);
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        assert_eq!(reset("{{ token }}", "x", "{{ name }}").text, "{{ token }}");
    }

    #[test]
    fn a_subject_has_one_line_and_an_end() {
        assert_eq!(reset("Ada\r\nBcc: eve", "Hello {{ name }}", "x").subject, "Hello Ada Bcc: eve");
        assert_eq!(reset(&"x".repeat(10_000), "{{ name }}", "x").subject.len(), MOST_SUBJECT);
    }

    #[test]
    fn parts_are_left_out_without_empty_lines() {
        let filled = reset("", "x", "One\n{% if name %}\nHello {{ name }}\n{% endif %}\n\n\n\nTwo  \nthree");
        assert_eq!(filled.text, "One\n\nTwo\nthree");
        assert!(filled.html.contains("Two<br>three"), "{}", filled.html);
    }
}
