//! What a registry holds, as OTLP has it. `/metrics` and the collector are told the same numbers: both read the one registry.

use std::fmt;

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum, metric::Data, number_data_point::Value as Number,
    },
};
use prometheus_client::{
    encoding::prometheus_protobuf::{
        encode,
        prometheus_data_model::{self as told, LabelPair, MetricFamily},
    },
    registry::Registry,
};

use crate::sight::PREFIX;

/// Since when the process counts and when it was looked at, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub began: u64,
    pub now: u64,
}

/// Everything in it. Names begin with `beadsbox.`, so that what Prometheus reads by way of a collector is called as in `/metrics`.
pub(super) fn translated(registry: &Registry, span: Span) -> Result<Vec<Metric>, fmt::Error> {
    Ok(encode(registry)?.into_iter().filter_map(|family| metric(family, span)).collect())
}

/// None where nothing was counted yet.
fn metric(family: MetricFamily, span: Span) -> Option<Metric> {
    let (mut sums, mut levels, mut distributions) = (Vec::new(), Vec::new(), Vec::new());
    for series in family.metric {
        let attributes = series.label.into_iter().map(attribute).collect();
        if let Some(counter) = series.counter {
            sums.push(NumberDataPoint { start_time_unix_nano: span.began, ..number(attributes, counter.value, span) });
        } else if let Some(level) = series.gauge {
            levels.push(number(attributes, level.value, span));
        } else if let Some(histogram) = series.histogram {
            distributions.push(distribution(&histogram, attributes, span));
        }
    }
    let aggregation_temporality = AggregationTemporality::Cumulative.into();
    let data = if !sums.is_empty() {
        Data::Sum(Sum { data_points: sums, aggregation_temporality, is_monotonic: true })
    } else if !levels.is_empty() {
        Data::Gauge(Gauge { data_points: levels })
    } else if !distributions.is_empty() {
        Data::Histogram(Histogram { data_points: distributions, aggregation_temporality })
    } else {
        return None;
    };
    Some(Metric { name: name(&family.name), description: family.help, data: Some(data), ..Metric::default() })
}

/// What counts is called `_total` by Prometheus alone.
fn name(said: &str) -> String {
    let name = said.strip_prefix(PREFIX).and_then(|name| name.strip_prefix('_')).unwrap_or(said);
    format!("{PREFIX}.{}", name.strip_suffix("_total").unwrap_or(name))
}

fn number(attributes: Vec<KeyValue>, value: f64, span: Span) -> NumberDataPoint {
    NumberDataPoint { attributes, time_unix_nano: span.now, value: Some(Number::AsDouble(value)), ..NumberDataPoint::default() }
}

/// Prometheus' buckets hold those below them as well, OTLP's do not; and the last one, of whatever is above all bounds, has no bound there.
fn distribution(histogram: &told::Histogram, attributes: Vec<KeyValue>, span: Span) -> HistogramDataPoint {
    let bounds = histogram.bucket.iter().map(|bucket| bucket.upper_bound).filter(|bound| *bound < f64::MAX);
    let up_to = histogram.bucket.iter().map(|bucket| bucket.cumulative_count);
    let below = std::iter::once(0).chain(up_to.clone());
    HistogramDataPoint {
        attributes,
        start_time_unix_nano: span.began,
        time_unix_nano: span.now,
        count: histogram.sample_count,
        sum: Some(histogram.sample_sum),
        explicit_bounds: bounds.collect(),
        bucket_counts: up_to.zip(below).map(|(up_to, below)| up_to - below).collect(),
        ..HistogramDataPoint::default()
    }
}

fn attribute(label: LabelPair) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(label.value)) };
    KeyValue { key: label.name, value: Some(value), ..KeyValue::default() }
}

#[cfg(test)]
mod tests {
    use prometheus_client::{
        encoding::EncodeLabelSet,
        metrics::{counter::Counter, family::Family, gauge::Gauge, histogram, info::Info},
    };

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
    struct Which {
        route: &'static str,
    }

    const SPAN: Span = Span { began: 1, now: 2 };

    fn one(metrics: &[Metric], name: &str) -> Data {
        metrics
            .iter()
            .find(|metric| metric.name == name)
            .and_then(|metric| metric.data.clone())
            .unwrap_or_else(|| panic!("no {name} in {metrics:#?}"))
    }

    #[test]
    fn counts_levels_and_facts_are_sums_and_gauges() {
        let mut registry = Registry::with_prefix(PREFIX);
        let (requests, waiting) = (Family::<Which, Counter>::default(), Gauge::<i64>::default());
        registry.register("requests", "Requests", requests.clone());
        registry.register("jobs_waiting", "Jobs", waiting.clone());
        registry.register("server", "Which", Info::new(Which { route: "here" }));
        registry.register("unused", "Nothing yet", Family::<Which, Counter>::default());
        requests.get_or_create(&Which { route: "/v1/info" }).inc_by(3);
        waiting.set(7);
        let metrics = translated(&registry, SPAN).unwrap();
        let Data::Sum(sum) = one(&metrics, "beadsbox.requests") else { panic!("a sum") };
        assert!(sum.is_monotonic && sum.aggregation_temporality == AggregationTemporality::Cumulative as i32);
        let point = &sum.data_points[0];
        assert_eq!((point.value, point.start_time_unix_nano, point.time_unix_nano), (Some(Number::AsDouble(3.0)), 1, 2));
        assert_eq!(point.attributes, [attribute(LabelPair { name: "route".to_owned(), value: "/v1/info".to_owned() })]);
        let Data::Gauge(level) = one(&metrics, "beadsbox.jobs_waiting") else { panic!("a gauge") };
        assert_eq!((level.data_points[0].value, level.data_points[0].start_time_unix_nano), (Some(Number::AsDouble(7.0)), 0));
        let Data::Gauge(fact) = one(&metrics, "beadsbox.server_info") else { panic!("a gauge") };
        assert_eq!((fact.data_points[0].value, fact.data_points[0].attributes.len()), (Some(Number::AsDouble(1.0)), 1));
        assert_eq!(metrics.len(), 3, "what was not counted yet is not told: {metrics:#?}");
    }

    #[test]
    fn each_bucket_counts_for_itself_and_the_last_has_no_bound() {
        let mut registry = Registry::with_prefix(PREFIX);
        let seconds = histogram::Histogram::new([0.1, 1.0]);
        registry.register("request_seconds", "Took", seconds.clone());
        for took in [0.05, 0.06, 0.5, 30.0] {
            seconds.observe(took);
        }
        let Data::Histogram(told) = one(&translated(&registry, SPAN).unwrap(), "beadsbox.request_seconds") else {
            panic!("a histogram")
        };
        let point = &told.data_points[0];
        assert_eq!((&point.explicit_bounds[..], &point.bucket_counts[..], point.count), (&[0.1, 1.0][..], &[2, 1, 1][..], 4));
        assert!((point.sum.unwrap() - 30.61).abs() < 1e-9);
    }
}
