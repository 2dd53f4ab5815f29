//! `/metrics`, `/readyz`, and traces in the log.

use beadsbox_testkit::{ServerLog, ServerProgram, free_port};
use reqwest::Method;
use serde_json::Value;

use super::ask;
use crate::support::{Stage, beside, until_settled};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The number of that line, if it is there.
fn value(metrics: &str, line: &str) -> Option<f64> {
    metrics.lines().find_map(|said| said.strip_prefix(line)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn what_was_asked_is_counted_by_endpoint_and_nothing_that_a_client_makes_up() {
    let stage = Stage::new().await;
    let port = free_port().unwrap();
    let server = beside(&stage, |config| config.metrics_listen = Some(([127, 0, 0, 1], port).into())).await;
    let root = server.url();
    for _ in 0..2 {
        ask(&format!("{root}/v1/info"), &[]).await;
    }
    for path in ["/nowhere", "/nor/here?token=secret"] {
        ask(&format!("{root}{path}"), &[]).await;
    }
    let voucher = format!("{root}/v1/vouchers/{}/history", uuid::Uuid::nil());
    ask(&voucher, &[]).await;
    reqwest::Client::new().request(Method::from_bytes(b"MAKEUP").unwrap(), format!("{root}/v1/info")).send().await.unwrap();

    let answer = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let metrics = all_metrics(port).await;
    for (line, expected) in [
        ("beadsbox_requests_total{front=\"all\",method=\"GET\",route=\"/v1/info\",status=\"200\"}", 2.0),
        ("beadsbox_requests_total{front=\"all\",method=\"GET\",route=\"none\",status=\"404\"}", 2.0),
        ("beadsbox_requests_total{front=\"all\",method=\"GET\",route=\"/v1/vouchers/{id}/history\",status=\"401\"}", 1.0),
        ("beadsbox_requests_total{front=\"all\",method=\"other\",route=\"/v1/info\",status=\"405\"}", 1.0),
        ("beadsbox_request_seconds_count{front=\"all\",method=\"GET\",route=\"/v1/info\"}", 2.0),
        ("beadsbox_pool_connections{front=\"all\",state=\"most\"}", 12.0),
        ("beadsbox_free_places{front=\"all\",state=\"requests\"}", 256.0),
        ("beadsbox_database_up", 1.0),
        ("beadsbox_database_standbys", 0.0),
        ("beadsbox_leaving", 0.0),
    ] {
        assert_eq!(value(&metrics, line), Some(expected), "{line}\n{metrics}");
    }
    assert!(!metrics.contains("nowhere") && !metrics.contains("secret") && !metrics.contains("MAKEUP"));
    assert!(["redis", "replica", "broker"].iter().all(|part| !metrics.contains(part)), "what is not there is not told");
    assert!(metrics.ends_with("# EOF\n"));
    assert_eq!(ask(&format!("{root}/metrics"), &[]).await.0, 404, "nor is it told at the port that everybody reaches");
    server.stop().await;
}

/// What stands there once the database has answered: on a busy machine it is left out at first.
async fn all_metrics(port: u16) -> String {
    for _ in 0..20 {
        let metrics = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.unwrap().text().await.unwrap();
        if value(&metrics, "beadsbox_database_up") == Some(1.0) {
            return metrics;
        }
    }
    panic!("the database does not answer");
}

/// Dashboards and monitors may ask for what stands in `metrics.txt` and for nothing else, which the check of deployments holds. This holds that it is there.
#[tokio::test]
async fn dashboards_ask_for_what_there_is() {
    let listed = include_str!("../../../../../deploy/grafana/metrics.txt");
    let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(" server")).collect();
    assert!(names.len() > 10, "{listed}");
    let stage = Stage::new().await;
    let port = free_port().unwrap();
    let server = beside(&stage, |config| config.metrics_listen = Some(([127, 0, 0, 1], port).into())).await;
    ask(&format!("{}/v1/info", server.url()), &[]).await;
    let metrics = all_metrics(port).await;
    // These are there where there is a copy, a Redis or a broker.
    let sometimes = include_str!("../../../src/sight/moment.rs");
    for name in names {
        let base = name.trim_end_matches("_total");
        let is_there = metrics.contains(&format!("# TYPE {base} "));
        let may_be =
            ["beadsbox_replica_lag_seconds", "beadsbox_redis_up", "beadsbox_broker_up"].contains(&base) && sometimes.contains(&base.replace("beadsbox_", "\""));
        assert!(is_there || may_be, "nobody gives {name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_waits_is_told_with_how_long() {
    let stage = Stage::new().await;
    let port = free_port().unwrap();
    let server = beside(&stage, |config| config.metrics_listen = Some(([127, 0, 0, 1], port).into())).await;
    let metrics = async || all_metrics(port).await;
    until_settled(&stage).await;
    let before = metrics().await;
    assert_eq!((value(&before, "beadsbox_sequencer_lag_seconds"), value(&before, "beadsbox_sequencer_waiting")), (Some(0.0), Some(0.0)));
    assert_eq!((value(&before, "beadsbox_jobs_given_up"), value(&before, "beadsbox_jobs_due_seconds")), (Some(0.0), Some(0.0)));

    // Somebody holds the sequencer up. The number is that of `Lock::Sequencer`.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(0x6265_6164_7365_7131_i64).execute(&mut *holder).await.unwrap();
    sqlx::query("INSERT INTO change_inbox (kind, entity_id, noted_at) SELECT 'shop', $1, now() - interval '90 seconds'")
        .bind(stage.shop.id.0)
        .execute(&stage.pool)
        .await
        .unwrap();
    let now = stage.clock.now();
    for (state, end) in [("waiting", "NULL, NULL"), ("dead", "'internal', now()")] {
        let sql = format!(
            "INSERT INTO job (id, kind, cause, payload, created_at, run_after, state, trouble, ended_at)
             SELECT gen_random_uuid(), 'voucher_mail', gen_random_uuid(), '{{}}', '{now}', '{now}'::timestamptz - interval '70 seconds', '{state}', {end}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&stage.pool).await.unwrap();
    }
    let behind = metrics().await;
    assert!(value(&behind, "beadsbox_sequencer_lag_seconds").unwrap() >= 90.0, "{behind}");
    assert_eq!(value(&behind, "beadsbox_sequencer_waiting"), Some(1.0));
    assert!(value(&behind, "beadsbox_jobs_due_seconds").unwrap() >= 70.0, "{behind}");
    assert_eq!((value(&behind, "beadsbox_jobs_given_up"), value(&behind, "beadsbox_jobs_waiting")), (Some(1.0), Some(1.0)));
    // It is told to whoever distributes requests as well, and takes nobody out.
    let ready: Value = reqwest::get(format!("{}/readyz", server.url())).await.unwrap().json().await.unwrap();
    assert_eq!((ready["memory"].as_str(), ready["jobs_given_up"].as_u64()), (Some("process"), Some(1)));
    assert!(ready["jobs_due_seconds"].as_u64().unwrap() >= 70, "{ready}");
    holder.rollback().await.unwrap();
    until_settled(&stage).await;
    assert_eq!(value(&metrics().await, "beadsbox_sequencer_lag_seconds"), Some(0.0));
    server.stop().await;
}

#[tokio::test]
async fn a_line_of_the_log_says_which_trace_it_belongs_to() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let program = ServerProgram::new(env!("CARGO_BIN_EXE_beadsbox-server"), &stage.database);
    let mut process = program.server(ServerLog::File(log.clone())).unwrap();
    process.up().await.unwrap();
    let url = format!("{}/v1/info?secret=1", process.url());
    ask(&url, &[("traceparent", &format!("00-{TRACE}-00f067aa0ba902b7-01"))]).await;
    ask(&url, &[("traceparent", "00-nonsense")]).await;
    assert!(process.stop().await.unwrap().success());
    let text = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let spans: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .map(|line| &line["span"])
        .filter(|span| span["path"] == "/v1/info")
        .collect();
    assert_eq!(spans.len(), 2, "{text}");
    assert_eq!(
        (spans[0]["trace_id"].as_str(), spans[0]["client"].as_str(), spans[0]["front"].as_str()),
        (Some(TRACE), Some("127.0.0.1"), Some("all"))
    );
    let own = spans[1]["trace_id"].as_str().unwrap();
    assert!(own != TRACE && own.len() == 32 && spans[1]["span_id"].as_str().unwrap().len() == 16, "{own}");
    assert!(!text.contains("secret"));
}
