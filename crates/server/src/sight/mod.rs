//! What whoever runs the server sees of it: counts, times and queues for Prometheus, and traces of what was done (`trace` says where in them somebody is,
//! `work` what was done, `export` gives it and the numbers away).

mod export;
mod moment;
mod trace;
mod work;

use std::time::{Duration, SystemTime};

use axum::{
    Router,
    extract::{MatchedPath, State},
    http::{Method, header},
    response::{IntoResponse, Response},
    routing::get,
};
use opentelemetry::trace::SpanKind;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::{
    error::{Failure, StartError},
    front::Front,
    state::App,
};
use export::{Metrics, Traces};

pub use export::CollectorConfig;
pub(crate) use export::tell_metrics;
pub(crate) use trace::{Place, current, of_taken};
pub(crate) use work::Work;

/// What every name begins with.
const PREFIX: &str = "beadsbox";
/// OpenMetrics, which Prometheus and the agents that read it for others take.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Up to so many seconds a request took: a long poll may take 55.
const SECONDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

/// What is counted while the process runs.
pub(crate) struct Sight {
    registry: Registry,
    pub traces: Traces,
    metrics: Metrics,
    requests: Family<Answered, Counter>,
    seconds: Family<Timed, Histogram, fn() -> Histogram>,
}

/// A request, as it is counted. There are only so many: paths are those of the endpoints and not what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Answered {
    front: &'static str,
    method: &'static str,
    route: String,
    status: u16,
}

/// The same without its status, which would make each histogram many.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Timed {
    front: &'static str,
    method: &'static str,
    route: String,
}

impl Answered {
    pub fn new(front: Front, method: &Method, route: Option<&MatchedPath>, status: u16) -> Self {
        Self { front: front.name(), method: name_of(method), route: route.map_or("none", MatchedPath::as_str).to_owned(), status }
    }
}

impl Answered {
    /// The same as a span, which began then.
    pub fn work(&self, place: Place, began: SystemTime) -> Work {
        Work::new(format!("{} {}", self.method, self.route), SpanKind::Server, place, began)
            .with("http.request.method", self.method)
            .with("http.route", self.route.clone())
            .with("http.response.status_code", i64::from(self.status))
            .with("beadsbox.front", self.front)
            .failed((self.status >= 500).then_some("a fault of the server, or it is busy"))
    }
}

/// Methods are few, and what a client makes up is one more.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Sight {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let requests = Family::<Answered, Counter>::default();
        let seconds = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("request_seconds", "How long they took", seconds.clone());
        let traces = Traces::default();
        traces.register(&mut registry);
        Self { registry, traces, metrics: Metrics::default(), requests, seconds }
    }
}

impl Sight {
    /// Opens the ways to the collector. One that is away is no reason not to start.
    pub fn start(&self, config: &CollectorConfig) -> Result<(), StartError> {
        let resource = export::resource();
        self.traces.start(config, &resource)?;
        self.metrics.start(config, &resource)
    }

    /// Gives the collector what is left, but not for long.
    pub async fn close(&self) {
        tokio::join!(self.traces.close(), self.metrics.close(&self.registry));
    }

    /// Counts a request that was answered after so long.
    pub fn count(&self, answered: &Answered, took: Duration) {
        self.requests.get_or_create(answered).inc();
        let Answered { front, method, route, .. } = answered.clone();
        self.seconds.get_or_create(&Timed { front, method, route }).observe(took.as_secs_f64());
    }
}

/// What the port of the metrics serves. It is for whoever runs the server: it asks for no token, and belongs in no load balancer.
pub(crate) fn router(app: App, fronts: Vec<App>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state((app, fronts))
}

async fn metrics(State((app, fronts)): State<(App, Vec<App>)>) -> Result<Response, Failure> {
    let moment = moment::registry(&app, &fronts).await;
    let mut said = String::new();
    let written = text::encode_registry(&mut said, &app.sight.registry)
        .and_then(|()| text::encode_registry(&mut said, &moment))
        .and_then(|()| text::encode_eof(&mut said));
    written.map_err(|error| Failure::Defect(format!("metrics: {error}")))?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], said).into_response())
}
