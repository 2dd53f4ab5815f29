//! What the server does by itself.

use beadsbox_domain::{ConflictKind, Operation, Outcome, Refusal, Status};
use beadsbox_protocol::{
    history::HistoryItem,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{TestDevice, fixtures};
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{Stage, refusal, sell, sell_many};

fn status(device: &TestDevice, voucher: beadsbox_domain::VoucherId) -> (Status, Option<jiff::Timestamp>) {
    match &device.cache[&RowKey::Voucher(voucher)] {
        Row::Voucher(row) => (row.voucher.status, row.voucher.expires_at),
        other => panic!("no voucher: {other:?}"),
    }
}

#[tokio::test]
async fn overdue_vouchers_expire_only_after_the_grace() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 3).await;
    till.pull().await.unwrap();
    let end = status(&till, vouchers[0]).1.unwrap();
    let server = stage.server.as_ref().unwrap();
    stage.clock.set(end + SignedDuration::from_hours(48) - SignedDuration::from_secs(1));
    assert_eq!(server.expire_now().await.unwrap(), 0);
    till.now = stage.clock.now();
    assert!(
        matches!(refusal(till.act(fixtures::ask(vouchers[0])).await.unwrap()), Refusal::Expired { .. }),
        "no till redeems it any more"
    );

    // Made offline on the last day, by a clock that is right: it arrives within the grace, and applies.
    till.now = end - SignedDuration::from_mins(10);
    till.record(fixtures::honour(vouchers[1]));
    let mut request = till.push_request(5, 5);
    request.device_time = stage.clock.now();
    assert_eq!(till.send(&request).await.unwrap().results[0].result, Some(Outcome::Applied));

    stage.clock.set(end + SignedDuration::from_hours(48));
    assert_eq!(server.expire_now().await.unwrap(), 2);
    assert_eq!(server.expire_now().await.unwrap(), 0);
    till.pull().await.unwrap();
    assert_eq!(
        vouchers.iter().map(|voucher| status(&till, *voucher).0).collect::<Vec<_>>(),
        [Status::Expired, Status::Used, Status::Expired]
    );
    let history: Vec<HistoryItem> = till.call(Method::GET, &format!("/v1/vouchers/{}/history", vouchers[2]), None::<&()>).await.unwrap();
    let last = history.last().unwrap();
    assert_eq!(
        (last.operation.clone(), last.stamp.device, last.result.clone()),
        (Operation::Expire { voucher: vouchers[2] }, beadsbox_domain::DeviceId(uuid::Uuid::nil()), Outcome::Applied)
    );

    // The same, but after the grace: a conflict.
    till.record(fixtures::honour(vouchers[2]));
    till.now = stage.clock.now();
    till.push().await.unwrap();
    let outcome = till.results[&(till.outbox.len() as u64)].result.clone().unwrap();
    assert!(matches!(outcome, Outcome::Conflict { conflict_kind: ConflictKind::HonouredAfterExpiry, .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_wrong_clock_does_not_redeem_after_the_last_day() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    till.pull().await.unwrap();
    let end = status(&till, voucher).1.unwrap();
    stage.clock.set(end + SignedDuration::from_hours(2));
    // It claims the last day, and its clock is hours behind.
    till.now = end - SignedDuration::from_mins(10);
    let outcome = till.act(fixtures::honour(voucher)).await.unwrap();
    assert!(matches!(outcome, Outcome::Conflict { conflict_kind: ConflictKind::HonouredAfterExpiry, .. }), "{outcome:?}");
}

#[tokio::test]
async fn expiry_goes_in_batches_and_its_chain_verifies() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 450).await;
    till.pull().await.unwrap();
    stage.clock.set(status(&till, vouchers[0]).1.unwrap() + SignedDuration::from_hours(100));
    // Two processes at once take turns.
    let second = crate::support::start(&stage.database, &stage.clock).await;
    let (one, two) = tokio::join!(stage.server.as_ref().unwrap().expire_now(), second.expire_now());
    second.stop().await;
    assert_eq!(one.unwrap() + two.unwrap(), 450);
    assert_eq!(stage.count("SELECT count(*) FROM voucher WHERE status = 'expired'").await, 450);
    assert_eq!(
        stage
            .count("SELECT count(*) FROM operation o JOIN device d ON d.id = o.device_id WHERE d.shop_id IS NULL AND o.taken")
            .await,
        452
    );
    assert_eq!(
        stage.count("SELECT l.last_seq FROM device_life l JOIN device d ON d.id = l.device_id WHERE d.shop_id IS NULL").await,
        452
    );
}

#[tokio::test]
async fn the_timer_moves_what_a_dead_process_left_in_the_inbox() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    till.pull().await.unwrap();
    let polling = crate::support::begin_poll(&stage, till).await;
    sqlx::query("INSERT INTO change_inbox (kind, entity_id) SELECT 'voucher', id FROM voucher")
        .execute(&stage.pool)
        .await
        .unwrap();
    let (_, page) = polling.await.unwrap();
    assert_eq!(page.unwrap().rows.len(), 1);
}

/// Something old and something new of everything that is pruned.
const OLD_AND_NEW: [&str; 4] = [
    "UPDATE feed_batch SET made_at = $1 - interval '91 days' WHERE to_seq < (SELECT max(to_seq) FROM feed_batch WHERE to_seq < (SELECT max(to_seq) FROM feed_batch))",
    "INSERT INTO sign_in_delay (scope, subject, failures, failed_at, blocked_until)
     VALUES ('device', repeat('a', 32)::bytea, 5, $1 - interval '25 hours', $1 - interval '24 hours'),
            ('device', repeat('b', 32)::bytea, 5, $1 - interval '23 hours', $1 - interval '22 hours')",
    "INSERT INTO staff_session (token_hash, staff_id, device_id, created_at, expires_at)
     SELECT convert_to(repeat(letter, 32), 'UTF8'), staff.id, device.id, $1 - interval '2 days', $1 + ends
     FROM (SELECT id FROM staff LIMIT 1) AS staff, (SELECT id FROM device WHERE shop_id IS NOT NULL LIMIT 1) AS device,
          (VALUES ('a', interval '-1 second'), ('b', interval '1 hour')) AS made (letter, ends)",
    "INSERT INTO enrolment_code (code_hash, shop_id, created_at, expires_at)
     SELECT convert_to(repeat(letter, 32), 'UTF8'), shop.id, $1 - interval '40 days', $1 - since
     FROM shop, (VALUES ('a', interval '31 days'), ('b', interval '29 days')) AS made (letter, since)",
];

#[tokio::test]
async fn what_nobody_asks_for_any_more_is_forgotten_and_nothing_else() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let (mut older, mut behind) = (stage.bare_device("Older").await, stage.bare_device("Behind").await);
    crate::support::until_settled(&stage).await;
    older.pull().await.unwrap();
    for _ in 0..3 {
        sell(&mut till).await;
    }
    behind.pull().await.unwrap();
    sell(&mut till).await;
    crate::support::until_settled(&stage).await;
    let sessions = stage.count("SELECT count(*) FROM staff_session").await;
    let codes = stage.count("SELECT count(*) FROM enrolment_code").await;
    for sql in OLD_AND_NEW {
        sqlx::query(sql).bind(jiff_sqlx::ToSqlx::to_sqlx(stage.clock.now())).execute(&stage.pool).await.unwrap();
    }
    let tags = stage.count("SELECT count(*) FROM feed_batch").await;
    let server = stage.server.as_ref().unwrap();
    let pruned = server.prune_now().await.unwrap();
    assert_eq!((pruned.tags, pruned.delays, pruned.sessions, pruned.codes), (u64::try_from(tags).unwrap() - 2, 1, 1, 1));
    assert_eq!(server.prune_now().await.unwrap(), beadsbox_server::Pruned::default(), "once");
    assert_eq!(stage.count("SELECT count(*) FROM feed_batch").await, 2);
    assert_eq!(stage.count("SELECT count(*) FROM sign_in_delay WHERE subject = repeat('b', 32)::bytea").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM staff_session").await, sessions + 1);
    assert_eq!(stage.count("SELECT count(*) FROM enrolment_code").await, codes + 1);

    // Who was away for too long takes everything anew; who was not goes on.
    let problem = older.pull().await.unwrap_err();
    assert_eq!((problem.status, problem.code), (410, beadsbox_protocol::ErrorCode::CursorGone));
    behind.pull().await.unwrap();
    assert_eq!(behind.cursor, {
        till.pull().await.unwrap();
        till.cursor.clone()
    });
    older.cursor = beadsbox_protocol::pull::Cursor::default();
    older.pull().await.unwrap();
    assert_eq!(older.cursor, till.cursor);
}
