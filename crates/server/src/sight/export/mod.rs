//! What a collector is given, where one is named (OTLP over HTTP): spans of what was done, and the numbers that `/metrics` has.

mod metrics;
mod spans;
mod translated;

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use reqwest::{Client, redirect::Policy};
use url::Url;
use uuid::Uuid;

use crate::error::StartError;

pub(crate) use metrics::{Metrics, tell_metrics};
pub(crate) use spans::Traces;

/// How long the collector may take for one request, with the tries that it asks for.
const LONGEST: Duration = Duration::from_secs(10);
/// How long the end may wait for what is left.
const LAST: Duration = Duration::from_secs(3);

/// Where spans and numbers go. Headers, such as a key, are read from `OTEL_EXPORTER_OTLP_HEADERS`, or from
/// `OTEL_EXPORTER_OTLP_TRACES_HEADERS` and `_METRICS_HEADERS` where those are set.
#[derive(Debug, Clone)]
pub struct CollectorConfig {
    /// The collector's root, `http://127.0.0.1:4318`
    pub endpoint: String,
    /// How often it is given numbers; none where whoever wants them reads `/metrics`.
    pub metrics_every: Option<Duration>,
}

impl CollectorConfig {
    /// How often numbers are given where nobody says otherwise.
    pub const METRICS_EVERY: Duration = Duration::from_mins(1);

    /// That collector, given everything.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), metrics_every: Some(Self::METRICS_EVERY) }
    }

    /// Where it takes one kind of what it takes.
    fn address(&self, kind: &str) -> Result<Url, StartError> {
        let address = Url::parse(&self.endpoint).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let mut address = address.ok_or_else(|| refused("an address such as http://127.0.0.1:4318"))?;
        address.set_path(&format!("{}/v1/{kind}", address.path().trim_end_matches('/')));
        Ok(address)
    }
}

/// What asks the collector. A redirect would carry the key elsewhere.
fn client() -> Result<Client, StartError> {
    let client = Client::builder().timeout(LONGEST).redirect(Policy::none()).build();
    client.map_err(|error| refused(&error.to_string()))
}

fn refused(detail: &str) -> StartError {
    StartError::Refused(format!("OTEL_EXPORTER_OTLP_ENDPOINT: {detail}"))
}

/// What all spans and numbers of a process have in common. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say otherwise or more.
pub(super) fn resource() -> Resource {
    let name = std::env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
    let own = [("service.version", beadsbox_protocol::VERSION.to_owned()), ("service.instance.id", Uuid::now_v7().to_string())];
    let own = own.map(|(key, value)| KeyValue::new(key, value));
    Resource::builder().with_attributes(own).with_service_name(name.unwrap_or_else(|| "beadsbox-server".to_owned())).build()
}
