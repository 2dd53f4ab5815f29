//! A collector of traces and numbers: takes OTLP over HTTP, as the official protobuf has it.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::{Metric, metric::Data, number_data_point},
    resource::v1::Resource,
    trace::v1::Span,
};
use prost::{DecodeError, Message as _};
use tokio::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

use crate::stripe::http::{Request, Response, answer, read};

/// A span that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// 32 hexadecimal digits.
    pub trace: String,
    /// 16 of them.
    pub span: String,
    /// None where it is the first of its trace.
    pub parent: Option<String>,
    /// What was done.
    pub name: String,
    /// Which program did it.
    pub service: String,
    /// Facts, as text.
    pub attributes: BTreeMap<String, String>,
    /// The other traces that it names.
    pub links: Vec<String>,
    /// Whether it failed.
    pub failed: bool,
}

/// A number that came: of a distribution, how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectedNumber {
    /// What is counted.
    pub name: String,
    /// Which program counts.
    pub service: String,
    /// Facts, as text.
    pub attributes: BTreeMap<String, String>,
    /// How many.
    pub value: f64,
}

#[derive(Default)]
struct Desk {
    spans: Mutex<Vec<Collected>>,
    numbers: Mutex<Vec<CollectedNumber>>,
    key: Mutex<Option<String>>,
    silent: AtomicBool,
    away: AtomicBool,
}

/// The collector. It ends with the value.
pub struct Collector {
    desk: Arc<Desk>,
    url: String,
    serving: JoinHandle<()>,
}

impl Collector {
    /// Begins to listen.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let desk = Arc::<Desk>::default();
        let at_work = Arc::clone(&desk);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(Arc::clone(&at_work), BufReader::new(stream)));
            }
        });
        Ok(Self { desk, url, serving })
    }

    /// Its root.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it takes requests and answers nothing.
    pub fn be_silent(&self, silent: bool) {
        self.desk.silent.store(silent, Ordering::Relaxed);
    }

    /// Whether it refuses everything.
    pub fn be_away(&self, away: bool) {
        self.desk.away.store(away, Ordering::Relaxed);
    }

    /// Takes from now on what brings that `api-key` alone.
    pub fn ask_for_key(&self, key: &str) {
        *self.desk.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.to_owned());
    }

    /// The numbers that came so far, the last ones of each at the end.
    pub fn numbers(&self) -> Vec<CollectedNumber> {
        self.desk.numbers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came last of that name with that fact; none where nothing did within half a minute.
    pub async fn number(&self, name: &str, fact: Option<(&str, &str)>) -> Option<CollectedNumber> {
        let fits =
            |number: &CollectedNumber| number.name == name && fact.is_none_or(|(key, value)| number.attributes.get(key).is_some_and(|said| said == value));
        for _ in 0..300 {
            if let Some(number) = self.numbers().into_iter().rev().find(fits) {
                return Some(number);
            }
            sleep(Duration::from_millis(100)).await;
        }
        None
    }

    /// The spans that came so far.
    pub fn spans(&self) -> Vec<Collected> {
        self.desk.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came of that trace, once all of these were done in it; after half a minute whatever there is.
    pub async fn in_trace(&self, trace: &str, names: &[&str]) -> Vec<Collected> {
        for _ in 0..300 {
            let spans: Vec<Collected> = self.spans().into_iter().filter(|span| span.trace == trace).collect();
            if names.iter().all(|name| spans.iter().any(|span| span.name == *name)) {
                return spans;
            }
            sleep(Duration::from_millis(100)).await;
        }
        self.spans().into_iter().filter(|span| span.trace == trace).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(desk: Arc<Desk>, mut stream: BufReader<TcpStream>) {
    let Ok(Some(request)) = read(&mut stream).await else { return };
    if desk.silent.load(Ordering::Relaxed) {
        sleep(Duration::from_hours(1)).await;
    }
    let status = take(&desk, &request);
    let response = Response { status, kind: "application/x-protobuf", location: None, body: String::new() };
    // Whoever hung up does not want to know.
    let _ = answer(&mut stream, &response).await;
}

fn take(desk: &Desk, request: &Request) -> &'static str {
    if desk.away.load(Ordering::Relaxed) {
        return "400 Bad Request";
    }
    if (request.method.as_str(), request.header("content-type")) != ("POST", Some("application/x-protobuf")) {
        return "415 Unsupported Media Type";
    }
    let key = desk.key.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if key.is_some() && key.as_deref() != request.header("api-key") {
        return "401 Unauthorized";
    }
    let taken = match request.path.as_str() {
        "/v1/traces" => take_spans(desk, &request.body),
        "/v1/metrics" => take_numbers(desk, &request.body),
        _ => return "404 Not Found",
    };
    if taken.is_ok() { "200 OK" } else { "400 Bad Request" }
}

fn take_spans(desk: &Desk, body: &[u8]) -> Result<(), DecodeError> {
    let brought = ExportTraceServiceRequest::decode(body)?;
    let mut spans = desk.spans.lock().unwrap_or_else(PoisonError::into_inner);
    for resource in brought.resource_spans {
        let service = service(resource.resource);
        spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans).map(|span| collected(span, &service)));
    }
    Ok(())
}

fn take_numbers(desk: &Desk, body: &[u8]) -> Result<(), DecodeError> {
    let brought = ExportMetricsServiceRequest::decode(body)?;
    let mut numbers = desk.numbers.lock().unwrap_or_else(PoisonError::into_inner);
    for resource in brought.resource_metrics {
        let service = service(resource.resource);
        numbers.extend(resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics).flat_map(|metric| told(metric, &service)));
    }
    Ok(())
}

fn service(resource: Option<Resource>) -> String {
    let told = resource.map(|resource| facts(&resource.attributes)).unwrap_or_default();
    told.get("service.name").cloned().unwrap_or_default()
}

fn told(metric: Metric, service: &str) -> Vec<CollectedNumber> {
    let Metric { name, data, .. } = metric;
    let number = |attributes: &[KeyValue], value| CollectedNumber { name: name.clone(), service: service.to_owned(), attributes: facts(attributes), value };
    let value = |value: Option<number_data_point::Value>| match value {
        Some(number_data_point::Value::AsDouble(value)) => value,
        Some(number_data_point::Value::AsInt(value)) => i32::try_from(value).map_or(f64::NAN, f64::from),
        None => f64::NAN,
    };
    match data {
        Some(Data::Sum(sum)) => sum.data_points.iter().map(|point| number(&point.attributes, value(point.value))).collect(),
        Some(Data::Gauge(gauge)) => gauge.data_points.iter().map(|point| number(&point.attributes, value(point.value))).collect(),
        Some(Data::Histogram(told)) => told
            .data_points
            .iter()
            .map(|point| number(&point.attributes, u32::try_from(point.count).map_or(f64::NAN, f64::from)))
            .collect(),
        _ => Vec::new(),
    }
}

fn collected(span: Span, service: &str) -> Collected {
    Collected {
        trace: hex::encode(&span.trace_id),
        span: hex::encode(&span.span_id),
        parent: (!span.parent_span_id.is_empty()).then(|| hex::encode(&span.parent_span_id)),
        attributes: facts(&span.attributes),
        links: span.links.iter().map(|link| hex::encode(&link.trace_id)).collect(),
        failed: span.status.is_some_and(|status| status.code == 2),
        name: span.name,
        service: service.to_owned(),
    }
}

fn facts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let value = |fact: &KeyValue| fact.value.as_ref().and_then(|value| value.value.as_ref()).map(text).unwrap_or_default();
    attributes.iter().map(|fact| (fact.key.clone(), value(fact))).collect()
}
