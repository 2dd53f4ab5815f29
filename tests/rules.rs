//! `docs/sync.md` names, for each of the ten rules, the tests that hold it: all of them, and no others.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const RULES: u32 = 10;

/// Every word of the form `rule_<number>_<words>`, by its number.
fn rule_words(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).filter_map(|word| {
        let (number, rest) = word.strip_prefix("rule_")?.split_once('_')?;
        Some((number.parse().ok()?, word)).filter(|_| !rest.is_empty())
    })
}

fn collect_tests(folder: &Path, found: &mut BTreeMap<u32, BTreeSet<String>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect_tests(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let tests = source.lines().filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
            for (number, name) in tests.filter_map(|line| rule_words(line).next()) {
                found.entry(number).or_default().insert(name.to_owned());
            }
        }
    }
}

#[test]
fn the_sync_document_names_the_tests_of_every_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeMap::new();
    for folder in ["crates", "e2e"] {
        collect_tests(&root.join(folder), &mut tests);
    }
    let document = fs::read_to_string(root.join("docs/sync.md")).unwrap();
    for number in 1..=RULES {
        let start = format!("| {number} |");
        let row = document.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
        let named: BTreeSet<String> = rule_words(row).map(|(_, name)| name.to_owned()).collect();
        let written = tests.remove(&number).unwrap_or_default();
        assert!(!written.is_empty(), "rule {number} has no test");
        assert_eq!(named, written, "rule {number}: the table in docs/sync.md, and the tests");
    }
    assert_eq!(tests, BTreeMap::new(), "there are ten rules");
}
