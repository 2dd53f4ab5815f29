//! What the packages are made by: each system's configuration is one that Tauri takes, and says what people there expect.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use serde_json::Value;
use tauri::utils::config::{BundleTarget, BundleType, Config, WebviewInstallMode};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn json(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(name)).unwrap()).unwrap()
}

/// As Tauri merges them: what the second says takes the place of what the first does.
fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

/// The configuration of a system. Tauri's own types refuse a word that they do not know.
fn config_of(system: Option<&str>) -> Config {
    let mut config = json("tauri.conf.json");
    if let Some(system) = system {
        merge(&mut config, json(&format!("tauri.{system}.conf.json")));
    }
    serde_json::from_value(config).unwrap()
}

fn targets(config: &Config) -> Vec<BundleType> {
    match &config.bundle.targets {
        BundleTarget::List(targets) => targets.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_system_has_its_packages_and_their_icons_are_there() {
    for (system, wanted) in [(None, BundleType::Deb), (Some("windows"), BundleType::Msi), (Some("windows"), BundleType::Nsis), (Some("macos"), BundleType::Dmg)]
    {
        let config = config_of(system);
        assert!(config.bundle.active && targets(&config).contains(&wanted), "{system:?}");
        assert_eq!(config.identifier, "com.mybeadsbox.desktop");
        for icon in &config.bundle.icon {
            assert!(root().join(icon).is_file(), "{icon}");
        }
        assert!(root().join(config.bundle.license_file.unwrap()).is_file());
    }
    let endings: Vec<String> = config_of(None).bundle.icon.iter().map(|icon| icon.rsplit('.').next().unwrap().to_owned()).collect();
    assert!(["png", "icns", "ico"].iter().all(|ending| endings.iter().any(|known| known == ending)));
}

#[test]
fn installers_speak_both_languages_and_bring_a_web_view_where_there_is_none() {
    let windows = config_of(Some("windows")).bundle.windows;
    assert_eq!(windows.nsis.unwrap().languages.unwrap(), ["English", "French"]);
    let wix = json("tauri.windows.conf.json")["bundle"]["windows"]["wix"]["language"].clone();
    assert_eq!(wix, serde_json::json!(["en-US", "fr-FR"]));
    assert!(!matches!(windows.webview_install_mode, WebviewInstallMode::Skip));
    assert_eq!(config_of(Some("macos")).bundle.macos.minimum_system_version.as_deref(), Some("12.0"));
}

#[test]
fn updates_come_from_nobody_until_an_organisation_says_from_where_and_by_whose_key() {
    let config = config_of(None);
    let updater = &config.plugins.0["updater"];
    assert_eq!(updater["pubkey"], "");
    assert_eq!(updater["requireSignedVersion"], true);
    assert!(updater.get("endpoints").is_none());
    assert!(updater.as_object().unwrap().keys().all(|key| !key.starts_with("dangerous")));
}
