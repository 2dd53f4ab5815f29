//! Tells whoever mends the program of its own faults (Sentry), and nothing of any person.
//!
//! What goes out is named piece by piece ([`scrubbed`]): where in the program it was, which trace it belongs to, words of the program itself, and a few facts
//! whose values can only be its own names and numbers. Whatever else an event holds, whoever put it there, stays here.

mod scrub;
mod watch;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use sentry::{
    Client, ClientOptions, Hub, Level,
    protocol::{Context, Event, TraceContext},
    types::Dsn,
};

pub use scrub::scrubbed;
pub use watch::{Watch, watch};

/// A trace and a part of it, as W3C Trace Context has them.
pub type Place = ([u8; 16], [u8; 8]);

/// The address is none that Sentry gives.
#[derive(Debug, thiserror::Error)]
#[error("no address of a project at Sentry, such as https://key@sentry.example.com/1")]
pub struct NotAnAddress;

/// Whoever is told at the moment.
static TOLD: RwLock<Option<Arc<Client>>> = RwLock::new(None);

/// How long the end may wait until the last ones are told.
const LAST: Duration = Duration::from_secs(2);

/// Faults are told as long as this lives. Dropped, it waits up to two seconds until the last ones are.
#[must_use = "dropped, nothing is told any more"]
pub struct Faults(Arc<Client>);

impl Drop for Faults {
    fn drop(&mut self) {
        set(None);
        self.0.close(Some(LAST));
    }
}

/// Begins to tell that project of faults and panics. `current` says at any moment what is being done.
pub fn tell(project: &str, release: &'static str, current: fn() -> Option<Place>) -> Result<Faults, NotAnAddress> {
    let dsn: Dsn = project.parse().map_err(|_| NotAnAddress)?;
    let before_send = move |event| {
        let mut event = scrubbed(event);
        if let Some((id, span)) = current() {
            let context = TraceContext { trace_id: id.into(), span_id: span.into(), ..TraceContext::default() };
            event.contexts.insert("trace".to_owned(), Context::Trace(Box::new(context)));
        }
        Some(event)
    };
    let mut options = ClientOptions::new().release(format!("my-beads-box@{release}")).before_send(before_send).max_breadcrumbs(0);
    options.dsn = Some(dsn);
    // The machine's name may be a person's.
    options.server_name = Some("".into());
    let client = Arc::new(Client::from_config(sentry::apply_defaults(options)));
    set(Some(Arc::clone(&client)));
    Ok(Faults(client))
}

/// Every thread's panics are told by the main hub's client, whoever began.
fn set(client: Option<Arc<Client>>) {
    Hub::main().bind_client(client.clone());
    *TOLD.write().unwrap_or_else(PoisonError::into_inner) = client;
}

/// Tells of a fault that the program logged there, in its own words; of what stands behind them (` name=value`) nothing goes out.
pub fn note(target: &str, said: &str) {
    let end = said
        .match_indices('=')
        .next()
        .map_or(said.len(), |(at, _)| said.get(..at).and_then(|before| before.rfind(' ')).unwrap_or(0));
    let message = said.get(..end).unwrap_or_default().trim();
    capture(Event { level: Level::Error, logger: Some(target.to_owned()), message: Some(message.to_owned()), ..Event::default() });
}

fn capture(event: Event<'static>) {
    let client = TOLD.read().unwrap_or_else(PoisonError::into_inner).clone();
    // Of others' code nothing is told: nobody here knows what it says.
    if let Some(client) = client.filter(|_| event.logger.as_deref().is_some_and(scrub::is_own)) {
        client.capture_event(event, None);
    }
}
