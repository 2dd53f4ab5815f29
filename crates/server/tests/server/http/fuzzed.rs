//! Every endpoint of the OpenAPI document, asked with what it allows and with what it does not, by schemathesis.

use std::{ffi::OsStr, process::Output};

use beadsbox_domain::Role;
use beadsbox_server::Front;
use tokio::process::Command;

use crate::support::{Stage, beside, bound, sell};

/// Names the program; `./dev test` installs it and sets this.
const VARIABLE: &str = "BEADSBOX_SCHEMATHESIS";
/// What would end the session, or what it may do, and so everything that comes after: asked last.
const LAST: [&str; 2] = ["/v1/sessions", "/v1/admin/policy"];

/// Who asks, of what, for how many seconds.
struct Round<'a> {
    who: &'a str,
    token: &'a str,
    paths: Vec<&'static str>,
    seconds: &'static str,
}

async fn ask(program: &OsStr, base: &str, round: &Round<'_>) -> Output {
    let mut command = Command::new(program);
    command.args(["run", &format!("{base}/openapi.json"), "--no-color", "--warnings", "off", "--generation-database", "none"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--checks", "not_a_server_error", "--max-time", round.seconds, "--request-timeout", "20"]);
    command.args(["--header", &format!("Authorization: Bearer {}", round.token)]);
    command.args(&round.paths).kill_on_drop(true).output().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
async fn no_request_brings_a_server_error() {
    let Some(program) = std::env::var_os(VARIABLE) else {
        eprintln!("skipped: {VARIABLE} names no schemathesis");
        return;
    };
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    sell(&mut device).await;
    // The clock of a test stands: with the usual bound everything without a token would be refused from the first second on.
    let server = beside(&stage, |config| bound(config, Front::All, &["per-address=10000000"])).await;
    let without = LAST.iter().flat_map(|path| ["--exclude-path", path]);
    let only = LAST.iter().flat_map(|path| ["--include-path", path]);
    let rounds = [
        Round { who: "a device", token: &device.token, paths: vec!["--include-tag", "sync", "--exclude-path", LAST[0]], seconds: "40" },
        Round { who: "an admin", token: &session.token, paths: without.collect(), seconds: "60" },
        Round { who: "an admin, last", token: &session.token, paths: only.collect(), seconds: "10" },
    ];
    for round in rounds {
        let Output { status, stdout, stderr } = ask(&program, &server.url(), &round).await;
        let words = format!("{}\n{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success(), "{}: {words}", round.who);
        assert!(words.contains("No issues found"), "{}: it asked nothing: {words}", round.who);
    }
}
