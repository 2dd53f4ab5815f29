//! `beadsbox-server worker`

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    broker, mail,
    serve::{end_in_order, log, signalled, until},
};
use crate::{CollectorConfig, Config, Server, error::StartError};

/// What a worker needs beside one connection for each job: some to look, to tell a broker, to make a snapshot, and one to spare.
const MORE_CONNECTIONS: u32 = 4;

/// Whether metrics go to the collector, by the names that OpenTelemetry gives exporters. A variable that is set to nothing is not set.
fn is_told(exporter: &str) -> Result<bool, String> {
    match exporter {
        "" | "otlp" => Ok(true),
        "none" | "prometheus" => Ok(false),
        other => Err(format!("otlp, or none, and not {other}")),
    }
}

/// How often, in milliseconds.
fn interval(milliseconds: &str) -> Result<Duration, String> {
    if milliseconds.is_empty() {
        return Ok(CollectorConfig::METRICS_EVERY);
    }
    let interval = milliseconds.parse().map(Duration::from_millis).map_err(|error| format!("{error}"))?;
    let bounds = Duration::from_secs(1)..=Duration::from_hours(1);
    if bounds.contains(&interval) { Ok(interval) } else { Err("1000 to 3600000".to_owned()) }
}

/// How much is worked on at once, how that ends, and where it is watched.
#[derive(clap::Args)]
pub(super) struct WorkArguments {
    /// How many jobs to work on at once, such as mails to send; a server that has 0 leaves them to `beadsbox-server worker`
    #[arg(long, default_value_t = 2, env = "BEADSBOX_WORKERS")]
    pub(super) workers: usize,
    /// How many seconds requests and jobs that have begun may still take on SIGTERM or SIGINT, after a server has served on for its drain seconds. Let
    /// whoever ends the process wait for 15 more than both
    #[arg(long, default_value_t = 30, env = "BEADSBOX_LAST_ORDERS", value_parser = clap::value_parser!(u64).range(1..=900))]
    last_orders: u64,
    /// Where Prometheus finds `/metrics`; without one there are none
    #[arg(long, value_name = "ADDRESS", env = "BEADSBOX_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// The root of a collector that takes traces and metrics by OTLP over HTTP, `http://127.0.0.1:4318`; without one there are no traces
    #[arg(long, value_name = "ADDRESS", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
    /// Whether that collector is given metrics as well, or whoever wants them reads `/metrics`
    #[arg(long = "metrics-exporter", value_name = "otlp|none", default_value = "otlp", env = "OTEL_METRICS_EXPORTER", value_parser = is_told, action = clap::ArgAction::Set)]
    metrics_are_told: bool,
    /// How often it is given them, in milliseconds; each minute where nothing is said
    #[arg(long, value_name = "MILLISECONDS", default_value = "", hide_default_value = true, env = "OTEL_METRIC_EXPORT_INTERVAL", value_parser = interval)]
    metrics_interval: Duration,
    /// The project at Sentry that is told of errors and panics, `https://key@sentry.example.com/1`; without one nobody is
    #[arg(long, value_name = "ADDRESS", env = "SENTRY_DSN", hide_env_values = true)]
    sentry_dsn: Option<SecretString>,
}

impl WorkArguments {
    fn faults(&self) -> Option<SecretString> {
        self.sentry_dsn.clone().filter(|project| !project.expose_secret().is_empty())
    }

    fn collector(&self) -> Option<CollectorConfig> {
        // A variable that is set to nothing is not set.
        let endpoint = self.otlp_endpoint.clone().filter(|endpoint| !endpoint.is_empty())?;
        let metrics_every = self.metrics_are_told.then_some(self.metrics_interval);
        Some(CollectorConfig { endpoint, metrics_every })
    }

    pub(super) fn config(&self, config: Config) -> Config {
        Config {
            workers: self.workers,
            last_orders: Duration::from_secs(self.last_orders),
            metrics_listen: self.metrics_listen,
            faults: self.faults(),
            collector: self.collector(),
            ..config
        }
    }
}

pub(super) async fn work(url: &SecretString, work: &WorkArguments, mail: &mail::Arguments, broker: &broker::BrokerArguments) -> Result<(), StartError> {
    let _faults = log(work.faults().as_ref())?;
    let ended = signalled()?;
    tokio::pin!(ended);
    // It listens nowhere.
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let connections = u32::try_from(work.workers.max(1)).unwrap_or(u32::MAX).saturating_add(MORE_CONNECTIONS);
    let config = work.config(Config::new(url.expose_secret(), nowhere));
    let config = Config { mail: mail.config()?, broker: broker.config(), database_connections: connections, ..config };
    let longest = config.longest_end();
    let worker = tokio::select! {
        worker = Server::start_worker(config) => worker?,
        _ = &mut ended => return Ok(()),
    };
    let end = until(ended, worker.ended()).await;
    match end {
        Ok(()) => end_in_order(longest, worker.stop()).await,
        Err(_) => end_in_order(longest, worker.leave_database()).await,
    }
    end
}
