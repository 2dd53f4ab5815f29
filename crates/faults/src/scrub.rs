//! What of an event may go out. A list of what may, and not of what may not: what nobody thought of stays.

use std::collections::BTreeMap;

use sentry::protocol::{Event, Exception, Frame, Mechanism, Stacktrace};

/// Facts that go along. Each is a name or a number of the program, by whoever logs it.
const FACTS: [&str; 14] =
    ["as_ordered", "attempts", "code", "count", "front", "kind", "line", "method", "of_it", "outcome", "sql_state", "status", "trouble", "work"];
const LONGEST_FACT: usize = 64;
const LONGEST_NAME: usize = 300;
const LONGEST_MESSAGE: usize = 200;
/// In the place of what stays here.
const HIDDEN: &str = "…";

/// The event without anything that is not known to be the program's own.
pub fn scrubbed(event: Event<'static>) -> Event<'static> {
    let own = event.logger.as_deref().is_some_and(is_own);
    Event {
        event_id: event.event_id,
        timestamp: event.timestamp,
        level: event.level,
        platform: event.platform,
        sdk: event.sdk,
        release: event.release.filter(|release| is_fact(release)),
        environment: event.environment.filter(|environment| is_fact(environment)),
        // Messages of the program's own log are its own words: a test holds that none is put together.
        message: event.message.filter(|message| own && message.len() <= LONGEST_MESSAGE && !message.contains(['@', '\n'])),
        logger: event.logger.filter(|logger| is_own(logger)),
        exception: event.exception.into_iter().map(exception).collect::<Vec<_>>().into(),
        tags: event
            .tags
            .into_iter()
            .filter(|(name, value)| FACTS.contains(&name.as_str()) && is_fact(value))
            .collect::<BTreeMap<_, _>>(),
        ..Event::default()
    }
}

/// Whether that is where this program logs.
pub(crate) fn is_own(target: &str) -> bool {
    (target.starts_with("beadsbox_") || target.starts_with("mybeadsbox")) && is_name(target)
}

/// Whether a value can be a name or number of the program: no text that somebody typed has spaces or `@` left.
fn is_fact(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= LONGEST_FACT
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./{}+@".contains(&byte))
        && !is_address(value)
}

/// A release is `my-beads-box@1.2.3`, and an address is not.
fn is_address(value: &str) -> bool {
    value.contains('@') && !value.starts_with("my-beads-box@")
}

/// A path of Rust's: modules, functions, types.
fn is_name(value: &str) -> bool {
    value.len() <= LONGEST_NAME && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:<>{}#&*,;$.[]() -'".contains(&byte))
}

/// A panic's words may hold anything that the program held at the moment. Where it was says more anyway.
fn exception(exception: Exception) -> Exception {
    Exception {
        ty: if is_name(&exception.ty) { exception.ty } else { HIDDEN.to_owned() },
        value: exception.value.map(|_| HIDDEN.to_owned()),
        module: exception.module.filter(|module| is_name(module)),
        stacktrace: exception.stacktrace.map(stacktrace),
        mechanism: exception.mechanism.map(|mechanism| Mechanism {
            ty: if is_name(&mechanism.ty) { mechanism.ty } else { HIDDEN.to_owned() },
            handled: mechanism.handled,
            ..Mechanism::default()
        }),
        ..Exception::default()
    }
}

fn stacktrace(stacktrace: Stacktrace) -> Stacktrace {
    Stacktrace { frames: stacktrace.frames.into_iter().map(frame).collect(), ..Stacktrace::default() }
}

/// Which function in which line. Folders of whoever built it, and variables, are nobody's business.
fn frame(frame: Frame) -> Frame {
    let file = |path: String| path.rsplit(['/', '\\']).next().map(str::to_owned).filter(|name| is_fact(name));
    Frame {
        function: frame.function.filter(|function| is_name(function)),
        module: frame.module.filter(|module| is_name(module)),
        filename: frame.filename.and_then(file),
        lineno: frame.lineno,
        in_app: frame.in_app,
        ..Frame::default()
    }
}
