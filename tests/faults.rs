//! What is told of faults (Sentry) holds the messages of errors, as they are logged: each has to be the program's own words and nothing else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

/// The text of every call of `error!`, up to the parenthesis that closes it.
fn errors(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("error!(") {
        let before = source[..at].chars().next_back();
        if before.is_some_and(|before| before == '_' || before.is_alphanumeric()) {
            continue;
        }
        let said = &source[at + "error!(".len()..];
        let (mut depth, mut quoted, mut escaped) = (1, false, false);
        let end = said.char_indices().find(|(_, character)| {
            match (quoted, escaped, character) {
                (true, true, _) => escaped = false,
                (true, false, '\\') => escaped = true,
                (_, _, '"') => quoted = !quoted,
                (false, _, '(') => depth += 1,
                (false, _, ')') => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        found.push(&said[..end.map_or(said.len(), |(end, _)| end)]);
    }
    found
}

/// The last text in quotes: the message, which may stand alone or behind fields.
fn message(call: &str) -> Option<&str> {
    let call = call.trim_end().trim_end_matches(',').trim_end().strip_suffix('"')?;
    Some(&call[call.rfind('"')? + 1..])
}

fn look(folder: &Path, calls: &mut usize) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "tests") {
                look(&path, calls);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            for call in errors(&fs::read_to_string(&path).unwrap()) {
                *calls += 1;
                let message = message(call).unwrap_or_else(|| panic!("{}: an error without a message at its end: {call}", path.display()));
                assert!(!message.contains('{'), "{}: a message that is put together: {message}", path.display());
            }
        }
    }
}

#[test]
fn messages_of_errors_are_the_programs_own_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut calls = 0;
    for folder in ["crates/server/src", "crates/app/src", "crates/sync/src", "crates/store/src", "crates/printer/src", "crates/authority/src", "src-tauri"] {
        look(&root.join(folder), &mut calls);
    }
    assert!(calls > 20, "{calls}");
}

#[test]
fn a_message_that_is_put_together_would_be_seen() {
    let calls = errors(r#"tracing::error!(%error, "gone {who}"); compile_error!("x"); error!("as (it) is")"#);
    assert_eq!(calls.iter().map(|call| message(call)).collect::<Vec<_>>(), [Some("gone {who}"), Some("as (it) is")]);
}
