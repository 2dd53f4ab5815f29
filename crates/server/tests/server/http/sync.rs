//! `POST /v1/sync/push`, `GET /v1/sync/changes`

use beadsbox_domain::{Operation, Outcome, Refusal, Role};
use beadsbox_protocol::{
    ErrorCode, MOST_OPERATIONS,
    push::PushRequest,
    rows::{Row, RowKey, VoucherRow},
};
use beadsbox_testkit::{TestDevice, fixtures};
use jiff::SignedDuration;
use reqwest::Method;
use uuid::Uuid;

use crate::support::{Stage, begin_poll, introduction, raw, record_sale, refusal, sell};

async fn refused(device: &TestDevice, request: PushRequest) -> (u16, ErrorCode) {
    let problem = device.send(&request).await.unwrap_err();
    (problem.status, problem.code)
}

#[tokio::test]
async fn what_is_not_the_devices_own_is_not_taken() {
    let stage = Stage::new().await;
    let (mut till, mut other) = (stage.till("Camille").await, stage.till("Noé").await);
    let content = introduction(&mut till).await;
    for _ in 0..3 {
        record_sale(&mut till, &content);
    }
    record_sale(&mut other, &content);
    let sound = till.push_request(1, 3);

    let foreign_signature = PushRequest { signature: other.push_request(1, 1).signature, ..sound.clone() };
    assert_eq!(refused(&till, foreign_signature).await, (400, ErrorCode::BadSignature));
    let swapped = PushRequest { ops: sound.ops.iter().rev().cloned().collect(), ..sound.clone() };
    assert_eq!(refused(&till, swapped).await, (400, ErrorCode::BadSignature));
    let dropped = PushRequest { ops: sound.ops[..2].to_vec(), persons: Vec::new(), ..sound.clone() };
    assert_eq!(refused(&till, dropped).await, (400, ErrorCode::BadSignature));
    let changed = PushRequest { ops: sound.ops.iter().map(|op| op.replace("4136", "1")).collect(), ..sound.clone() };
    assert_eq!(refused(&till, changed).await, (400, ErrorCode::BadSignature));
    assert_eq!(refused(&other, sound.clone()).await, (403, ErrorCode::Forbidden), "a stolen batch under another token");
    let renamed = PushRequest { device_id: other.id, ..sound.clone() };
    assert_eq!(refused(&other, renamed).await, (400, ErrorCode::BadSignature));
    assert_eq!(refused(&till, PushRequest { incarnation: 2, ..sound.clone() }).await, (400, ErrorCode::BadSignature));
    assert_eq!(stage.count("SELECT count(*) FROM operation WHERE dev_seq = 3").await, 0);
    till.send(&sound).await.unwrap();
}

#[tokio::test]
async fn a_replayed_batch_changes_nothing() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let first = till.push_request(1, 1);
    let before = stage.count("SELECT max(seq) FROM change_feed").await;
    for _ in 0..3 {
        till.send(&first).await.unwrap();
    }
    assert_eq!(stage.count("SELECT max(seq) FROM change_feed").await, before);
    assert_eq!(stage.count("SELECT count(*) FROM voucher").await, 1);
}

#[tokio::test]
async fn a_copy_of_a_device_is_found_out() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let content = introduction(&mut till).await;
    let mut copy = till.clone();
    let sold = record_sale(&mut till, &content);
    till.push().await.unwrap();
    record_sale(&mut copy, &content);
    record_sale(&mut copy, &content);
    assert_eq!(refused(&copy, copy.push_request(1, 1)).await, (409, ErrorCode::ChainForked));
    assert_eq!(refused(&copy, copy.push_request(1, 2)).await, (409, ErrorCode::ChainForked));
    // It does not even follow.
    assert_eq!(refused(&copy, copy.push_request(2, 2)).await, (400, ErrorCode::BadSignature));
    // Where the server holds that number as well, all of it is to be seen: it parted before.
    till.act(fixtures::ask(sold)).await.unwrap();
    let problem = copy.send(&copy.push_request(2, 2)).await.unwrap_err();
    assert_eq!((problem.code, problem.expected_seq), (ErrorCode::SequenceGap, Some(1)));
    assert_eq!(refused(&copy, PushRequest { incarnation: 1, ..copy.push_request(1, 2) }).await, (409, ErrorCode::ChainForked));
}

#[tokio::test]
async fn another_epoch_is_told_with_the_next_number() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    let epoch = till.epoch;
    let problem = till.send(&PushRequest { epoch: Uuid::now_v7(), ..till.push_request(2, 2) }).await.unwrap_err();
    assert_eq!(
        (problem.status, problem.code, problem.epoch, problem.expected_seq),
        (409, ErrorCode::EpochChanged, Some(epoch), Some(2))
    );
    till.epoch = Uuid::now_v7();
    let problem = till.pull().await.unwrap_err();
    assert_eq!((problem.status, problem.code, problem.epoch), (410, ErrorCode::EpochChanged, Some(epoch)));
}

#[tokio::test]
async fn bounds_of_a_push() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let filler = fixtures::stamp(till.now).op;
    for _ in 0..=MOST_OPERATIONS {
        till.record_text(filler, "{}".to_owned());
    }
    assert_eq!(refused(&till, till.push_request(1, MOST_OPERATIONS as u64 + 1)).await, (413, ErrorCode::TooLarge));
    till.push().await.unwrap();
    let next = till.outbox.len() as u64 + 1;
    till.record_text(filler, "x".repeat(1024 * 1024 + 1));
    assert_eq!(refused(&till, till.push_request(next, next)).await, (413, ErrorCode::TooLarge));
    till.outbox.pop();
    // Longer than a body may be, and no longer than a push: stored as it came.
    till.record_text(filler, "x".repeat(70_000));
    till.push().await.unwrap();
    assert!(matches!(till.results[&next].result, Some(Outcome::Rejected { refusal: Refusal::Unreadable { .. } })));

    let sound = till.push_request(1, 1);
    for broken in [
        PushRequest { ops: Vec::new(), ..sound.clone() },
        PushRequest { first_seq: 0, ..sound.clone() },
        PushRequest { first_seq: u64::MAX, ..sound.clone() },
        PushRequest { chain_tip: "00".into(), ..sound.clone() },
        PushRequest { signature: "not base64!".into(), ..sound.clone() },
        PushRequest { persons: vec![fixtures::salted("A"), fixtures::salted("B")], ..sound.clone() },
    ] {
        assert_eq!(refused(&till, broken).await, (400, ErrorCode::Malformed));
    }
    // Hardly more than is read: what a server does not read ends the connection, and its answer may go down with that.
    let huge = format!("{{\"ops\":[\"{}\"]}}", "x".repeat(8 * 1024 * 1024));
    let (status, problem) = raw(Method::POST, &format!("{}/v1/sync/push", stage.base), Some(&till.token), "application/json", huge).await;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (413, Some("too_large")));
}

#[tokio::test]
async fn a_sale_without_its_person_is_taken() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let content = introduction(&mut till).await;
    let voucher = record_sale(&mut till, &content);
    let forged = fixtures::salted("Somebody else");
    let request = till.push_request(1, 1);
    let response = till.send(&PushRequest { persons: vec![forged], ..request }).await.unwrap();
    assert_eq!(response.results[0].result, Some(Outcome::Applied));
    till.pull().await.unwrap();
    assert_eq!(voucher_row(&till, voucher).person, None);
    assert_eq!(stage.count("SELECT count(*) FROM person").await, 0, "a person whom no sale names is not kept");
}

fn voucher_row(device: &TestDevice, voucher: beadsbox_domain::VoucherId) -> VoucherRow {
    match device.cache.get(&RowKey::Voucher(voucher)) {
        Some(Row::Voucher(row)) => (**row).clone(),
        other => panic!("no voucher: {other:?}"),
    }
}

#[tokio::test]
async fn a_snapshot_must_be_what_the_template_said() {
    let stage = Stage::new().await;
    let (mut till, mut office) = (stage.till("Camille").await, stage.office("Margaux").await);
    let old = introduction(&mut till).await;
    let new = fixtures::content("Quantum Cuisine, second course", 5000, None);
    let edit = Operation::EditTemplate { template: fixtures::INTRODUCTION, based_on: 1, content: new.clone() };
    assert_eq!(office.act(edit.clone()).await.unwrap(), Outcome::Applied);
    assert!(matches!(refusal(office.act(edit).await.unwrap()), Refusal::StaleTemplate { current_version: 2, .. }));
    // Sold offline, before the edit was heard of.
    record_sale(&mut till, &old);
    let person = fixtures::salted("Ada");
    for (version, content, fits) in [(2, &new, true), (2, &old, false), (1, &new, false), (0, &new, false), (3, &new, false)] {
        let (_, sale) = fixtures::sale(fixtures::INTRODUCTION, version, content.clone(), &person);
        let outcome = till.act(sale).await.unwrap();
        assert_eq!(outcome == Outcome::Applied, fits, "version {version}: {outcome:?}");
    }
    assert_eq!(till.results[&1].result, Some(Outcome::Applied));
    // Each voucher keeps what it was sold as.
    till.pull().await.unwrap();
    let titles: Vec<i64> = till
        .cache
        .values()
        .filter_map(|row| if let Row::Voucher(row) = row { Some(row.voucher.snapshot.price.minor) } else { None })
        .collect();
    assert_eq!(titles.iter().sum::<i64>(), 4136 + 5000);
}

#[tokio::test]
async fn a_counter_may_not_cancel_and_nobody_may_expire() {
    let stage = Stage::new().await;
    let (mut till, mut admin) = (stage.till("Camille").await, stage.admin("Adrien").await);
    let voucher = sell(&mut till).await;
    let cancel = Operation::Cancel { voucher, reason: fixtures::reason() };
    assert_eq!(refusal(till.act(cancel).await.unwrap()), Refusal::NotPermitted { role: Role::Counter });
    assert_eq!(refusal(admin.act(Operation::Expire { voucher }).await.unwrap()), Refusal::NotPermitted { role: Role::Admin });
    till.staff = beadsbox_domain::StaffId(Uuid::now_v7());
    assert_eq!(refusal(till.act(fixtures::ask(voucher)).await.unwrap()), Refusal::UnknownStaff);
}

#[tokio::test]
async fn what_somebody_did_before_they_were_barred_counts() {
    let stage = Stage::new().await;
    let (admin, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (mut office, mut till) = (stage.office("Margaux").await, stage.till("Camille").await);
    let content = introduction(&mut office).await;
    let vouchers = crate::support::sell_many(&mut till, 3).await;
    // Recorded before, sent after.
    office.record(Operation::Cancel { voucher: vouchers[0], reason: fixtures::reason() });
    stage.clock.advance(SignedDuration::from_mins(1));
    let path = format!("/v1/admin/staff/{}", office.staff);
    admin
        .call_as::<serde_json::Value>(&session.token, Method::PATCH, &path, Some(&serde_json::json!({"active": false})))
        .await
        .unwrap();
    stage.clock.advance(SignedDuration::from_mins(1));
    office.now = stage.clock.now();
    office.record(Operation::Cancel { voucher: vouchers[1], reason: fixtures::reason() });
    // Goods went over the counter: booked, whoever was barred.
    record_sale(&mut office, &content);
    // A clock that nobody trusts proves nothing.
    office.clock_right = false;
    office.now -= SignedDuration::from_mins(2);
    office.record(Operation::Cancel { voucher: vouchers[2], reason: fixtures::reason() });
    office.now = stage.clock.now();
    office.push().await.unwrap();
    let names: Vec<&str> = office.results.values().map(|result| result.result.as_ref().unwrap().name()).collect();
    assert_eq!(names, ["applied", "rejected", "applied", "rejected"]);
}

#[tokio::test]
async fn a_cursor_of_another_feed_is_gone() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    till.pull().await.unwrap();
    let sound = till.cursor.clone();
    let mut other_tag = sound.tag.clone();
    other_tag.replace_range(0..1, if sound.tag.starts_with('0') { "1" } else { "0" });
    for (seq, tag) in
        [(sound.seq + 1, &sound.tag), (sound.seq, &other_tag), (sound.seq, &String::new()), (0, &sound.tag), (u64::MAX, &sound.tag), (1, &sound.tag)]
    {
        (till.cursor.seq, till.cursor.tag) = (seq, tag.clone());
        let problem = till.pull_page(10, 0).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (410, ErrorCode::CursorGone), "{seq} {tag:?}");
    }
    till.cursor = sound;
    assert_eq!(till.pull_page(10, 0).await.unwrap().rows, []);
}

#[tokio::test]
async fn a_cursor_in_the_middle_of_a_batch_is_good() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    crate::support::sell_many(&mut till, 9).await;
    let mut other = stage.bare_device("Noé").await;
    let mut pages = 0;
    while other.pull_page(2, 0).await.map(|page| page.to.seq < page.head).unwrap() {
        pages += 1;
    }
    assert!(pages >= 5);
    assert_eq!(other.cache.values().filter(|row| matches!(row, Row::Voucher(_))).count(), 9);
}

#[tokio::test]
async fn bounds_of_a_pull() {
    let stage = Stage::new().await;
    let till = stage.bare_device("Camille").await;
    for query in ["limit=0", "limit=2001", "limit=1&wait=26", "limit=-1", "limit=1&acked=-1", "limit=1&cursor=x"] {
        let base = format!("/v1/sync/changes?epoch={}&incarnation=1&cursor=0&acked=0&", till.epoch)
            .replace(if query.contains("cursor") { "cursor=0&" } else { "\0" }, "");
        let base = if query.contains("acked") { base.replace("acked=0&", "") } else { base };
        let problem = till.call::<serde_json::Value>(Method::GET, &format!("{base}{query}"), None::<&()>).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (400, ErrorCode::Malformed), "{query}");
    }
    let most = format!("/v1/sync/changes?epoch={}&incarnation=1&cursor=0&acked={}&limit=2000&waiting={}", till.epoch, i64::MAX, u64::MAX);
    till.call::<serde_json::Value>(Method::GET, &most, None::<&()>).await.unwrap();
}

#[tokio::test]
async fn a_long_poll_wakes_when_another_shop_redeems() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let voucher = sell(&mut one).await;
    two.pull().await.unwrap();
    let polling = begin_poll(&stage, two).await;
    one.act(fixtures::ask(voucher)).await.unwrap();
    let (two, page) = polling.await.unwrap();
    assert_eq!(page.unwrap().rows.len(), 1);
    assert_eq!(voucher_row(&two, voucher).voucher.status, beadsbox_domain::Status::Used);
}

#[tokio::test]
async fn a_long_poll_wakes_for_what_another_process_took() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let voucher = sell(&mut one).await;
    two.pull().await.unwrap();
    let polling = begin_poll(&stage, two).await;
    let second = crate::support::start(&stage.database, &stage.clock).await;
    one.clone().at(&second.url()).act(fixtures::ask(voucher)).await.unwrap();
    let (_, page) = polling.await.unwrap();
    assert_eq!(page.unwrap().rows.len(), 1);
    second.stop().await;
}

#[tokio::test]
async fn a_revoked_device_may_only_push_from_then_on() {
    let stage = Stage::new().await;
    let (admin, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (mut till, till_session) = stage.device_with_session("Camille", Role::Admin).await;
    sell(&mut till).await;
    till.pull().await.unwrap();
    let polling = begin_poll(&stage, till.clone()).await;
    let path = format!("/v1/admin/devices/{}/revoke", till.id);
    admin.call_as::<serde_json::Value>(&session.token, Method::POST, &path, None::<&()>).await.unwrap();
    let (_, page) = polling.await.unwrap();
    assert_eq!(page.unwrap_err().code, ErrorCode::DeviceRevoked, "also the poll that was waiting");
    for problem in [till.pull_page(1, 0).await.unwrap_err(), till.clone().sign_in("Camille", "x").await.unwrap_err()] {
        assert_eq!((problem.status, problem.code), (403, ErrorCode::DeviceRevoked));
    }
    let again = till.send(&till.push_request(1, 1)).await.unwrap();
    assert!(again.quarantined, "what it sent before keeps its outcome: {again:?}");
    let problem = till.call_as::<serde_json::Value>(&till_session.token, Method::GET, "/v1/admin/shops", None::<&()>).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::SessionExpired);
    // Nor come back under its key.
    let again = TestDevice::enrol_with_key(&stage.base, &stage.code().await.code, "Camille", till.key.clone()).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::DeviceRevoked);
}

#[tokio::test]
async fn a_wrong_clock_is_flagged_and_proves_nothing() {
    let stage = Stage::new().await;
    let (admin, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let mut till = stage.till("Camille").await;
    till.now = stage.clock.now() + SignedDuration::from_hours(24);
    sell(&mut till).await;
    let devices: Vec<beadsbox_protocol::admin::DeviceStatus> = admin.call_as(&session.token, Method::GET, "/v1/admin/devices", None::<&()>).await.unwrap();
    let status = devices.iter().find(|status| status.device.id == till.id).unwrap();
    assert_eq!((status.clock_skew_seconds, status.last_seq, status.waiting), (Some(86_400), 1, Some(0)));
    assert_eq!(status.last_contact_at, Some(stage.clock.now()));
}
