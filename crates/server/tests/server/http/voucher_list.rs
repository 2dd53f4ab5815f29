//! `GET /v1/vouchers`

use beadsbox_domain::{Operation, Role, Status, VoucherId};
use beadsbox_protocol::{ErrorCode, voucher_list::VoucherList};
use beadsbox_server::Profile;
use beadsbox_testkit::{Session, TestDevice, fixtures};
use reqwest::Method;
use serde_json::Value;

use crate::support::{PASSWORD, Stage, sell, sell_many};

async fn page(device: &TestDevice, session: &Session, after: Option<VoucherId>, limit: u32) -> VoucherList {
    let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
    device.call_as(&session.token, Method::GET, &format!("/v1/vouchers?limit={limit}{after}"), None::<&()>).await.unwrap()
}

#[tokio::test]
async fn pages_hold_every_voucher_once_the_newest_first() {
    let stage = Stage::new().await;
    let (mut office, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    assert_eq!(page(&office, &session, None, 3).await, VoucherList { vouchers: Vec::new(), next: None });
    let mut sold = sell_many(&mut office, 6).await;
    sold.sort_unstable();
    sold.reverse();
    let first = page(&office, &session, None, 3).await;
    // What is sold between two pages moves nothing on those that follow.
    let mut till = stage.till("Camille").await;
    let later = sell(&mut till).await;
    let second = page(&office, &session, first.next, 3).await;
    assert_eq!(second.next, None, "a page that is full and the last says so");
    let listed: Vec<VoucherId> = first.vouchers.iter().chain(&second.vouchers).map(|voucher| voucher.id).collect();
    assert_eq!(listed, sold);
    assert_eq!(page(&office, &session, None, 1).await.vouchers[0].id, later);
}

#[tokio::test]
async fn a_voucher_is_listed_as_it_stands_with_what_was_sold() {
    let stage = Stage::new().await;
    let (mut office, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    let voucher = sell(&mut office).await;
    office.act(Operation::Cancel { voucher, reason: fixtures::reason() }).await.unwrap();
    let listed = page(&office, &session, None, 10).await.vouchers.remove(0);
    assert_eq!((listed.id, listed.status, listed.sold_shop, listed.row_version), (voucher, Status::Cancelled, office.shop, 2));
    assert_eq!(listed.title.to_string(), "Quantum Cuisine - introductory course");
    assert_eq!((listed.price, listed.person), (fixtures::euros(4136), Some(fixtures::person("Ada Lovelace"))));
    sqlx::query("DELETE FROM person").execute(&stage.pool).await.unwrap();
    assert_eq!(page(&office, &session, None, 10).await.vouchers[0].person, None, "whoever was erased is on no list");
}

#[tokio::test]
async fn a_counters_device_is_sent_no_address_and_no_message_whoever_asks_at_it() {
    let stage = Stage::new().await;
    sell(&mut stage.till("Camille").await).await;
    stage.staff("Adrien", Role::Admin).await;
    let mut till = stage.device_with_profile("Counter", Profile::Counter).await;
    let session = till.sign_in("Adrien", PASSWORD).await.unwrap();
    let person = page(&till, &session, None, 1).await.vouchers.remove(0).person.unwrap();
    assert_eq!((person.buyer, person.email, person.message), (fixtures::person("Ada Lovelace").buyer, None, None));
}

#[tokio::test]
async fn a_page_is_bounded() {
    let stage = Stage::new().await;
    let (office, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    for query in ["limit=0", "limit=1001", "limit=-1", "limit=x", "after=x", "offset=10"] {
        let problem = office.call_as::<Value>(&session.token, Method::GET, &format!("/v1/vouchers?{query}"), None::<&()>).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (400, ErrorCode::Malformed), "{query}");
    }
}

#[tokio::test]
async fn a_page_that_is_written_in_pieces_is_whole_packed_or_not() {
    let stage = Stage::new().await;
    let (mut office, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    let mut sold = sell_many(&mut office, 250).await;
    sold.sort_unstable();
    sold.reverse();
    let packed = page(&office, &session, None, 1000).await;
    assert_eq!((packed.vouchers.iter().map(|voucher| voucher.id).collect::<Vec<_>>(), packed.next), (sold, None));

    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let answer = plain.get(format!("{}/v1/vouchers?limit=1000", stage.base)).bearer_auth(&session.token).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let text = answer.bytes().await.unwrap();
    assert!(text.len() > 64 * 1024, "several pieces: {}", text.len());
    assert_eq!(serde_json::from_slice::<VoucherList>(&text).unwrap(), packed);
}

#[tokio::test]
async fn a_voucher_that_changes_between_two_pages_comes_once_as_it_stands_then() {
    let stage = Stage::new().await;
    let (mut office, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    sell_many(&mut office, 4).await;
    let first = page(&office, &session, None, 2).await;
    let last = page(&office, &session, first.next, 2).await.vouchers[1].id;
    for voucher in [first.vouchers[0].id, last] {
        office.act(Operation::Cancel { voucher, reason: fixtures::reason() }).await.unwrap();
    }
    let second = page(&office, &session, first.next, 2).await;
    let statuses: Vec<Status> = first.vouchers.iter().chain(&second.vouchers).map(|voucher| voucher.status).collect();
    assert_eq!(statuses, [Status::Purchased, Status::Purchased, Status::Purchased, Status::Cancelled]);
    // Whoever goes on from the same place later is given the same vouchers: a walk that was broken off is taken up.
    assert_eq!(page(&office, &session, first.next, 2).await, second);
}

#[tokio::test]
async fn what_ended_lists_nothing_more() {
    let stage = Stage::new().await;
    let (mut office, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    sell(&mut office).await;
    for (sql, status, code, undo) in [
        (
            "UPDATE staff SET active = false, barred_at = now()",
            401,
            ErrorCode::SessionExpired,
            "UPDATE staff SET active = true, barred_at = NULL",
        ),
        (
            "UPDATE device SET state = 'revoked' WHERE shop_id IS NOT NULL",
            403,
            ErrorCode::DeviceRevoked,
            "UPDATE device SET state = 'active'",
        ),
        (
            "UPDATE device SET state = 'quarantined' WHERE shop_id IS NOT NULL",
            403,
            ErrorCode::DeviceQuarantined,
            "UPDATE device SET state = 'active'",
        ),
        ("UPDATE staff SET role = 'counter'", 403, ErrorCode::Forbidden, "UPDATE staff SET role = 'back_office'"),
        ("DELETE FROM staff_session", 401, ErrorCode::SessionExpired, "SELECT"),
    ] {
        assert_eq!(page(&office, &session, None, 1).await.vouchers.len(), 1, "before {sql}");
        sqlx::query(sql).execute(&stage.pool).await.unwrap();
        let problem = office.call_as::<Value>(&session.token, Method::GET, "/v1/vouchers?limit=1", None::<&()>).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (status, code), "{sql}");
        sqlx::query(undo).execute(&stage.pool).await.unwrap();
    }
}
