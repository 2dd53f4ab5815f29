//! A collector of traces: takes OTLP over HTTP, as the official protobuf has it.

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
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;
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

#[derive(Default)]
struct Desk {
    spans: Mutex<Vec<Collected>>,
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

    /// What came so far.
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
    if (request.method.as_str(), request.path.as_str(), request.header("content-type")) != ("POST", "/v1/traces", Some("application/x-protobuf")) {
        return "404 Not Found";
    }
    let Ok(brought) = ExportTraceServiceRequest::decode(request.body.as_slice()) else { return "400 Bad Request" };
    let mut spans = desk.spans.lock().unwrap_or_else(PoisonError::into_inner);
    for resource in brought.resource_spans {
        let told = resource.resource.map(|resource| facts(&resource.attributes)).unwrap_or_default();
        let service = told.get("service.name").cloned().unwrap_or_default();
        spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans).map(|span| collected(span, &service)));
    }
    "200 OK"
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
