//! What of an event goes out, whatever is put into it and wherever.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use beadsbox_faults::scrubbed;
use sentry::protocol::{Breadcrumb, Context, Event, Exception, Frame, LogEntry, Mechanism, OsContext, Request, Stacktrace, User};

/// Facts that go along with an event.
const FACTS: [&str; 3] = ["code", "kind", "sql_state"];
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

#[test]
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
