//! Gives the collector the numbers of `/metrics`, as often as is said. Nobody waits for it: what it does not take is told anew the next time.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry_proto::{
    tonic::{
        collector::metrics::v1::ExportMetricsServiceRequest,
        common::v1::InstrumentationScope,
        metrics::v1::{Metric, ResourceMetrics, ScopeMetrics},
        resource::v1::Resource as Told,
    },
    transform::common::tonic::ResourceAttributesWithSchema,
};
use opentelemetry_sdk::Resource;
use percent_encoding::percent_decode_str;
use prometheus_client::registry::Registry;
use prost::Message as _;
use reqwest::{
    Client,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use tokio::time::{MissedTickBehavior, interval_at, timeout};
use url::Url;

use super::{
    CollectorConfig, LAST, client,
    translated::{Span, translated},
};
use crate::{error::StartError, sight::moment, state::App};

/// The way of numbers to the collector.
#[derive(Default)]
pub(crate) struct Metrics(OnceLock<Way>);

struct Way {
    client: Client,
    headers: HeaderMap,
    address: Url,
    resource: Told,
    every: Duration,
    began: u64,
    /// It did not take the last ones: only the first time is worth a line.
    is_away: AtomicBool,
}

impl Metrics {
    /// Opens the way, where numbers are to go there. Nothing is sent yet.
    pub fn start(&self, config: &CollectorConfig, resource: &Resource) -> Result<(), StartError> {
        let Some(every) = config.metrics_every else { return Ok(()) };
        let said = std::env::var("OTEL_EXPORTER_OTLP_METRICS_HEADERS").or_else(|_| std::env::var("OTEL_EXPORTER_OTLP_HEADERS"));
        let headers = headers(&said.unwrap_or_default());
        let told = Told { attributes: ResourceAttributesWithSchema::from(resource).attributes.0, ..Told::default() };
        let way = Way {
            client: client()?,
            headers,
            address: config.address("metrics")?,
            resource: told,
            every,
            began: nanoseconds(),
            is_away: AtomicBool::new(false),
        };
        let _ = self.0.set(way);
        Ok(())
    }

    /// Says at the end how far the process has counted. What it only looks at, such as queues, it leaves out: it has let go of the database.
    pub async fn close(&self, counted: &Registry) {
        if let Some(way) = self.0.get()
            && timeout(LAST, way.give(&[counted])).await.is_err()
        {
            tracing::warn!("the collector of metrics did not take the last ones in time");
        }
    }
}

/// Gives numbers until the process is to end. Without a way there is nothing to do.
pub(crate) async fn tell_metrics(app: App, fronts: Vec<App>) {
    let Some(way) = app.sight.metrics.0.get() else { return };
    let mut clock = interval_at(tokio::time::Instant::now() + way.every, way.every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let tell = async {
        loop {
            clock.tick().await;
            let moment = moment::registry(&app, &fronts).await;
            way.give(&[&app.sight.registry, &moment]).await;
        }
    };
    tokio::select! {
        () = tell => {}
        () = app.stopped() => {}
    }
}

impl Way {
    async fn give(&self, registries: &[&Registry]) {
        let sent = self.send(registries).await;
        let was_away = self.is_away.swap(sent.is_err(), Ordering::Relaxed);
        match sent {
            Ok(()) if was_away => tracing::info!("the collector takes numbers again"),
            Ok(()) => {}
            Err(error) if was_away => tracing::debug!(error, "the collector still takes no numbers"),
            Err(ref error) => tracing::warn!(error, "the collector takes no numbers: it is told the next ones"),
        }
    }

    async fn send(&self, registries: &[&Registry]) -> Result<(), String> {
        let span = Span { began: self.began, now: nanoseconds() };
        let mut metrics = Vec::new();
        for registry in registries {
            metrics.extend(translated(registry, span).map_err(|error| error.to_string())?);
        }
        let request = self.client.post(self.address.clone()).headers(self.headers.clone()).header(CONTENT_TYPE, "application/x-protobuf");
        let answer = request.body(self.message(metrics).encode_to_vec()).send().await;
        // An address may hold a key.
        let answer = answer.map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("it answered {}", answer.status())) }
    }

    fn message(&self, metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
        let scope = InstrumentationScope { name: "beadsbox".to_owned(), version: beadsbox_protocol::VERSION.to_owned(), ..InstrumentationScope::default() };
        let of_scope = ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() };
        let of_process = ResourceMetrics { resource: Some(self.resource.clone()), scope_metrics: vec![of_scope], ..ResourceMetrics::default() };
        ExportMetricsServiceRequest { resource_metrics: vec![of_process] }
    }
}

fn nanoseconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

/// `name=value,other=value`, values with percent signs, as OpenTelemetry has it in the environment. What is none is left out, as the exporter of spans does.
fn headers(said: &str) -> HeaderMap {
    let header = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some((name.trim().parse::<HeaderName>().ok()?, value))
    };
    said.split(',').filter_map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_those_of_the_environment() {
        let read = headers(" api-key = se%20cret ,nonsense,=empty,x-tenant=a=b");
        assert_eq!(
            (read.len(), &read["api-key"], &read["x-tenant"]),
            (2, &HeaderValue::from_static("se cret"), &HeaderValue::from_static("a=b"))
        );
        assert!(headers("").is_empty());
    }
}
