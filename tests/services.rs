//! `./dev test --services` runs every test that starts a part beside the server and its database, because one place says which these are.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What starts such a part, or stands in for all of them.
const PARTS: [&str; 7] = ["BrokerProcess::start", "RedisProcess::start", "LoadBalancer::start", "SmtpServer::start", "Cluster::", "shop.mjs", "PartsPlan"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files_below(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// The filter's alternatives: of which package, and either a test binary or the beginnings of names.
fn is_named(filter: &str, package: &str, place: &str) -> bool {
    filter.lines().filter(|line| line.contains(&format!("package({package})"))).any(|line| {
        let names = line.split_once("test(/^(").and_then(|(_, rest)| rest.split_once(")::/)"));
        match names {
            Some((names, _)) => names.split('|').any(|name| place == name || place.starts_with(&format!("{name}::"))),
            None => line.contains(&format!("binary({place})")),
        }
    })
}

/// As nextest sees it: `broker::outage` in `crates/server/tests/server/broker/outage.rs`, `shop` in `e2e/tests/shop.rs`.
fn place(tests: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(tests).unwrap().with_extension("");
    let names: Vec<&str> = inside.iter().map(|name| name.to_str().unwrap()).filter(|name| *name != "mod").collect();
    // A folder is one test binary, which has no name in what its tests are called.
    if names.len() > 1 { names[1..].join("::") } else { names[0].to_owned() }
}

/// The test binary that it is part of: a file of its own, or the folder of a `main.rs`.
fn binary(tests: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(tests).unwrap();
    inside.iter().next().map(|first| Path::new(first).with_extension("")).unwrap().display().to_string()
}

#[test]
fn every_test_that_starts_a_part_is_named_in_the_profile() {
    let config = fs::read_to_string(root().join(".config/nextest.toml")).unwrap();
    let script = fs::read_to_string(root().join("scripts/dev/test.sh")).unwrap();
    let built = script.lines().find(|line| line.starts_with("SERVICE_TESTS=")).unwrap();
    let filter = config.split("[profile.services]").nth(1).unwrap().split("\"\"\"").nth(1).unwrap();
    let mut seen = 0;
    for (package, folder) in [
        ("beadsbox-server", "crates/server/tests"),
        ("beadsbox-app", "crates/app/tests"),
        ("beadsbox-soak", "crates/soak/tests"),
        ("beadsbox-e2e", "e2e/tests"),
    ] {
        let (tests, mut files) = (root().join(folder), Vec::new());
        files_below(&tests, &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            if PARTS.iter().any(|part| text.contains(part)) {
                let place = place(&tests, &file);
                let binary = binary(&tests, &file);
                assert!(
                    built.contains(&format!("--test {binary}")),
                    "{place} of {package} starts a part, and `./dev test --services` does not build {binary}"
                );
                assert!(is_named(filter, package, &place), "{place} of {package} starts a part, and [profile.services] does not name it");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen} files start a part");
}
