//! Watches the program's own log for errors.

use std::{collections::BTreeMap, fmt};

use sentry::{Level, protocol::Event as Told};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use crate::scrub::is_own;

/// A layer that tells of errors. Where nobody is to be told ([`crate::tell`]) it does nothing.
pub struct Watch(());

/// The layer.
pub const fn watch() -> Watch {
    Watch(())
}

fn is_told(metadata: &Metadata<'_>) -> bool {
    *metadata.level() == tracing::Level::ERROR && is_own(metadata.target())
}

impl<S: Subscriber> Layer<S> for Watch {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if !is_told(metadata) {
            return;
        }
        let mut facts = Facts::default();
        event.record(&mut facts);
        if let Some(line) = metadata.line() {
            facts.tags.insert("line".to_owned(), line.to_string());
        }
        // What may not go out is taken out where everything passes, before it is sent.
        crate::capture(Told { level: Level::Error, logger: Some(metadata.target().to_owned()), message: facts.message, tags: facts.tags, ..Told::default() });
    }
}

#[derive(Default)]
struct Facts {
    message: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Visit for Facts {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = Some(text);
        } else {
            self.tags.insert(field.name().to_owned(), text);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.tags.insert(field.name().to_owned(), value.to_owned());
    }
}
