//! Each line of the threat model names tests that would fail if it stopped nobody any more.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The folders in which Rust tests stand.
const FOLDERS: [&str; 4] = ["crates", "e2e", "src-tauri", "tests"];

/// Every line of a table whose last column is headed "tests": what they try, and the names.
fn lines(document: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut is_about_tests = false;
    for line in document.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match cells.as_slice() {
            _ if !line.starts_with('|') => is_about_tests = false,
            [.., "tests"] => is_about_tests = true,
            [first, ..] if first.starts_with("---") => {}
            [tried, .., tests] if is_about_tests => found.push(((*tried).to_owned(), names(tests))),
            _ => {}
        }
    }
    found
}

fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of all functions that are marked as tests.
fn tests_in(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        // `proptest!` takes its tests with the same mark.
        if line.starts_with("#[") {
            is_test |= ["#[test]", "#[tokio::test", "#[rstest"].iter().any(|mark| line.starts_with(mark));
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|(before, _)| ["", "async ", "pub ", "pub async "].contains(before)) {
            if is_test {
                found.insert(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
            }
            is_test = false;
        }
    }
    found
}

#[test]
fn every_threat_names_its_tests_and_each_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in FOLDERS {
        rust_files(&root.join(folder), &mut files);
    }
    let tests: BTreeSet<String> = files.iter().flat_map(|file| tests_in(&fs::read_to_string(file).unwrap())).collect();
    let lines = lines(&fs::read_to_string(root.join("docs/threat-model.md")).unwrap());
    assert!(lines.len() > 30, "the tables were not found: {} lines", lines.len());
    let mut faults = Vec::new();
    for (tried, named) in lines {
        if named.is_empty() {
            faults.push(format!("{tried:?} names no test"));
        }
        faults.extend(named.iter().filter(|name| !tests.contains(*name)).map(|name| format!("{tried:?} names {name}, which is no test")));
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_line_without_a_test_and_a_test_that_is_none_are_found() {
    let document = "| they try to | what stops them | tests |\n|---|---|---|\n| rob | a dog | `barks` `bites` |\n| sleep | nothing | |\n\n| what | for whom |\n|---|---|\n| a | b |";
    assert_eq!(lines(document), [("rob".to_owned(), vec!["barks".to_owned(), "bites".to_owned()]), ("sleep".to_owned(), Vec::new())]);
    let code = "#[tokio::test(flavor = \"multi_thread\")]\n#[expect(x)]\nasync fn barks() {\n}\nfn bites() {}\n    #[rstest]\n    #[case(1)]\n    fn sniffs(#[case] a: u8) {}";
    assert_eq!(tests_in(code), BTreeSet::from(["barks".to_owned(), "sniffs".to_owned()]));
}
