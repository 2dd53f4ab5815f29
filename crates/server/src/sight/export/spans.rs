//! Gives spans to the collector. Whoever did the work never waits for it: what does not fit in the queue is dropped and
//! counted, and so is what the collector does not take.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{SpanData, SpanExporter as _},
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{CollectorConfig, LAST, LONGEST, client, refused};
use crate::{error::StartError, sight::Work};

/// How many spans wait at most: some megabytes.
const MOST_WAITING: usize = 4096;
/// Why spans are dropped: the queue holds no more, or the collector did not take them.
const QUEUE_FULL: &str = "queue_full";
const NOT_TAKEN: &str = "not_taken";
/// How many go in one request.
const BATCH: usize = 512;
/// How long the first of a batch waits for others.
const GATHER: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Dropped {
    why: &'static str,
}

/// What waits to be given away.
enum Waiting {
    Span(Box<SpanData>),
    /// Whoever ends wants to know once everything before is given away.
    Last(oneshot::Sender<()>),
}

/// The way to the collector.
#[derive(Default)]
pub(crate) struct Traces {
    queue: OnceLock<mpsc::Sender<Waiting>>,
    counts: Counts,
}

#[derive(Clone, Default)]
struct Counts {
    given: Counter,
    dropped: Family<Dropped, Counter>,
}

impl Counts {
    fn drop(&self, why: &'static str, count: usize) {
        self.dropped.get_or_create(&Dropped { why }).inc_by(count as u64);
    }
}

impl Traces {
    pub fn register(&self, registry: &mut Registry) {
        // They begin at 0, so that the first one that is dropped is seen to be one more.
        for why in [QUEUE_FULL, NOT_TAKEN] {
            self.counts.drop(why, 0);
        }
        registry.register("spans", "Spans that the collector took", self.counts.given.clone());
        registry.register("spans_dropped", "Spans that it never got", self.counts.dropped.clone());
    }

    /// Opens the way. Nothing is sent yet, and a collector that is away is no reason not to start.
    pub fn start(&self, config: &CollectorConfig, resource: &Resource) -> Result<(), StartError> {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let exporter = exporter(config, resource)?;
        if self.queue.set(sender).is_ok() {
            tokio::spawn(give_away(exporter, receiver, self.counts.clone()));
        }
        Ok(())
    }

    /// Whether there is a collector: what spans alone need is looked up for none else.
    pub fn is_open(&self) -> bool {
        self.queue.get().is_some()
    }

    /// Hands it over. Without a collector it is not even put together.
    pub fn tell(&self, work: impl FnOnce() -> Work) {
        let Some(queue) = self.queue.get() else { return };
        match queue.try_reserve() {
            Ok(place) => place.send(Waiting::Span(Box::new(work().ended(SystemTime::now())))),
            Err(_) => self.counts.drop(QUEUE_FULL, 1),
        }
    }

    /// Waits until what was handed over is given away, but not for long.
    pub async fn close(&self) {
        let Some(queue) = self.queue.get() else { return };
        let given_away = async {
            let (told, waits) = oneshot::channel();
            if queue.send(Waiting::Last(told)).await.is_ok() {
                let _ = waits.await;
            }
        };
        if timeout(LAST, given_away).await.is_err() {
            tracing::warn!("the collector of traces did not take the last spans in time");
        }
    }
}

fn exporter(config: &CollectorConfig, resource: &Resource) -> Result<SpanExporter, StartError> {
    let built = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(config.address("traces")?)
        .with_timeout(LONGEST)
        .with_http_client(client()?)
        .build();
    let mut exporter = built.map_err(|error| refused(&error.to_string()))?;
    exporter.set_resource(resource);
    Ok(exporter)
}

/// Gives batches away, one after the other, until nobody can hand over any more.
async fn give_away(exporter: SpanExporter, mut waiting: mpsc::Receiver<Waiting>, counts: Counts) {
    let mut is_away = false;
    while let Some(first) = waiting.recv().await {
        let mut batch = Vec::new();
        let mut ends = Vec::new();
        sort(first, &mut batch, &mut ends);
        let gather = async {
            while batch.len() < BATCH && ends.is_empty() {
                let Some(next) = waiting.recv().await else { return };
                sort(next, &mut batch, &mut ends);
            }
        };
        tokio::select! {
            () = gather => {}
            () = sleep(GATHER) => {}
        }
        if !batch.is_empty() {
            is_away = give(&exporter, batch, &counts, is_away).await;
        }
        for end in ends {
            // Whoever went away does not want to know.
            let _ = end.send(());
        }
    }
}

fn sort(waiting: Waiting, batch: &mut Vec<SpanData>, ends: &mut Vec<oneshot::Sender<()>>) {
    match waiting {
        Waiting::Span(span) => batch.push(*span),
        Waiting::Last(told) => ends.push(told),
    }
}

/// Gives one batch. Whether the collector was away: only the first time is worth a line.
async fn give(exporter: &SpanExporter, batch: Vec<SpanData>, counts: &Counts, was_away: bool) -> bool {
    let count = batch.len();
    match timeout(LONGEST, exporter.export(batch)).await {
        Ok(Ok(())) => {
            counts.given.inc_by(count as u64);
            if was_away {
                tracing::info!("the collector takes traces again");
            }
            false
        }
        failed => {
            counts.drop(NOT_TAKEN, count);
            if !was_away {
                let error = failed.map_or_else(|_| "no answer in time".to_owned(), |failed| failed.err().map(|error| error.to_string()).unwrap_or_default());
                tracing::warn!(error, "the collector takes no traces: spans are dropped until it does");
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use opentelemetry::trace::SpanKind;
    use prometheus_client::encoding::text::encode;

    use super::*;
    use crate::sight::Place;

    fn work() -> Work {
        Work::new("a job".to_owned(), SpanKind::Consumer, Place::below(None), SystemTime::now())
    }

    #[tokio::test]
    async fn what_the_queue_does_not_hold_is_counted_and_nobody_waits_for_it() {
        // A collector that takes calls, and nothing else.
        let collector = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let traces = Traces::default();
        traces
            .start(&CollectorConfig::new(format!("http://{}", collector.local_addr().unwrap())), &Resource::builder().build())
            .unwrap();
        let mut registry = Registry::with_prefix("beadsbox");
        traces.register(&mut registry);
        // Nobody takes from the queue meanwhile: this test's one thread does not let go.
        let mut put_together = 0;
        for _ in 0..MOST_WAITING + 7 {
            traces.tell(|| {
                put_together += 1;
                work()
            });
        }
        assert_eq!(put_together, MOST_WAITING, "what is dropped is not even put together");
        let mut metrics = String::new();
        encode(&mut metrics, &registry).unwrap();
        assert!(metrics.contains("beadsbox_spans_dropped_total{why=\"queue_full\"} 7\n"), "{metrics}");
        assert!(metrics.contains("beadsbox_spans_dropped_total{why=\"not_taken\"} 0\n"), "{metrics}");

        // There is room again once something was taken out.
        tokio::task::yield_now().await;
        let before = put_together;
        traces.tell(|| {
            put_together += 1;
            work()
        });
        assert_eq!(put_together, before + 1);
    }
}
