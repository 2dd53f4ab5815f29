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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rstest::rstest;
    use sentry::protocol::{Breadcrumb, Context, LogEntry, OsContext, Request, User};

    use super::*;

    /// Each kind of what must never go out.
    const SECRETS: [&str; 12] = [
        "Zoé Zazie",
        "zazie@example.org",
        "12 rue des Perles, 75004 Paris",
        "7K3M-Q2XA-9FDCW",
        "MBB1:6BFOXN%TSMAHN-H3ZSUZ.T7$3",
        "Bearer 5f4dcc3b5aa765d61d8327deb882cf99",
        "postgres://beadsbox_web:hunter2@db.example.com/beadsbox",
        "INSERT INTO person VALUES ('Zazie')",
        "Key (email)=(zazie@example.org) already exists.",
        "{\"buyer\":\"Zazie\",\"email\":\"zazie@example.org\"}",
        "/home/zazie/beads/main.rs",
        "192.168.7.21",
    ];

    fn out(event: Event<'static>) -> String {
        serde_json::to_string(&scrubbed(event)).unwrap()
    }

    #[rstest]
    fn what_is_nobodys_business_stays_wherever_it_is_put() {
        for secret in SECRETS {
            let text = || Some(secret.to_owned());
            let values = || BTreeMap::from([("code".to_owned(), secret.into()), ("x".to_owned(), secret.into())]);
            let trace = Stacktrace {
                frames: vec![Frame {
                    abs_path: text(),
                    context_line: text(),
                    pre_context: vec![secret.to_owned()],
                    post_context: vec![secret.to_owned()],
                    package: text(),
                    symbol: text(),
                    vars: values(),
                    ..Frame::default()
                }],
                ..Stacktrace::default()
            };
            let event = Event {
                message: text(),
                logentry: Some(LogEntry { message: secret.to_owned(), params: vec![secret.into()] }),
                culprit: text(),
                transaction: text(),
                server_name: Some(secret.into()),
                dist: Some(secret.into()),
                fingerprint: vec![secret.into()].into(),
                user: Some(User { id: text(), email: text(), username: text(), other: values(), ..User::default() }),
                request: Some(Request {
                    data: text(),
                    query_string: text(),
                    cookies: text(),
                    headers: BTreeMap::from([("authorization".to_owned(), secret.to_owned())]),
                    ..Request::default()
                }),
                breadcrumbs: vec![Breadcrumb { message: text(), data: values(), ..Breadcrumb::default() }].into(),
                contexts: BTreeMap::from([("os".to_owned(), Context::Os(Box::new(OsContext { name: text(), ..OsContext::default() })))]),
                extra: values(),
                tags: BTreeMap::from([("secret".to_owned(), secret.to_owned())]),
                modules: BTreeMap::from([(secret.to_owned(), secret.to_owned())]),
                exception: vec![Exception {
                    ty: "panic".to_owned(),
                    value: text(),
                    thread_id: None,
                    stacktrace: Some(trace.clone()),
                    raw_stacktrace: Some(trace.clone()),
                    mechanism: Some(Mechanism { ty: "panic".to_owned(), description: text(), data: values(), ..Mechanism::default() }),
                    ..Exception::default()
                }]
                .into(),
                stacktrace: Some(trace),
                ..Event::default()
            };
            let out = out(event);
            assert!(!out.contains(secret) && !out.to_lowercase().contains("zazie"), "{secret}: {out}");
        }
    }

    #[test]
    fn what_has_a_name_of_the_programs_own_needs_a_value_of_its_own_too() {
        for secret in SECRETS.iter().filter(|secret| **secret != "192.168.7.21" && **secret != "7K3M-Q2XA-9FDCW" && !secret.starts_with('/')) {
            for fact in FACTS {
                let tags = BTreeMap::from([(fact.to_owned(), (*secret).to_owned())]);
                let out = out(Event { tags, logger: Some((*secret).to_owned()), release: Some((*secret).into()), ..Event::default() });
                assert!(!out.contains(secret), "{out}");
            }
        }
    }

    #[test]
    fn where_it_was_and_what_the_program_says_of_it_goes_out() {
        let event = Event {
            logger: Some("beadsbox_server::error".to_owned()),
            message: Some("a request failed".to_owned()),
            tags: BTreeMap::from([("kind".to_owned(), "VoucherMail".to_owned()), ("sql_state".to_owned(), "23505".to_owned())]),
            release: Some("my-beads-box@0.1.0".into()),
            exception: vec![Exception {
                ty: "panic".to_owned(),
                stacktrace: Some(Stacktrace {
                    frames: vec![Frame {
                        function: Some("beadsbox_server::http::edge::logged::{{closure}}".to_owned()),
                        filename: Some("/home/zazie/beads/crates/server/src/http/edge.rs".to_owned()),
                        lineno: Some(42),
                        ..Frame::default()
                    }],
                    ..Stacktrace::default()
                }),
                ..Exception::default()
            }]
            .into(),
            ..Event::default()
        };
        let out = out(event);
        for said in ["beadsbox_server::error", "a request failed", "VoucherMail", "23505", "my-beads-box@0.1.0", "edge::logged", "\"edge.rs\"", "42"] {
            assert!(out.contains(said), "{said}: {out}");
        }
        assert!(!out.contains("zazie"));
    }

    #[test]
    fn words_of_somebody_elses_code_stay() {
        let event = Event { logger: Some("sqlx::query".to_owned()), message: Some("slow statement".to_owned()), ..Event::default() };
        let out = out(event);
        assert!(!out.contains("slow") && !out.contains("sqlx"), "{out}");
    }
}
