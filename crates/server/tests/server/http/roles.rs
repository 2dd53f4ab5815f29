//! Who may call what: a table of every endpoint.

use std::collections::BTreeSet;

use beadsbox_domain::Role;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Stage, raw};

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Anybody,
    /// Whoever has a device's token.
    Device,
    /// Whoever has a token, also one that the server does not know: what they show must be signed.
    Bearer,
    /// Whoever has a device's token, or any session's.
    DeviceOrSession,
    /// Any session.
    Session,
    /// A session of the back office or an admin.
    Office,
    /// An admin's session.
    Admin,
}
use Caller::{Admin, Anybody, Bearer, Device, DeviceOrSession, Office, Session};

const TABLE: [(&str, &str, Caller); 75] = [
    ("GET", "/healthz", Anybody),
    ("GET", "/readyz", Anybody),
    ("GET", "/v1/info", Anybody),
    ("GET", "/v1/catalogue", Anybody),
    ("POST", "/v1/devices/enrol", Anybody),
    ("POST", "/v1/devices/recognise", Bearer),
    ("POST", "/v1/devices/incarnations", Device),
    ("POST", "/v1/sessions", Device),
    ("DELETE", "/v1/sessions", DeviceOrSession),
    ("PUT", "/v1/sessions/pin", Session),
    ("PUT", "/v1/sessions/password", Session),
    ("GET", "/v1/sessions/second-factor", Session),
    ("POST", "/v1/sessions/second-factor", Session),
    ("PUT", "/v1/sessions/second-factor", Session),
    ("POST", "/v1/sync/push", Device),
    ("GET", "/v1/sync/changes", Device),
    ("GET", "/v1/sync/operations", Device),
    ("GET", "/v1/sync/digest", Device),
    ("GET", "/v1/sync/range", Device),
    ("GET", "/v1/sync/snapshot", Device),
    ("GET", "/v1/sync/snapshot/{id}/{number}", Device),
    ("GET", "/v1/vouchers/{id}/history", Device),
    ("GET", "/v1/templates/{id}/history", Device),
    ("PUT", "/v1/conflicts/{id}/assignee", Office),
    ("GET", "/v1/admin/shops", Admin),
    ("POST", "/v1/admin/shops", Admin),
    ("GET", "/v1/admin/staff", Admin),
    ("POST", "/v1/admin/staff", Admin),
    ("PATCH", "/v1/admin/staff/{id}", Admin),
    ("POST", "/v1/admin/staff/{id}/badge", Admin),
    ("DELETE", "/v1/admin/staff/{id}/badge", Admin),
    ("PUT", "/v1/admin/policy", Admin),
    ("GET", "/v1/admin/devices", Admin),
    ("PATCH", "/v1/admin/devices/{id}", Admin),
    ("PUT", "/v1/admin/devices/{id}/limits", Admin),
    ("POST", "/v1/admin/devices/{id}/revoke", Admin),
    ("POST", "/v1/admin/enrolment-codes", Admin),
    ("GET", "/v1/admin/end-of-day", Admin),
    ("PUT", "/v1/admin/accounts", Admin),
    ("PUT", "/v1/admin/shops/{id}", Admin),
    ("POST", "/v1/admin/staff/{id}/password", Admin),
    ("POST", "/v1/admin/staff/{id}/second-factor/remove", Admin),
    ("PUT", "/v1/admin/least-validity", Admin),
    ("POST", "/v1/admin/personal-data/find", Admin),
    ("POST", "/v1/admin/personal-data/export", Admin),
    ("POST", "/v1/admin/personal-data/erase", Admin),
    ("GET", "/v1/admin/acts", Admin),
    ("GET", "/v1/reports/liability", Office),
    ("GET", "/v1/reports/activity", Office),
    ("GET", "/v1/reports/ageing", Office),
    ("GET", "/v1/reports/breakage", Office),
    ("GET", "/v1/reports/vat", Office),
    ("GET", "/v1/reports/accounting", Office),
    ("POST", "/v1/admin/outbox-imports", Admin),
    ("GET", "/v1/admin/quarantine", Admin),
    ("POST", "/v1/admin/quarantine/{device}/{incarnation}", Admin),
    ("GET", "/v1/vouchers/{id}/mails", Office),
    ("POST", "/v1/vouchers/{id}/mails", Office),
    ("POST", "/v1/password-resets", Device),
    ("PUT", "/v1/password-resets", Device),
    ("POST", "/v1/reservations/find", Session),
    ("GET", "/v1/admin/jobs", Admin),
    ("POST", "/v1/admin/jobs", Admin),
    ("POST", "/v1/admin/jobs/{id}", Admin),
    ("GET", "/v1/admin/mail", Admin),
    ("PUT", "/v1/admin/mail", Admin),
    ("PUT", "/v1/admin/mail/texts", Admin),
    ("POST", "/v1/admin/mail/preview", Admin),
    ("POST", "/v1/admin/mail/test", Admin),
    ("GET", "/v1/admin/staff-addresses", Admin),
    ("PUT", "/v1/admin/staff/{id}/email", Admin),
    ("GET", "/v1/vouchers", Office),
    ("GET", "/v1/admin/shop-page", Admin),
    ("PUT", "/v1/admin/shop-page", Admin),
    ("POST", "/v1/admin/shop-orders/{id}", Admin),
];

#[test]
fn every_endpoint_is_in_the_table() {
    let documented: BTreeSet<(String, String)> = beadsbox_server::router_paths().into_iter().collect();
    let tested: BTreeSet<(String, String)> = TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(documented, tested);
}

/// Whoever writes another program reads the document: what it says of tokens is what is asked for.
#[test]
fn the_document_says_who_may_call() {
    let document = serde_json::to_value(beadsbox_server::openapi_document()).unwrap();
    for (method, path, caller) in TABLE {
        let schemes: BTreeSet<&str> = document["paths"][path][method.to_lowercase()]["security"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(|scheme| scheme.keys().map(String::as_str))
            .collect();
        let expected: &[&str] = match caller {
            Anybody => &[],
            Device | Bearer => &["device"],
            DeviceOrSession => &["device", "session"],
            Session | Office | Admin => &["session"],
        };
        assert_eq!(schemes, expected.iter().copied().collect(), "{method} {path}");
    }
}

/// What an endpoint says to an empty request with that token: let in, or the code of the refusal.
async fn knock(stage: &Stage, method: &str, path: &str, token: Option<&str>) -> String {
    let path = path
        .replace("{id}", &uuid::Uuid::nil().to_string())
        .replace("{device}", &uuid::Uuid::nil().to_string())
        .replace("{incarnation}", "1")
        .replace("{number}", "0");
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let body = if method == Method::GET || method == Method::DELETE { "" } else { "{}" };
    let (status, problem) = raw(method, &format!("{}{path}", stage.base), token, "application/json", body).await;
    match status.as_u16() {
        401 | 403 => problem.get("code").and_then(Value::as_str).unwrap_or_default().to_owned(),
        status if status < 500 => "let in".to_owned(),
        status => format!("{status}: {problem}"),
    }
}

#[tokio::test]
async fn each_role_at_every_endpoint() {
    let stage = Stage::new().await;
    let (admin_device, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let mut sessions = vec![(Role::Admin, admin.token.clone())];
    for (name, role) in [("Margaux", Role::BackOffice), ("Camille", Role::Counter)] {
        sessions.push((role, stage.device_with_session(name, role).await.1.token));
    }
    for (method, path, caller) in TABLE {
        let name = format!("{method} {path}");
        for token in [None, Some("00"), Some("' OR 1=1 --")] {
            let expected = match caller {
                Anybody => "let in",
                Bearer if token.is_some() => "let in",
                Device | Bearer => "unknown_device",
                Admin | Office | Session | DeviceOrSession => "session_expired",
            };
            assert_eq!(knock(&stage, method, path, token).await, expected, "{name} with {token:?}");
        }
        let expected = if matches!(caller, Admin | Office | Session) { "session_expired" } else { "let in" };
        if caller != DeviceOrSession {
            assert_eq!(knock(&stage, method, path, Some(&admin_device.token)).await, expected, "{name} with a device's token");
        }
        for (role, token) in &sessions {
            let expected = match caller {
                Anybody | Bearer | Session => "let in",
                Device => "unknown_device",
                Admin if *role == Role::Admin => "let in",
                Office if *role != Role::Counter => "let in",
                Admin | Office => "forbidden",
                // It would end the session that the rest of the table needs.
                DeviceOrSession => continue,
            };
            assert_eq!(knock(&stage, method, path, Some(token)).await, expected, "{name} as {role:?}");
        }
    }
    for (role, token) in &sessions {
        assert_eq!(knock(&stage, "DELETE", "/v1/sessions", Some(token)).await, "let in", "{role:?} signs out");
        assert_eq!(knock(&stage, "DELETE", "/v1/sessions", Some(token)).await, "session_expired");
    }
    assert_eq!(knock(&stage, "DELETE", "/v1/sessions", Some(&admin_device.token)).await, "let in");
}

#[tokio::test]
async fn a_revoked_device_and_a_session_at_it_are_let_in_nowhere_but_to_push() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    sqlx::query("UPDATE device SET state = 'revoked' WHERE id = $1").bind(device.id.0).execute(&stage.pool).await.unwrap();
    for (method, path, caller) in TABLE {
        let with_token = knock(&stage, method, path, Some(&device.token)).await;
        // Signing out is always granted, and would end the session that the rest of the table needs.
        let with_session = if caller == DeviceOrSession {
            String::new()
        } else {
            knock(&stage, method, path, Some(&session.token)).await
        };
        match caller {
            // What it pushes is kept for an admin.
            Device if path == "/v1/sync/push" => assert_eq!((with_token.as_str(), with_session.as_str()), ("let in", "unknown_device")),
            Anybody | Bearer => assert_eq!((with_token.as_str(), with_session.as_str()), ("let in", "let in")),
            Device => assert_eq!((with_token.as_str(), with_session.as_str()), ("device_revoked", "unknown_device"), "{method} {path}"),
            Admin | Office | Session => assert_eq!((with_token.as_str(), with_session.as_str()), ("session_expired", "device_revoked"), "{method} {path}"),
            DeviceOrSession => assert_eq!(with_token, "device_revoked"),
        }
    }
}
