//! Programs that are too old for the server.

use beadsbox_domain::Role;
use beadsbox_protocol::{CLIENT_VERSION_HEADER, ErrorCode, Problem};
use beadsbox_server::{Config, Server};
use reqwest::StatusCode;

use crate::support::{Stage, config};

async fn ask(base: &str, path: &str, version: Option<&str>) -> (StatusCode, Option<Problem>) {
    let mut request = reqwest::Client::new().get(format!("{base}{path}"));
    if let Some(version) = version {
        request = request.header(CLIENT_VERSION_HEADER, version);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    (status, response.json().await.ok())
}

#[tokio::test]
async fn a_program_below_the_least_version_is_told_to_update_whatever_it_asks() {
    let stage = Stage::new().await;
    let least = Some("1.4.0".parse().unwrap());
    let server = Server::start(Config { least_client: least, ..config(&stage.database, &stage.clock) }).await.unwrap();
    for path in ["/v1/info", "/v1/sync/changes", "/v1/admin/staff", "/v1/nowhere"] {
        for old in ["1.3.9", "0.1.0", "1.4.0-rc.1"] {
            let (status, problem) = ask(&server.url(), path, Some(old)).await;
            let problem = problem.unwrap();
            assert_eq!((status, problem.code), (StatusCode::UPGRADE_REQUIRED, ErrorCode::ClientTooOld), "{path} with {old}");
            assert!(problem.detail.unwrap().contains("1.4.0") && problem.instance.is_some());
        }
    }
    // Others, and whoever says nothing that can be read: browsers, scripts, load balancers.
    for other in [Some("1.4.0"), Some("1.10.0"), Some("2.0.0-rc.1"), Some("new"), Some(""), None] {
        assert_eq!(ask(&server.url(), "/v1/info", other).await.0, StatusCode::OK, "{other:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn without_a_least_version_every_program_is_served() {
    let stage = Stage::new().await;
    stage.device("Camille", Role::Counter).await;
    assert_eq!(ask(&stage.base, "/v1/info", Some("0.0.1")).await.0, StatusCode::OK);
}
