//! Holds the house together: who may know whom, how long a file may be, and that the tour of the house names every room.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};

/// What each crate of the workspace may use of the workspace, and what its tests may use besides.
/// A new crate has to be entered here, and in the table of `docs/architecture.md`.
const MAY_USE: &[(&str, &[&str], &[&str])] = &[
    ("beadsbox-domain", &[], &[]),
    ("beadsbox-protocol", &["beadsbox-domain"], &[]),
    ("beadsbox-overlay", &["beadsbox-domain", "beadsbox-protocol"], &[]),
    ("beadsbox-store", &["beadsbox-domain", "beadsbox-overlay", "beadsbox-protocol"], &["beadsbox-testkit"]),
    ("beadsbox-sync", &["beadsbox-domain", "beadsbox-protocol"], &["beadsbox-testkit"]),
    (
        "beadsbox-app",
        &["beadsbox-documents", "beadsbox-domain", "beadsbox-printer", "beadsbox-protocol", "beadsbox-store", "beadsbox-sync"],
        &["beadsbox-testkit", "beadsbox-server"],
    ),
    ("beadsbox-documents", &["beadsbox-domain"], &[]),
    ("beadsbox-printer", &[], &[]),
    ("beadsbox-faults", &[], &["beadsbox-testkit"]),
    ("beadsbox-authority", &["beadsbox-domain", "beadsbox-protocol"], &[]),
    (
        "beadsbox-server",
        &["beadsbox-authority", "beadsbox-documents", "beadsbox-domain", "beadsbox-faults", "beadsbox-protocol"],
        &["beadsbox-testkit"],
    ),
    (
        "beadsbox-simulator",
        &["beadsbox-authority", "beadsbox-domain", "beadsbox-overlay", "beadsbox-protocol", "beadsbox-sync"],
        &["beadsbox-server", "beadsbox-store", "beadsbox-testkit"],
    ),
    ("beadsbox-testkit", &["beadsbox-domain", "beadsbox-protocol"], &[]),
    ("beadsbox-soak", &["beadsbox-app", "beadsbox-domain", "beadsbox-protocol", "beadsbox-testkit"], &[]),
    ("beadsbox-e2e", &["beadsbox-domain", "beadsbox-protocol", "beadsbox-testkit"], &[]),
    (
        "beadsbox-bench",
        &[
            "beadsbox-app",
            "beadsbox-documents",
            "beadsbox-domain",
            "beadsbox-e2e",
            "beadsbox-protocol",
            "beadsbox-store",
            "beadsbox-sync",
            "beadsbox-testkit",
        ],
        &[],
    ),
    ("mybeadsbox", &["beadsbox-app", "beadsbox-domain", "beadsbox-faults", "beadsbox-protocol"], &["beadsbox-testkit"]),
];

/// What a crate must not reach, by whatever way: a name, or the beginning of one where it ends with `*`.
const MUST_NOT_REACH: &[(&str, &[&str])] = &[
    ("beadsbox-domain", &["tokio", "reqwest", "rusqlite", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-protocol", &["tokio", "reqwest", "rusqlite", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-authority", &["tokio", "reqwest", "rusqlite", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-documents", &["tokio", "reqwest", "rusqlite", "sqlx*", "axum", "tauri*", "serialport", "typst-kit"]),
    ("beadsbox-faults", &["rusqlite", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-printer", &["tokio", "reqwest", "rusqlite", "sqlx*", "axum", "tauri*", "libudev*"]),
    ("beadsbox-overlay", &["tokio", "reqwest", "rusqlite", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-store", &["tokio", "reqwest", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-sync", &["rusqlite", "sqlx*", "axum", "tauri*"]),
    ("beadsbox-app", &["sqlx*", "axum", "tauri*", "beadsbox-server"]),
    ("beadsbox-server", &["rusqlite", "tauri*", "beadsbox-store", "beadsbox-sync", "beadsbox-app"]),
    ("beadsbox-testkit", &["rusqlite", "tauri*"]),
    ("beadsbox-soak", &["axum", "tauri*", "beadsbox-server"]),
    ("mybeadsbox", &["sqlx*", "axum", "beadsbox-server"]),
];

const MOST_LINES: usize = 450;
const SOURCES: [&str; 5] = ["rs", "ts", "svelte", "sql", "sh"];
/// Folders with nothing that a person writes.
const NOT_WRITTEN: [&str; 6] = ["target", "node_modules", "dist", "gen", "generated", "bindings"];

/// The workspace, with every feature of every crate.
static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap()
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn members() -> BTreeMap<&'static str, &'static PackageId> {
    METADATA.workspace_packages().into_iter().map(|package| (package.name.as_str(), &package.id)).collect()
}

/// What that package depends on directly, for what it is itself or for its tests.
fn dependencies(package: &PackageId, for_tests: bool) -> BTreeSet<&'static PackageId> {
    let node = METADATA.resolve.as_ref().unwrap().nodes.iter().find(|node| node.id == *package).unwrap();
    let wanted = |kind: DependencyKind| (kind == DependencyKind::Development) == for_tests;
    node.deps
        .iter()
        .filter(|dependency| dependency.dep_kinds.iter().any(|kind| wanted(kind.kind)))
        .map(|dependency| &dependency.pkg)
        .collect()
}

/// What that package depends on by whatever way, and of each the way that was found first.
fn reached(package: &'static PackageId) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![(package, METADATA[package].name.to_string())];
    while let Some((package, way)) = waiting.pop() {
        for dependency in dependencies(package, false) {
            let name = METADATA[dependency].name.as_str();
            let way = format!("{way} → {name}");
            if !found.contains_key(name) {
                found.insert(name, way.clone());
                waiting.push((dependency, way));
            }
        }
    }
    found
}

fn names(packages: &BTreeSet<&'static PackageId>) -> BTreeSet<&'static str> {
    packages.iter().map(|package| METADATA[*package].name.as_str()).collect()
}

#[test]
fn every_crate_is_in_the_table() {
    let entered: BTreeSet<&str> = MAY_USE.iter().map(|(name, ..)| *name).collect();
    assert_eq!(members().into_keys().collect::<BTreeSet<_>>(), entered, "the workspace, and MAY_USE");
}

#[test]
fn crates_use_only_what_they_may() {
    let members = members();
    for (name, may, tests_may) in MAY_USE {
        let package = members[name];
        let within = |for_tests| -> Vec<&str> { names(&dependencies(package, for_tests)).into_iter().filter(|used| members.contains_key(used)).collect() };
        for used in within(false) {
            assert!(may.contains(&used), "{name} must not use {used}");
        }
        for used in within(true) {
            // A crate's tests may use the crate itself, with other features.
            assert!(used == *name || may.contains(&used) || tests_may.contains(&used), "the tests of {name} must not use {used}");
        }
    }
}

#[test]
fn crates_do_not_reach_what_they_must_not_know() {
    let members = members();
    for (name, forbidden) in MUST_NOT_REACH {
        let package = members[name];
        for (reached, way) in reached(package) {
            let matches = |pattern: &&str| pattern.strip_suffix('*').map_or(*pattern == reached, |beginning| reached.starts_with(beginning));
            assert!(!forbidden.iter().any(matches), "{name} must not know {reached}: {way}");
        }
    }
}

#[test]
fn nothing_under_crates_depends_on_tauri() {
    for package in METADATA.workspace_packages() {
        if !package.manifest_path.as_std_path().starts_with(root().join("crates")) {
            continue;
        }
        for (reached, way) in reached(&package.id) {
            assert!(!reached.starts_with("tauri"), "{way}");
        }
    }
}

#[test]
fn no_file_is_too_long() {
    let mut folders = vec![root().to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && !NOT_WRITTEN.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if is_source(&path) {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= MOST_LINES, "{} has {lines} lines, more than {MOST_LINES}: it holds more than one idea", path.display());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 100, "only {looked_at} files were looked at");
}

fn is_source(path: &PathBuf) -> bool {
    *path == root().join("dev") || path.extension().is_some_and(|extension| SOURCES.iter().any(|source| extension == *source))
}

#[test]
fn the_tour_names_every_crate() {
    let tour = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let table = tour.split("## The crates").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let named: BTreeSet<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(members().into_keys().collect::<BTreeSet<_>>(), named, "the workspace, and the table in docs/architecture.md");
}
