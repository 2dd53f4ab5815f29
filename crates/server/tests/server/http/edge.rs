//! What is the same for every endpoint: ids, problems, hostile input.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Stage, raw};

#[tokio::test]
async fn every_failure_is_a_problem_with_the_requests_id() {
    let stage = Stage::new().await;
    let device = stage.till("Camille").await;
    let token = Some(device.token.as_str());
    let json = "application/json";
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(70_000));
    for (method, path, kind, body, status, code) in [
        (Method::GET, "/nowhere", json, String::new(), 404, "not_found"),
        (Method::GET, "/v1/sync/push", json, String::new(), 405, "malformed"),
        (Method::PUT, "/v1/info", json, String::new(), 405, "malformed"),
        (Method::POST, "/v1/sync/push", "text/plain", "{}".into(), 415, "malformed"),
        (Method::POST, "/v1/sync/push", json, "{".into(), 400, "malformed"),
        (Method::POST, "/v1/sync/push", json, "\u{0}".into(), 400, "malformed"),
        (Method::POST, "/v1/sync/push", json, deep, 400, "malformed"),
        (Method::POST, "/v1/sync/push", json, "{\"epoch\":1}".into(), 400, "malformed"),
        (Method::POST, "/v1/sessions", json, "{\"name\":1,\"password\":[]}".into(), 400, "malformed"),
        (Method::POST, "/v1/sessions", json, long, 413, "too_large"),
        (Method::GET, "/v1/sync/changes", json, String::new(), 400, "malformed"),
        (Method::GET, "/v1/vouchers/%00/history", json, String::new(), 400, "malformed"),
        (Method::GET, "/v1/vouchers/%ff%fe/history", json, String::new(), 400, "malformed"),
    ] {
        let (found, problem) = raw(method.clone(), &format!("{}{path}", stage.base), token, kind, body).await;
        assert_eq!((found.as_u16(), problem["code"].as_str().unwrap_or_default()), (status, code), "{method} {path}: {problem}");
        assert_eq!(problem["status"], status);
        assert!(problem["instance"].as_str().is_some_and(|id| id.len() == 36), "{problem}");
    }
}

#[tokio::test]
async fn anybody_can_tell_what_server_this_is() {
    let stage = Stage::new().await;
    let (status, info) = raw(Method::GET, &format!("{}/v1/info", stage.base), None, "application/json", "").await;
    assert_eq!((status.as_u16(), info["name"].as_str()), (200, Some("my-beads-box")));
    assert_eq!(info["epoch"], stage.server.as_ref().unwrap().epoch().to_string());
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        let (status, _) = raw(Method::GET, &format!("{}{path}", stage.base), None, "application/json", "").await;
        assert_eq!(status, 200, "{path}");
    }
}

#[tokio::test]
async fn without_its_database_the_server_says_so_and_comes_back() {
    let stage = Stage::new().await;
    let ready = format!("{}/readyz", stage.base);
    let device = stage.till("Camille").await;
    // Nobody may connect, and who was connected is cut off.
    let name: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&stage.pool).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("ALTER DATABASE {name} CONNECTION LIMIT 0")))
        .execute(&stage.pool)
        .await
        .unwrap();
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'beadsbox_test' AND datname = current_database()")
        .execute(&stage.pool)
        .await
        .unwrap();
    let (status, problem) = raw(Method::GET, &ready, None, "application/json", "").await;
    assert_eq!((status.as_u16(), problem["code"].as_str(), problem["retry_after"].as_u64()), (503, Some("unavailable"), Some(1)));
    let push = device.send(&device.clone().push_request(1, 0)).await.unwrap_err();
    assert_eq!(push.status, 503);
    assert_eq!(raw(Method::GET, &format!("{}/healthz", stage.base), None, "application/json", "").await.0, 200);
    sqlx::query(sqlx::AssertSqlSafe(format!("ALTER DATABASE {name} CONNECTION LIMIT -1")))
        .execute(&stage.pool)
        .await
        .unwrap();
    assert_eq!(raw(Method::GET, &ready, None, "application/json", "").await.0, 200);
}

#[tokio::test]
async fn secrets_are_not_kept_as_they_are() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Camille", beadsbox_domain::Role::Admin).await;
    let code = stage.code().await.code;
    let everything: Vec<Value> = {
        let rows: Vec<(sqlx::types::Json<Value>,)> = sqlx::query_as(
            "SELECT to_jsonb(d) FROM device d UNION ALL SELECT to_jsonb(s) FROM staff_session s
             UNION ALL SELECT to_jsonb(e) FROM enrolment_code e UNION ALL SELECT to_jsonb(p) FROM staff p",
        )
        .fetch_all(&stage.pool)
        .await
        .unwrap();
        rows.into_iter().map(|row| row.0.0).collect()
    };
    let text = serde_json::to_string(&everything).unwrap();
    assert_eq!(everything.len(), 6);
    for secret in [device.token.as_str(), session.token.as_str(), code.as_str(), crate::support::PASSWORD] {
        assert!(!text.contains(secret));
    }
}
