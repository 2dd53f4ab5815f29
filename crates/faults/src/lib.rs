//! Tells whoever mends the program of its own faults (Sentry), and nothing of any person.
//!
//! What goes out is named piece by piece ([`scrubbed`]): where in the program it was, which trace it belongs to, words of the program itself, and a few facts
//! whose values can only be its own names and numbers. Whatever else an event holds, whoever put it there, stays here.

mod scrub;
mod watch;

use std::sync::Arc;

use sentry::{ClientInitGuard, ClientOptions, protocol::Context, types::Dsn};

pub use scrub::scrubbed;
pub use watch::{Watch, watch};

/// A trace and a part of it, as W3C Trace Context has them.
pub type Place = ([u8; 16], [u8; 8]);

/// The address is none that Sentry gives.
#[derive(Debug, thiserror::Error)]
#[error("no address of a project at Sentry, such as https://key@sentry.example.com/1")]
pub struct NotAnAddress;

/// Faults are told as long as this lives. Dropped, it waits up to two seconds until the last ones are.
#[must_use = "dropped, nothing is told any more"]
pub struct Faults(#[expect(dead_code, reason = "it is there to be dropped")] ClientInitGuard);

/// Begins to tell that project of faults and panics. `current` says at any moment what is being done.
pub fn tell(project: &str, release: &'static str, current: fn() -> Option<Place>) -> Result<Faults, NotAnAddress> {
    let dsn: Dsn = project.parse().map_err(|_| NotAnAddress)?;
    let before_send = move |event| {
        let mut event = scrubbed(event);
        if let Some((id, span)) = current() {
            let context = sentry::protocol::TraceContext { trace_id: id.into(), span_id: span.into(), ..Default::default() };
            event.contexts.insert("trace".to_owned(), Context::Trace(Box::new(context)));
        }
        Some(event)
    };
    let mut options = ClientOptions::new().release(format!("my-beads-box@{release}")).before_send(before_send).max_breadcrumbs(0);
    options.dsn = Some(dsn);
    // The machine's name may be a person's.
    options.server_name = Some("".into());
    options.before_breadcrumb = Some(Arc::new(|_| None));
    Ok(Faults(sentry::init(options)))
}
