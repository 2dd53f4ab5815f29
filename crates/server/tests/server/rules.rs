//! "What must always hold" in `docs/sync.md`, as far as the server alone can hold it.

use beadsbox_domain::{ConflictId, Operation, Outcome, RedemptionOutcome, Refusal, Role, Settlement, Status};
use beadsbox_protocol::{
    ChainHash, ErrorCode,
    body::FORMAT,
    receipt,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{TestDevice, fixtures};
use ed25519_dalek::VerifyingKey;

use crate::support::{Stage, introduction, last_outcome, record_sale, refusal, sell, sell_many, sorted_rows, undo};

#[tokio::test]
async fn rule_1_confirmed_is_on_the_server_exactly_once() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    till.record(fixtures::ask(voucher));

    // The reply is lost three times, once with a restart between.
    let request = till.push_request(2, 2);
    let first = till.send(&request).await.unwrap();
    let second = till.send(&request).await.unwrap();
    stage.restart().await;
    let again = TestDevice::clone(&till);
    let third = send_to(&stage.base, &again, &request).await;
    assert_eq!(first.results, second.results);
    assert_eq!(first.results, third);

    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000'").await, 2);
}

/// The same request to wherever the server is now.
async fn send_to(base: &str, device: &TestDevice, request: &beadsbox_protocol::push::PushRequest) -> Vec<beadsbox_protocol::push::OpResult> {
    device.clone().at(base).send(request).await.unwrap().results
}

#[tokio::test]
async fn rule_1_a_receipt_is_the_servers_signed_word() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let key: [u8; 32] = hex::decode(&till.enrolment.server_public_key).unwrap().try_into().unwrap();
    let key = VerifyingKey::from_bytes(&key).unwrap();
    let result = &till.results[&1];
    let signature = base64(&result.receipt);
    let (hash, outcome) = (till.outbox[0].hash, result.result.clone().unwrap());
    assert!(receipt::is_genuine(&key, till.epoch, result.commit_no, hash, &outcome, &signature));
    assert!(!receipt::is_genuine(&key, till.epoch, result.commit_no + 1, hash, &outcome, &signature));
}

fn base64(text: &str) -> Vec<u8> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[tokio::test]
async fn rule_2_at_most_one_standing_redemption() {
    let stage = Stage::new().await;
    let mut seller = stage.till("Camille").await;
    let voucher = sell(&mut seller).await;
    let mut tills = Vec::new();
    for number in 0..8 {
        tills.push(stage.till(&format!("Till {number}")).await);
    }
    let mut racing = Vec::new();
    for (number, mut till) in tills.into_iter().enumerate() {
        racing.push(tokio::spawn(async move {
            let operation = if number % 2 == 0 { fixtures::honour(voucher) } else { fixtures::ask(voucher) };
            till.act(operation).await.unwrap();
        }));
    }
    for race in racing {
        race.await.unwrap();
    }
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await, 1);
    // accepted + conflicting + rejected + withdrawn = attempted
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 8);
    // Not even the owner's hand can make a second one stand.
    let forced = sqlx::query("UPDATE redemption SET outcome = 'accepted'").execute(&stage.pool).await;
    assert!(forced.unwrap_err().as_database_error().unwrap().is_unique_violation());
}

#[tokio::test]
async fn rule_3_both_sides_of_a_conflict_are_kept_byte_for_byte() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let mut admin = stage.admin("Adrien").await;
    let voucher = sell(&mut one).await;
    let first = one.record(fixtures::honour(voucher));
    let second = two.record(fixtures::honour(voucher));
    one.push().await.unwrap();
    two.push().await.unwrap();
    assert_eq!(last_outcome(&one), Outcome::Applied);
    let conflict = ConflictId::from(second);
    assert!(matches!(last_outcome(&two), Outcome::Conflict { conflict: named, .. } if named == conflict));

    let settle = |seen_version| Operation::SettleConflict { conflict, voucher, seen_version, settlement: Settlement::ChargeShop, reason: fixtures::reason() };
    assert_eq!(refusal(admin.act(settle(2)).await.unwrap()), Refusal::ConflictChanged);
    assert_eq!(admin.act(settle(1)).await.unwrap(), Outcome::Applied);
    assert_eq!(refusal(admin.act(settle(2)).await.unwrap()), Refusal::ConflictClosed);

    for (device, op) in [(&one, first), (&two, second)] {
        let sent = device.outbox.last().unwrap().body.clone().into_bytes();
        let kept: Vec<u8> = sqlx::query_scalar("SELECT body FROM operation WHERE op_id = $1").bind(op.0).fetch_one(&stage.pool).await.unwrap();
        assert_eq!(sent, kept);
    }
    admin.pull().await.unwrap();
    let Some(Row::Conflict(row)) = admin.cache.get(&RowKey::Conflict(conflict)) else { panic!("no conflict") };
    assert_eq!((row.conflict.accepted.unwrap().op, row.conflict.other.op), (first, second));
    assert_eq!(row.conflict.settled.as_ref().unwrap().settlement, Settlement::ChargeShop);
}

#[tokio::test]
async fn rule_4_a_chain_has_no_gap_and_verifies() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let content = introduction(&mut till).await;
    for _ in 0..5 {
        record_sale(&mut till, &content);
    }
    let gap = till.send(&till.push_request(2, 5)).await.unwrap_err();
    assert_eq!((gap.status, gap.code, gap.expected_seq), (409, ErrorCode::SequenceGap, Some(1)));
    till.send(&till.push_request(1, 2)).await.unwrap();
    // Overlapping what is held already.
    let overlap = till.send(&till.push_request(1, 4)).await.unwrap();
    assert_eq!((overlap.last_seq, overlap.results.len()), (4, 4));
    let overlap = till.send(&till.push_request(3, 5)).await.unwrap();
    assert_eq!(overlap.results.iter().map(|result| result.dev_seq).collect::<Vec<_>>(), [3, 4, 5]);

    let kept: Vec<(i64, Vec<u8>, Vec<u8>)> = sqlx::query_as("SELECT dev_seq, hash, body FROM operation WHERE device_id = $1 ORDER BY dev_seq")
        .bind(till.id.0)
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    let mut hash = ChainHash::of_enrolment(till.id, 1, &till.key.verifying_key());
    for (place, (dev_seq, kept, body)) in (1..).zip(&kept) {
        assert_eq!(*dev_seq, place);
        hash = hash.then(std::str::from_utf8(body).unwrap());
        assert_eq!(hash.0.as_slice(), kept);
    }
    assert_eq!(kept.len(), 5);
    assert_eq!(stage.count("SELECT count(*) FROM push_tip").await, 3);
}

#[tokio::test]
async fn rule_4_the_servers_own_chain_verifies() {
    let stage = Stage::new().await;
    let kept: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT hash, body FROM operation WHERE device_id = '00000000-0000-0000-0000-000000000000' ORDER BY dev_seq")
            .fetch_all(&stage.pool)
            .await
            .unwrap();
    let no_key = VerifyingKey::from_bytes(&[0; 32]).unwrap();
    let mut hash = ChainHash::of_enrolment(beadsbox_domain::DeviceId(uuid::Uuid::nil()), 1, &no_key);
    for (kept, body) in &kept {
        let text = std::str::from_utf8(body).unwrap();
        let decoded = beadsbox_protocol::OperationBody::decode(text).unwrap();
        assert_eq!(decoded.encode().unwrap(), text, "written as the program writes it");
        hash = hash.then(text);
        assert_eq!(hash.0.as_slice(), kept);
    }
    assert_eq!(kept.len(), 2);
}

#[tokio::test]
async fn rule_5_a_device_at_the_head_holds_the_servers_rows() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.office("Margaux").await);
    let vouchers = sell_many(&mut one, 6).await;
    one.act(fixtures::ask(vouchers[0])).await.unwrap();
    two.act(fixtures::honour(vouchers[0])).await.unwrap();
    two.act(Operation::Cancel { voucher: vouchers[1], reason: fixtures::reason() }).await.unwrap();
    let redemption = one.record(fixtures::honour(vouchers[2]));
    one.push().await.unwrap();
    one.act(undo(vouchers[2], redemption)).await.unwrap();
    one.pull().await.unwrap();
    two.pull().await.unwrap();

    // A third one that starts from nothing, three rows at a time.
    let mut three = stage.till("Noé").await;
    loop {
        let page = three.pull_page(3, 0).await.unwrap();
        if page.to.seq == page.head {
            break;
        }
        assert_eq!(page.rows.len(), 3);
    }
    for device in [&mut one, &mut two] {
        device.pull().await.unwrap();
        assert_eq!(sorted_rows(device), sorted_rows(&three));
    }
    assert_eq!(three.cache.values().filter(|row| matches!(row, Row::Voucher(_))).count(), 6);
}

#[tokio::test]
async fn rule_6_versions_never_go_back() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let mut last = 0;
    for _ in 0..3 {
        let redemption = till.record(fixtures::ask(voucher));
        till.push().await.unwrap();
        till.act(undo(voucher, redemption)).await.unwrap();
        let page = till.pull_page(2000, 0).await.unwrap();
        let versions: Vec<u64> = page.rows.iter().map(Row::row_version).collect();
        assert_eq!(versions.len(), 1, "one voucher changed twice comes once");
        assert!(versions[0] > last);
        last = versions[0];
        let acknowledged = till.results[&(till.outbox.len() as u64)].row_version;
        assert_eq!(acknowledged, Some(last), "the acknowledgement names the version that the row has");
    }
}

#[tokio::test]
async fn rule_7_the_same_operation_gets_the_same_result() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let voucher = sell(&mut one).await;
    one.act(fixtures::ask(voucher)).await.unwrap();
    two.record(fixtures::honour(voucher));
    two.record(fixtures::ask(voucher));
    two.record_text(fixtures::stamp(two.now).op, "not even JSON".to_owned());
    let decided = two.send(&two.push_request(1, 3)).await.unwrap();
    // The world changes: the accepted one is undone, so the same requests would end otherwise today.
    let redemption = one.outbox.last().unwrap().op;
    one.act(undo(voucher, redemption)).await.unwrap();
    let twice = two.send(&two.push_request(1, 3)).await.unwrap();
    assert_eq!(decided.results, twice.results);
    let names: Vec<&str> = decided.results.iter().map(|result| result.result.as_ref().unwrap().name()).collect();
    assert_eq!(names, ["conflict", "rejected", "rejected"]);
    // And the pull says the same, where the reply was lost.
    let page = two.pull_page(10, 0).await.unwrap();
    assert_eq!(page.own_results, decided.results);
}

#[tokio::test]
async fn rule_8_a_bad_operation_blocks_neither_those_behind_it_nor_the_pull() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    let first = till.outbox[0].op;
    let filler = fixtures::stamp(till.now).op;

    till.record_text(filler, "{\"format\":1}".to_owned());
    till.record_text(filler, "\u{0}\u{0} nothing at all \u{1F480}".to_owned());
    till.record_text(filler, format!("{{\"format\":{},\"from\":\"the future\"}}", FORMAT + 1));
    let foreign = till.body(fixtures::ask(beadsbox_domain::VoucherId(uuid::Uuid::now_v7())));
    till.record_text(filler, serde_json::to_string(&beadsbox_protocol::OperationBody { dev_seq: 99, ..foreign }).unwrap());
    let repeated = till.body(fixtures::ask(beadsbox_domain::VoucherId(uuid::Uuid::now_v7())));
    till.record_text(first, serde_json::to_string(&beadsbox_protocol::OperationBody { op: first, ..repeated }).unwrap());
    // A time that PostgreSQL does not hold: SQLSTATE 22.
    let now = till.now;
    till.now = "-009000-01-01T00:00:00Z".parse().unwrap();
    record_sale(&mut till, &content);
    till.now = now;
    record_sale(&mut till, &content);
    till.push().await.unwrap();

    let told: Vec<String> = till
        .results
        .values()
        .map(|result| match &result.result {
            None => "held".to_owned(),
            Some(Outcome::Rejected { refusal: Refusal::Unreadable { .. } }) => "unreadable".to_owned(),
            Some(Outcome::Rejected { refusal: Refusal::Repeated }) => "repeated".to_owned(),
            Some(other) => other.name().to_owned(),
        })
        .collect();
    assert_eq!(told, ["applied", "unreadable", "unreadable", "held", "unreadable", "repeated", "unreadable", "applied"]);
    assert_eq!(till.results[&6].op_id, Some(first));
    till.pull().await.unwrap();
    assert_eq!(till.cache.values().filter(|row| matches!(row, Row::Voucher(_))).count(), 2);
    // All of it as it came.
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT body FROM operation WHERE device_id = $1 ORDER BY dev_seq")
        .bind(till.id.0)
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert!(kept.iter().zip(&till.outbox).all(|(kept, sent)| kept == sent.body.as_bytes()));
}

#[tokio::test]
async fn undoing_the_accepted_side_makes_the_oldest_other_side_the_accepted_one() {
    let stage = Stage::new().await;
    let (mut one, mut two, mut three) = (stage.till("Camille").await, stage.till("Noé").await, stage.till("Inês").await);
    let mut office = stage.device("Margaux", Role::BackOffice).await;
    let voucher = sell(&mut one).await;
    let mut redemptions = Vec::new();
    for device in [&mut one, &mut two, &mut three] {
        redemptions.push(device.record(fixtures::honour(voucher)));
        device.push().await.unwrap();
    }
    assert_eq!(office.act(undo(voucher, redemptions[0])).await.unwrap(), Outcome::Applied);
    office.pull().await.unwrap();

    let Some(Row::Voucher(row)) = office.cache.get(&RowKey::Voucher(voucher)) else { panic!("no voucher") };
    assert_eq!((row.voucher.status, row.voucher.since.op), (Status::Used, redemptions[1]));
    let conflict_of = |op| match office.cache.get(&RowKey::Conflict(ConflictId::from(op))) {
        Some(Row::Conflict(row)) => (format!("{:?}", row.conflict.state), row.conflict.accepted.unwrap().op),
        other => panic!("no conflict: {other:?}"),
    };
    assert_eq!(conflict_of(redemptions[1]).0, "Resolved");
    assert_eq!(conflict_of(redemptions[2]), ("Open".to_owned(), redemptions[1]));
    let outcomes: Vec<(String, bool)> = sqlx::query_as("SELECT outcome, undone_by IS NOT NULL FROM redemption ORDER BY op_id")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    let accepted = RedemptionOutcome::Accepted.name();
    assert_eq!(outcomes, [(accepted.to_owned(), true), (accepted.to_owned(), false), ("conflict".to_owned(), false)]);
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_honour_or_withdraw() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let vouchers = sell_many(&mut one, 2).await;
    // Both ask for both; one comes first. Its answers are lost: it withdraws the first and honours the second.
    let asked: Vec<_> = vouchers.iter().map(|voucher| one.record(fixtures::ask(*voucher))).collect();
    one.record(Operation::Withdraw { voucher: vouchers[0], redemption: asked[0] });
    one.record(Operation::honour(vouchers[1], asked[1]));
    one.push().await.unwrap();
    assert!(one.results.values().all(|result| result.result == Some(Outcome::Applied)));
    assert_eq!(two.act(fixtures::ask(vouchers[0])).await.unwrap(), Outcome::Applied);
    let Refusal::StatusIs { status, since } = refusal(two.act(fixtures::ask(vouchers[1])).await.unwrap()) else {
        panic!("another refusal")
    };
    assert_eq!((status, since.op, since.device), (Status::Used, asked[1], one.id));
    // It too lost that answer, and its goods went: a conflict.
    let redemption = two.outbox.last().unwrap().op;
    assert!(matches!(two.act(Operation::honour(vouchers[1], redemption)).await.unwrap(), Outcome::Conflict { .. }));
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 4);
}
