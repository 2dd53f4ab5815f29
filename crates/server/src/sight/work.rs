//! A piece of work that was done, as a span.

use std::{borrow::Cow, time::SystemTime};

use beadsbox_protocol::trace::Trace;
use opentelemetry::{
    InstrumentationScope, KeyValue, Value,
    trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::Place;

/// What is told of it. Attributes are ids, numbers and names of this program; never what somebody typed.
pub(crate) struct Work {
    name: Cow<'static, str>,
    kind: SpanKind,
    place: Place,
    began: SystemTime,
    attributes: Vec<KeyValue>,
    links: Vec<Link>,
    failed: Option<Cow<'static, str>>,
}

impl Work {
    /// It began then and ends when it is handed over.
    pub fn new(name: impl Into<Cow<'static, str>>, kind: SpanKind, place: Place, began: SystemTime) -> Self {
        Self { name: name.into(), kind, place, began, attributes: Vec::new(), links: Vec::new(), failed: None }
    }

    /// With that fact.
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push(KeyValue::new(key, value));
        self
    }

    /// It has to do with another trace.
    pub fn beside(mut self, other: Option<Trace>) -> Self {
        let other = other.filter(|other| other.id() != self.place.at.id());
        self.links.extend(other.map(|other| Link::with_context(context(other, true))));
        self
    }

    /// It did something to a voucher that began in that trace: the one attribute that all of a voucher's life has in common.
    pub fn of_voucher(self, beginning: Option<Trace>) -> Self {
        match beginning {
            Some(beginning) => self.with("beadsbox.voucher.trace_id", beginning.id_text()),
            None => self,
        }
    }

    /// It came to nothing, for that reason; none where it did not.
    pub fn failed(mut self, why: Option<impl Into<Cow<'static, str>>>) -> Self {
        self.failed = why.map(Into::into);
        self
    }

    pub(super) fn ended(self, now: SystemTime) -> SpanData {
        let mut links = SpanLinks::default();
        links.links = self.links;
        SpanData {
            span_context: context(self.place.at, false),
            parent_span_id: self.place.parent.map_or(SpanId::INVALID, |parent| SpanId::from_bytes(parent.span())),
            parent_span_is_remote: self.place.parent.is_some(),
            span_kind: self.kind,
            name: self.name,
            start_time: self.began,
            // A clock that was set back in between.
            end_time: now.max(self.began),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            status: self.failed.map_or(Status::Unset, Status::error),
            instrumentation_scope: InstrumentationScope::builder("beadsbox").with_version(beadsbox_protocol::VERSION).build(),
        }
    }
}

fn context(trace: Trace, is_remote: bool) -> SpanContext {
    SpanContext::new(TraceId::from_bytes(trace.id()), SpanId::from_bytes(trace.span()), TraceFlags::SAMPLED, is_remote, TraceState::default())
}
