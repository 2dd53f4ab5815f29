//! API, administration and shop page apart, behind what stands in front of them, and what they remember together.

mod apart;
mod load;
mod memory;
mod proxies;
mod rolling;
mod sight;
mod slow;

use beadsbox_server::{Config, Front, FrontConfig};

/// Each front at a port of its own.
fn apart(config: &mut Config) {
    config.fronts = [Front::Api, Front::Admin, Front::Shop].map(|front| FrontConfig::new(front, "127.0.0.1:0".parse().unwrap())).into();
    config.database_connections = 6;
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
