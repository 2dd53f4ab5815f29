//! API, administration and shop page apart, behind what stands in front of them, and what they remember together.

mod apart;
mod load;
mod memory;
mod proxies;
mod rolling;
mod sight;
mod slow;

use beadsbox_server::{Config, Front, FrontConfig, LimitChange, RunningServer, Server};

use crate::support::{Stage, config};

/// A server beside the stage's, on its database, as the changes say.
async fn beside(stage: &Stage, change: impl FnOnce(&mut Config)) -> RunningServer {
    let mut config = config(&stage.database, &stage.clock);
    change(&mut config);
    Server::start(config).await.unwrap()
}

/// Each front at a port of its own.
fn apart(config: &mut Config) {
    config.fronts = [Front::Api, Front::Admin, Front::Shop].map(|front| FrontConfig::new(front, "127.0.0.1:0".parse().unwrap())).into();
    config.database_connections = 6;
}

/// With those bounds at that front.
fn bound(config: &mut Config, front: Front, changes: &[&str]) {
    let changes: Vec<LimitChange> = changes.iter().map(|change| change.parse().unwrap()).collect();
    for served in config.fronts.iter_mut().filter(|served| served.front == front) {
        served.limits = served.limits.with(&changes);
    }
}

/// The status of an answer, and how long to wait where it says so.
async fn ask(url: &str, headers: &[(&str, &str)]) -> (u16, Option<u64>) {
    let mut request = reqwest::Client::new().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), wait)
}
