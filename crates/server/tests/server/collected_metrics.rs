//! Metrics by OTLP, as a real collector's protobuf has them: the same numbers as `/metrics`, for as long as the process lives.

use std::{collections::BTreeSet, time::Duration};

use beadsbox_server::{CollectorConfig, Config};
use beadsbox_testkit::{Collector, ServerLog, ServerProgram, free_port};
use tokio::time::sleep;

use crate::support::{Stage, beside};

fn each(collector: &Collector, every: Duration) -> impl FnOnce(&mut Config) {
    let told = CollectorConfig { metrics_every: Some(every), ..CollectorConfig::new(collector.url()) };
    |config: &mut Config| config.collector = Some(told)
}

async fn asked(url: &str) {
    reqwest::get(url).await.unwrap();
}

#[tokio::test]
async fn a_collector_is_told_what_stands_in_metrics() {
    let collector = Collector::start().await.unwrap();
    let stage = Stage::new().await;
    let port = free_port().unwrap();
    let told = each(&collector, Duration::from_millis(200));
    let server = beside(&stage, |config| {
        told(config);
        config.metrics_listen = Some(([127, 0, 0, 1], port).into());
    })
    .await;
    for path in ["/v1/info", "/v1/info", "/nowhere?token=secret"] {
        asked(&format!("{}{path}", server.url())).await;
    }
    assert!(collector.number("beadsbox.requests", Some(("route", "none"))).await.is_some());
    assert!(collector.number("beadsbox.jobs_waiting", None).await.is_some());
    // What was told before the last of the three was counted is of another moment.
    let before = collector.numbers().len();
    while collector.numbers().len() < before + 2 * before.min(100) {
        sleep(Duration::from_millis(50)).await;
    }
    let numbers = collector.numbers();
    let last = |name: &str, fact: (&str, &str)| {
        let mut fitting = numbers
            .iter()
            .rev()
            .filter(|number| number.name == name && (fact.0.is_empty() || number.attributes.get(fact.0).is_some_and(|said| said == fact.1)));
        fitting.next().map(|number| number.value)
    };
    for (name, fact, value) in [
        ("beadsbox.requests", ("route", "/v1/info"), 2.0),
        ("beadsbox.requests", ("status", "404"), 1.0),
        ("beadsbox.request_seconds", ("route", "/v1/info"), 2.0),
        ("beadsbox.pool_connections", ("state", "most"), 12.0),
        ("beadsbox.database_up", ("", ""), 1.0),
        ("beadsbox.spans_dropped", ("why", "queue_full"), 0.0),
        ("beadsbox.server_info", ("version", env!("CARGO_PKG_VERSION")), 1.0),
    ] {
        // The pool of the server itself is as large as its front's.
        assert_eq!(last(name, fact), Some(value), "{name} {fact:?}");
    }
    assert!(numbers.iter().all(|number| number.service == "beadsbox-server"));
    let said = format!("{numbers:?}");
    assert!(!said.contains("secret") && !said.contains("nowhere"));

    // Nothing is told by one way alone.
    let metrics = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.unwrap().text().await.unwrap();
    let by_prometheus: BTreeSet<String> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE beadsbox_"))
        .map(|line| line.split_once(' ').unwrap())
        .map(|(name, kind)| if kind == "info" { format!("beadsbox.{name}_info") } else { format!("beadsbox.{name}") })
        .collect();
    let by_collector: BTreeSet<String> = numbers.iter().map(|number| number.name.clone()).collect();
    assert_eq!(by_prometheus, by_collector);
    server.stop().await;
}

#[tokio::test]
async fn at_the_end_what_was_counted_is_told_and_nothing_of_a_database_that_was_let_go() {
    let collector = Collector::start().await.unwrap();
    let stage = Stage::new().await;
    let server = beside(&stage, each(&collector, Duration::from_hours(1))).await;
    asked(&format!("{}/v1/info", server.url())).await;
    assert!(collector.numbers().is_empty());
    server.stop().await;
    assert_eq!(collector.number("beadsbox.requests", Some(("route", "/v1/info"))).await.map(|number| number.value), Some(1.0));
    assert!(!collector.numbers().iter().any(|number| number.name == "beadsbox.database_up"));
}

#[tokio::test]
async fn the_environment_says_who_is_told_how_often_and_with_which_key() {
    let collector = Collector::start().await.unwrap();
    collector.ask_for_key("se cret");
    let stage = Stage::new().await;
    let program = ServerProgram::new(env!("CARGO_BIN_EXE_beadsbox-server"), &stage.database);
    let start = async |name: &str, exporter: &str| {
        let mut process = if name == "worker" {
            program.worker(ServerLog::WithTheTest)
        } else {
            program.server(ServerLog::WithTheTest)
        }
        .unwrap();
        for (variable, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=se%20cret"),
            ("OTEL_SERVICE_NAME", name),
            ("OTEL_METRICS_EXPORTER", exporter),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        ] {
            process.set(variable, value);
        }
        process.up().await.unwrap();
        process
    };
    let mut silent = start("silent", "none").await;
    asked(&format!("{}/v1/info", silent.url())).await;
    let spans_of = |service: &str| collector.spans().iter().filter(|span| span.service == service).count();
    for _ in 0..100 {
        if spans_of("silent") > 0 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert!(spans_of("silent") > 0);
    assert!(silent.stop().await.unwrap().success());
    assert!(collector.numbers().is_empty(), "whoever reads /metrics is told nothing twice");

    let (mut front, mut worker) = (start("front", "otlp").await, start("worker", "otlp").await);
    let both = ["front", "worker"];
    for _ in 0..300 {
        if both
            .iter()
            .all(|service| collector.numbers().iter().any(|number| number.service == *service && number.name == "beadsbox.jobs_waiting"))
        {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    let services: BTreeSet<String> = collector.numbers().into_iter().map(|number| number.service).collect();
    assert_eq!(services, both.map(str::to_owned).into());
    assert!(front.stop().await.unwrap().success() && worker.stop().await.unwrap().success());
}
