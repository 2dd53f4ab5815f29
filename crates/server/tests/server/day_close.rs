//! A till's cash and its closed days at the server.

use std::collections::HashMap;

use beadsbox_domain::{
    CashMovement, DayClose, Money, OpId, Operation, Outcome, Refusal, Role, VoucherId,
    day::{Answer, Done, sum_up},
};
use beadsbox_protocol::{
    OperationBody,
    end_of_day::{DayState, EndOfDay},
    fork::QuarantineDecision,
};
use beadsbox_testkit::{
    Session, TestDevice,
    fixtures::{self, euros},
};
use reqwest::Method;

use crate::support::{Stage, introduction, last_outcome, record_sale, refusal, sell};

/// What a till says of its own operations between two places, with that much counted.
fn close(till: &TestDevice, number: u64, after_seq: u64, through_seq: u64, counted: i64) -> DayClose {
    let bodies: Vec<OperationBody> = till.outbox.iter().map(|recorded| OperationBody::decode(&recorded.body).unwrap()).collect();
    let prices: HashMap<VoucherId, Money> = bodies
        .iter()
        .filter_map(|body| {
            if let Operation::Sell { voucher, snapshot, .. } = &body.operation {
                Some((*voucher, snapshot.price))
            } else {
                None
            }
        })
        .collect();
    let covered = bodies.iter().filter(|body| body.dev_seq > after_seq && body.dev_seq <= through_seq);
    let done: Vec<Done<'_>> = covered
        .map(|body| {
            let value = match body.operation.subject() {
                beadsbox_domain::operation::Subject::Voucher(voucher) => prices.get(&voucher).copied(),
                _ => None,
            };
            let answer = match till.results.get(&body.dev_seq).and_then(|result| result.result.as_ref()) {
                None => Answer::None,
                Some(Outcome::Rejected { .. }) => Answer::Refused,
                Some(_) => Answer::Taken,
            };
            Done { op: body.op, staff: body.staff, operation: &body.operation, answer, value }
        })
        .collect();
    let summed = sum_up(&done).unwrap();
    DayClose {
        number,
        day: "2026-03-10".parse().unwrap(),
        after_seq,
        through_seq,
        drawers: summed.drawers(&[euros(counted)]).unwrap(),
        totals: summed.totals,
        people: summed.people,
        unvalued: summed.unvalued,
        difference_reason: Some(fixtures::reason()),
        unsent: None,
    }
}

fn last(till: &TestDevice) -> u64 {
    till.outbox.len() as u64
}

async fn take(till: &mut TestDevice, close: DayClose) -> Outcome {
    till.record(Operation::CloseDay { close: Box::new(close) });
    till.push().await.unwrap();
    last_outcome(till)
}

fn float(till: &mut TestDevice, cents: i64) -> OpId {
    till.record(Operation::MoveCash { movement: CashMovement::Float, amount: euros(cents), reason: None })
}

async fn agreed(stage: &Stage, number: i64) -> Option<bool> {
    sqlx::query_scalar("SELECT agrees FROM day_close WHERE number = $1 ORDER BY incarnation DESC")
        .bind(number)
        .fetch_one(&stage.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_server_comes_to_the_sums_that_the_till_says() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    float(&mut till, 10_000);
    let (sold, other) = (sell(&mut till).await, sell(&mut till).await);
    till.act(fixtures::ask(sold)).await.unwrap();
    // A second ask of the same voucher is refused: nothing went.
    till.act(fixtures::ask(sold)).await.unwrap();
    till.act(fixtures::honour(other)).await.unwrap();
    // And honoured twice: a conflict, and the goods went.
    till.act(fixtures::honour(other)).await.unwrap();
    till.record(Operation::MoveCash { movement: CashMovement::Out, amount: euros(2_000), reason: Some(fixtures::reason()) });
    till.push().await.unwrap();
    let said = close(&till, 1, 0, last(&till), 20_000);
    assert_eq!((said.totals[0].redeemed.count, said.totals[0].accepted_offline.count), (3, 2));
    assert_eq!(take(&mut till, said).await, Outcome::Applied);
    assert_eq!(agreed(&stage, 1).await, Some(true));

    // The next one goes on where that one ended, in one batch with what it covers.
    let content = introduction(&mut till).await;
    let after = last(&till) - 1;
    let voucher = record_sale(&mut till, &content);
    till.record(fixtures::honour(voucher));
    let said = close(&till, 2, after, last(&till), 0);
    assert_eq!(take(&mut till, said).await, Outcome::Applied);
    assert_eq!(agreed(&stage, 2).await, Some(true));
    assert_eq!(stage.count("SELECT count(*) FROM cash_move").await, 2);
    assert_eq!(stage.count("SELECT sum(minor)::bigint FROM cash_move WHERE movement = 'float'").await, 10_000);
}

#[tokio::test]
async fn a_close_that_says_something_else_is_kept_beside_the_servers_sums() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let mut said = close(&till, 1, 0, last(&till), 0);
    said.totals[0].sold.card_terminal.count += 1;
    assert_eq!(take(&mut till, said).await, Outcome::Applied, "it has happened");
    assert_eq!(agreed(&stage, 1).await, Some(false));
    let own: serde_json::Value = sqlx::query_scalar("SELECT own_sums FROM day_close").fetch_one(&stage.pool).await.unwrap();
    assert_eq!(own["totals"][0]["sold"]["card_terminal"]["count"], 1, "{own}");
    let kept: serde_json::Value = sqlx::query_scalar("SELECT close FROM day_close").fetch_one(&stage.pool).await.unwrap();
    assert_eq!(kept["totals"][0]["sold"]["card_terminal"]["count"], 2, "{kept}");
}

#[tokio::test]
async fn a_number_that_is_taken_and_a_range_that_is_covered_are_refused_and_stop_nothing() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let through = last(&till);
    let said = close(&till, 1, 0, through, 0);
    assert_eq!(take(&mut till, said.clone()).await, Outcome::Applied);
    assert_eq!(refusal(take(&mut till, said.clone()).await), Refusal::CloseNumberTaken { last: 1 });
    assert_eq!(refusal(take(&mut till, DayClose { number: 2, ..said.clone() }).await), Refusal::CloseOverlaps { through_seq: through });
    let ahead = DayClose { number: 2, after_seq: through, through_seq: last(&till) + 1, ..said };
    assert_eq!(refusal(take(&mut till, ahead).await), Refusal::CloseOverlaps { through_seq: through });
    // Two in one batch, the second of which overlaps the first: each on its own.
    let first = close(&till, 2, through, last(&till), 0);
    till.record(Operation::CloseDay { close: Box::new(first.clone()) });
    till.record(Operation::CloseDay { close: Box::new(DayClose { number: 3, ..first }) });
    sell(&mut till).await;
    let outcomes: Vec<&str> = till.results.values().rev().take(3).map(|result| result.result.as_ref().unwrap().name()).collect();
    assert_eq!(outcomes, ["applied", "rejected", "applied"]);
    assert_eq!(stage.count("SELECT count(*) FROM day_close").await, 2);
}

#[tokio::test]
async fn a_copy_of_a_till_closes_by_itself_from_where_it_parted() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let shared = close(&till, 1, 0, last(&till), 0);
    let through = shared.through_seq;
    assert_eq!(take(&mut till, shared).await, Outcome::Applied);
    let content = introduction(&mut till).await;
    let mut copy = till.clone();
    sell(&mut till).await;
    let own = close(&till, 2, through, last(&till), 0);
    assert_eq!(take(&mut till, own).await, Outcome::Applied);

    record_sale(&mut copy, &content);
    let fork_seq = last(&copy);
    assert_eq!(copy.push().await.unwrap_err().code, beadsbox_protocol::ErrorCode::ChainForked);
    assert_eq!(copy.fork(fork_seq).await.unwrap(), 2);
    let own = close(&copy, 2, through, last(&copy), 0);
    copy.record(Operation::CloseDay { close: Box::new(own) });
    let held = copy.send(&copy.push_request(fork_seq, last(&copy))).await.unwrap();
    assert!(held.quarantined && held.results.len() == 2, "{held:?}");
    let (_, session) = stage.device_with_session("Zoé", Role::Admin).await;
    let path = format!("/v1/admin/quarantine/{}/{}", copy.id, copy.incarnation);
    let decision = QuarantineDecision { accept: true, reason: "the old laptop".to_owned() };
    let decided: beadsbox_testkit::Answer<()> = copy.call_as(&session.token, Method::POST, &path, Some(&decision)).await;
    decided.unwrap();
    let outcomes: Vec<serde_json::Value> = sqlx::query_scalar("SELECT outcome FROM operation WHERE incarnation = 2 ORDER BY dev_seq")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert!(outcomes.len() == 2 && outcomes.iter().all(|outcome| outcome["outcome"] == "applied"), "{outcomes:?}");
    // Both say "2": each is the second close of its own life.
    assert_eq!(stage.count("SELECT count(*) FROM day_close WHERE number = 2").await, 2);
    assert_eq!(stage.count("SELECT count(*) FROM day_close WHERE NOT agrees").await, 0);
    assert_eq!(stage.count("SELECT count(DISTINCT incarnation) FROM day_close WHERE number = 2").await, 2);
}

async fn end_of_day(device: &TestDevice, session: &Session) -> EndOfDay {
    device.call_as(&session.token, Method::GET, "/v1/admin/end-of-day?day=2026-03-10", None::<&()>).await.unwrap()
}

#[tokio::test]
async fn an_admin_sees_who_has_closed_and_what_is_at_stake() {
    let stage = Stage::new().await;
    stage.clock.set("2026-03-10T17:00:00Z".parse().unwrap());
    let (admin, session) = stage.device_with_session("Zoé", Role::Admin).await;
    let (mut closed, mut open) = (stage.till("Camille").await, stage.till("Noé").await);
    for till in [&mut closed, &mut open] {
        float(till, 5_000);
        sell(till).await;
    }
    let voucher = sell(&mut closed).await;
    closed.act(fixtures::honour(voucher)).await.unwrap();
    assert!(matches!(open.act(fixtures::honour(voucher)).await.unwrap(), Outcome::Conflict { .. }));
    let said = close(&closed, 1, 0, last(&closed), 1);
    assert_eq!(take(&mut closed, said.clone()).await, Outcome::Applied);

    let told = end_of_day(&admin, &session).await;
    assert!(!told.cut);
    let shop = &told.shops[0];
    assert_eq!((shop.open_conflicts, shop.at_stake.len()), (1, 1));
    let states: Vec<(&str, DayState, u64)> = shop.devices.iter().map(|day| (day.device.name.as_str(), day.state, day.not_closed)).collect();
    assert_eq!(states, [("Camille", DayState::Closed, 0), ("Noé", DayState::Open, 3), ("Zoé", DayState::Idle, 0)]);
    let seen = &shop.devices[0].closes[0];
    assert_eq!((seen.close.number, seen.agrees, seen.stamp.staff), (1, Some(true), closed.staff));
    assert_eq!((seen.close.drawers.clone(), seen.close.people.len()), (said.drawers, 0));
    assert!(shop.devices[1].not_closed_since.is_some());

    // What comes after the close belongs to the next day, but it is this one that is asked about.
    sell(&mut closed).await;
    let told = end_of_day(&admin, &session).await;
    assert_eq!((told.shops[0].devices[0].state, told.shops[0].devices[0].not_closed), (DayState::Open, 1));
    let bad = admin.call_as::<EndOfDay>(&session.token, Method::GET, "/v1/admin/end-of-day?day=9999-12-31", None::<&()>).await;
    assert!(bad.is_err());
    assert!(admin.call_as::<EndOfDay>(&open.token, Method::GET, "/v1/admin/end-of-day?day=2026-03-10", None::<&()>).await.is_err());
}
