//! What each front serves, and that a busy one takes nothing from another.

use beadsbox_domain::Role;
use beadsbox_protocol::ErrorCode;
use beadsbox_server::Front;
use beadsbox_testkit::TestDevice;
use reqwest::Method;
use serde_json::Value;

use super::{apart, ask};
use crate::support::{Stage, begin_poll, beside, bound, sell, until_waiting};

const REPORT: &str = "/v1/reports/liability?from=2026-01-01&to=2026-01-31";

#[tokio::test]
async fn each_front_serves_its_own_and_sessions_hold_at_all() {
    let stage = Stage::new().await;
    let server = beside(&stage, apart).await;
    let [api, admin, shop] = [Front::Api, Front::Admin, Front::Shop].map(|front| server.url_of(front).unwrap());
    assert_eq!(server.url_of(Front::All), None);
    for (path, expected) in [
        ("/healthz", [200, 200, 200]),
        ("/readyz", [200, 200, 200]),
        ("/v1/info", [200, 200, 200]),
        ("/v1/sync/changes", [401, 404, 404]),
        ("/v1/admin/shops", [404, 401, 404]),
        (REPORT, [404, 401, 404]),
        ("/v1/catalogue", [404, 404, 200]),
        ("/vouchers/", [404, 404, 200]),
        ("/metrics", [404, 404, 404]),
    ] {
        let mut found = Vec::new();
        for root in [&api, &admin, &shop] {
            found.push(ask(&format!("{root}{path}"), &[]).await.0);
        }
        assert_eq!(found, expected, "{path}");
    }
    // Signed in at one, at work at another.
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (mut device, office) = (device.clone().at(&api), device.at(&admin));
    office.call_as::<Value>(&session.token, Method::GET, "/v1/admin/shops", None::<&()>).await.unwrap();
    let again = device.sign_in("Adrien", crate::support::PASSWORD).await.unwrap();
    device.call_as::<()>(&again.token, Method::DELETE, "/v1/sessions", None::<&()>).await.unwrap();
    let ended = office.call_as::<Value>(&again.token, Method::GET, "/v1/admin/shops", None::<&()>).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::SessionExpired);
    server.stop().await;
}

#[tokio::test]
async fn reports_that_hang_take_nothing_from_the_tills() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| {
        apart(config);
        bound(config, Front::Admin, &["requests=2", "connections=3"]);
    })
    .await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let office = device.at(&server.url_of(Front::Admin).unwrap());
    let mut till = stage.till("Camille").await.at(&server.url_of(Front::Api).unwrap());

    // Nobody reads the books while somebody has them to themselves.
    let mut holder = stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE ledger_entry IN ACCESS EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    let report = |office: TestDevice, token: String| tokio::spawn(async move { office.call_as::<Value>(&token, Method::GET, REPORT, None::<&()>).await });
    let hanging = [report(office.clone(), session.token.clone()), report(office.clone(), session.token.clone())];
    until_waiting(&stage, 2).await;
    let refused = office.call_as::<Value>(&session.token, Method::GET, REPORT, None::<&()>).await.unwrap_err();
    assert_eq!(refused.status, 503);
    assert_eq!(refused.code, ErrorCode::Unavailable);
    till.pull().await.unwrap();
    assert_eq!(ask(&format!("{}/readyz", server.url_of(Front::Admin).unwrap()), &[]).await.0, 200, "it is busy and not broken");
    holder.rollback().await.unwrap();
    for report in hanging {
        report.await.unwrap().unwrap();
    }
    sell(&mut till).await;
    server.stop().await;
}

#[tokio::test]
async fn it_says_that_it_is_about_to_end_and_serves_on_until_it_does() {
    let stage = Stage::new().await;
    let server = beside(&stage, |_| ()).await;
    let root = server.url();
    let mut till = stage.till("Camille").await.at(&root);
    till.pull().await.unwrap();
    let polling = begin_poll(&stage, till.clone()).await;
    server.leave();
    assert_eq!(ask(&format!("{root}/readyz"), &[]).await.0, 503);
    assert_eq!(ask(&format!("{root}/healthz"), &[]).await.0, 200, "it lives: nobody is to start it anew");
    // A request on a new connection, and one on a connection that has been there: both are answered, and told to go elsewhere next.
    let answer = reqwest::get(format!("{root}/v1/info")).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["connection"].to_str().unwrap()), (200, "close"));
    sell(&mut till).await;
    let (_, page) = polling.await.unwrap();
    assert!(!page.unwrap().rows.is_empty(), "the poll went on waiting, and saw the sale");
    server.stop().await;
    assert!(reqwest::get(format!("{root}/v1/info")).await.is_err());
}
