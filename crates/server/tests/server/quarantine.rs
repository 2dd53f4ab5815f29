//! Copies of devices, and devices that were revoked: what they push is kept for an admin.

use std::time::Duration;

use beadsbox_domain::{Outcome, Refusal, Role, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    fork::{OwnOperations, QuarantineDecision, QuarantineEntry, QuarantineReason},
};
use beadsbox_testkit::{
    Answer, Session, TestDevice,
    fixtures::{self, INTRODUCTION},
};
use reqwest::Method;

use crate::support::{Stage, begin_poll, introduction, last_outcome, sell, sell_many};

async fn entries(device: &TestDevice, admin: &Session) -> Vec<QuarantineEntry> {
    device.call_as(&admin.token, Method::GET, "/v1/admin/quarantine", None::<&()>).await.unwrap()
}

async fn decide(device: &TestDevice, admin: &Session, of: &TestDevice, accept: bool) -> Answer<()> {
    let decision = QuarantineDecision { accept, reason: "seen at the shop".to_owned() };
    let path = format!("/v1/admin/quarantine/{}/{}", of.id, of.incarnation);
    device.call_as(&admin.token, Method::POST, &path, Some(&decision)).await
}

/// A till that sold, its copy, and a voucher that the till redeemed meanwhile.
async fn copied(stage: &Stage) -> (TestDevice, TestDevice, [VoucherId; 2]) {
    let mut till = stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 2).await;
    let copy = till.clone();
    assert_eq!(till.act(fixtures::ask(vouchers[0])).await.unwrap(), Outcome::Applied);
    (till, copy, [vouchers[0], vouchers[1]])
}

/// The copy records a redemption of each voucher, is found out, and goes on as a life of its own.
async fn forked(copy: &mut TestDevice, vouchers: [VoucherId; 2]) {
    for voucher in vouchers {
        copy.record(fixtures::honour(voucher));
    }
    let problem = copy.push().await.unwrap_err();
    assert_eq!((problem.code, problem.expected_seq), (ErrorCode::ChainForked, Some(3)), "the first that differs");
    assert_eq!(copy.clone().fork(3).await.unwrap(), 2);
    assert_eq!(copy.fork(3).await.unwrap(), 2, "asked again, the same life");
    let response = copy.send(&copy.push_request(3, 4)).await.unwrap();
    assert!(response.quarantined && response.results.iter().all(|result| result.result.is_none()));
    let again = copy.send(&copy.push_request(3, 4)).await.unwrap();
    assert_eq!(again.results, response.results, "kept once");
}

#[tokio::test]
async fn a_copy_goes_on_in_quarantine_and_an_admin_accepts_it() {
    let stage = Stage::new().await;
    let (office, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let (till, mut copy, vouchers) = copied(&stage).await;
    forked(&mut copy, vouchers).await;
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 1, "nothing of it counts yet");
    copy.pull().await.unwrap();
    assert!(!copy.results.contains_key(&3), "its results are open");

    let waiting = entries(&office, &admin).await;
    assert_eq!(waiting.len(), 1);
    let entry = &waiting[0];
    assert_eq!((entry.device_id, entry.incarnation, entry.reason), (copy.id, 2, QuarantineReason::Fork));
    assert_eq!((entry.operations, entry.sales, entry.redemptions), (2, 0, 2));
    assert_eq!(entry.listed.iter().map(|listed| listed.body.as_str()).collect::<Vec<_>>(), [&copy.outbox[2].body, &copy.outbox[3].body]);
    assert_eq!((entry.first_at, entry.last_at), (Some(copy.now), Some(copy.now)));

    decide(&office, &admin, &copy, true).await.unwrap();
    assert!(entries(&office, &admin).await.is_empty());
    copy.pull().await.unwrap();
    assert!(matches!(copy.results[&3].result, Some(Outcome::Conflict { .. })), "the till was first");
    assert_eq!(copy.results[&4].result, Some(Outcome::Applied));
    // From now on it is a device like any other, and the till never noticed.
    let another = sell(&mut copy).await;
    assert!(!copy.send(&copy.push_request(5, 5)).await.unwrap().quarantined);
    let mut till = till;
    assert_eq!(till.act(fixtures::ask(another)).await.unwrap(), Outcome::Applied);
    assert_eq!(stage.count("SELECT count(*) FROM quarantine_decision WHERE accepted AND reason = 'seen at the shop'").await, 1);
}

#[tokio::test]
async fn the_buyer_of_an_accepted_sale_that_is_refused_all_the_same_is_not_kept() {
    let stage = Stage::new().await;
    let (office, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let (_, mut copy, _) = copied(&stage).await;
    let content = introduction(&mut copy).await;
    let (first, second) = (fixtures::salted("Wilhelmina Buyer"), fixtures::salted("Zbigniew Wolpertinger"));
    let (_, sale) = fixtures::sale(INTRODUCTION, 1, content, &first);
    for (person, operation) in [(&first, sale.clone()), (&second, fixtures::sold_to(sale, &second))] {
        copy.remember(person);
        copy.record(operation);
    }
    copy.push().await.unwrap_err();
    copy.fork(3).await.unwrap();
    let named = "SELECT count(*) FROM person WHERE person LIKE '%Wilhelmina%' OR person LIKE '%Wolpertinger%'";
    assert!(copy.send(&copy.push_request(3, 4)).await.unwrap().quarantined);
    assert_eq!(stage.count(named).await, 2, "until an admin decides they may be needed");
    decide(&office, &admin, &copy, true).await.unwrap();
    copy.pull().await.unwrap();
    assert_eq!(copy.results[&3].result, Some(Outcome::Applied));
    assert!(matches!(copy.results[&4].result, Some(Outcome::Rejected { .. })), "{:?}", copy.results[&4]);
    assert_eq!(stage.count("SELECT count(*) FROM person WHERE person LIKE '%Wolpertinger%'").await, 0);
    assert_eq!(stage.count(named).await, 1, "and nobody else goes");
}

#[tokio::test]
async fn rule_3_what_an_admin_rejects_stays_and_the_device_is_told_why() {
    let stage = Stage::new().await;
    let (office, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let (_, mut copy, vouchers) = copied(&stage).await;
    forked(&mut copy, vouchers).await;
    copy.pull().await.unwrap();
    // It waits for news, and learns of it at once.
    let polling = begin_poll(&stage, copy.clone()).await;
    decide(&office, &admin, &copy, false).await.unwrap();
    let page = tokio::time::timeout(Duration::from_secs(10), polling).await.unwrap().unwrap().1.unwrap();
    assert_eq!(page.own_results.iter().map(|result| result.dev_seq).collect::<Vec<_>>(), [3, 4]);
    copy.pull().await.unwrap();
    for place in [3, 4] {
        let result = copy.results[&place].result.clone();
        assert!(
            matches!(&result, Some(Outcome::Rejected { refusal: Refusal::NotAccepted { reason } }) if reason.as_str() == "seen at the shop"),
            "{result:?}"
        );
    }
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar("SELECT body FROM operation WHERE incarnation = 2 ORDER BY dev_seq")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert_eq!(bodies, [copy.outbox[2].body.as_bytes(), copy.outbox[3].body.as_bytes()], "byte for byte");
    assert_eq!(stage.count("SELECT count(*) FROM redemption").await, 1);
    // What comes later waits again.
    copy.record(fixtures::ask(vouchers[1]));
    assert!(copy.send(&copy.push_request(5, 5)).await.unwrap().quarantined);
    assert_eq!(entries(&office, &admin).await[0].operations, 1);
}

#[tokio::test]
async fn a_quarantined_life_keeps_its_chain_and_is_not_forged() {
    let stage = Stage::new().await;
    let (_, mut copy, vouchers) = copied(&stage).await;
    let mut stranger = copy.clone();
    stranger.key = stage.till("Theo").await.key;
    stranger.record(fixtures::honour(vouchers[0]));
    assert_eq!(stranger.fork(3).await.unwrap_err().code, ErrorCode::BadSignature);
    forked(&mut copy, vouchers).await;

    copy.record(fixtures::ask(vouchers[0]));
    let mut forged = copy.push_request(5, 5);
    forged.signature = copy.push_request(4, 4).signature;
    assert_eq!(copy.send(&forged).await.unwrap_err().code, ErrorCode::BadSignature);
    let shared = copy.send(&copy.push_request(2, 3)).await.unwrap().results;
    assert_eq!(shared[0].result, Some(Outcome::Applied), "of the life before: it gets what it got then");
    assert_eq!(shared[1].result, None);
    // A copy of the copy is a third life.
    let mut again = copy.clone();
    again.outbox.truncate(3);
    again.record(fixtures::ask(vouchers[1]));
    assert_eq!(again.send(&again.push_request(4, 4)).await.unwrap_err().expected_seq, Some(4));
    assert_eq!(again.fork(4).await.unwrap(), 3);
}

#[tokio::test]
async fn a_copy_of_a_copy_is_told_what_an_admin_decides_on_what_both_share() {
    let stage = Stage::new().await;
    let (office, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let (_, mut copy, vouchers) = copied(&stage).await;
    forked(&mut copy, vouchers).await;
    let mut again = copy.clone();
    again.outbox.truncate(3);
    again.record(fixtures::ask(vouchers[1]));
    assert_eq!(again.fork(4).await.unwrap(), 3);
    again.send(&again.push_request(4, 4)).await.unwrap();
    decide(&office, &admin, &copy, true).await.unwrap();
    again.pull().await.unwrap();
    assert!(matches!(again.results[&3].result, Some(Outcome::Conflict { .. })), "it is the copy's, and this one's as well");
    assert!(!again.results.contains_key(&4));
}

#[tokio::test]
async fn lives_are_bounded() {
    let stage = Stage::new().await;
    let (_, copy, vouchers) = copied(&stage).await;
    let mut lives = Vec::new();
    let refused = loop {
        let mut one = copy.clone();
        one.record(fixtures::ask(vouchers[1]));
        match one.fork(3).await {
            Ok(life) => lives.push(life),
            Err(problem) => break problem.code,
        }
    };
    assert_eq!((refused, lives), (ErrorCode::TooManyForks, (2..=20).collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_revoked_device_hands_over_what_waits_and_nothing_else() {
    let stage = Stage::new().await;
    let (office, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let redemption = till.record(fixtures::honour(voucher));
    let _: serde_json::Value = office.call_as(&admin.token, Method::POST, &format!("/v1/admin/devices/{}/revoke", till.id), None::<&()>).await.unwrap();

    let response = till.send(&till.push_request(1, 2)).await.unwrap();
    assert!(response.quarantined);
    assert_eq!(response.results.iter().map(|result| result.result.clone()).collect::<Vec<_>>(), [Some(Outcome::Applied), None]);
    assert_eq!(till.pull().await.unwrap_err().code, ErrorCode::DeviceRevoked);
    assert_eq!(till.fork(2).await.unwrap_err().code, ErrorCode::DeviceRevoked);
    let waiting = entries(&office, &admin).await;
    assert_eq!((waiting.len(), waiting[0].reason, waiting[0].operations), (1, QuarantineReason::Revoked, 1));
    decide(&office, &admin, &till, true).await.unwrap();
    let standing: Vec<uuid::Uuid> = sqlx::query_scalar("SELECT op_id FROM redemption WHERE outcome = 'accepted'").fetch_all(&stage.pool).await.unwrap();
    assert_eq!(standing, [redemption.0]);
}

#[tokio::test]
async fn an_older_copy_takes_its_own_operations_back() {
    let stage = Stage::new().await;
    let (_, mut copy, vouchers) = copied(&stage).await;
    let take_back = async |device: &TestDevice, after: u64, limit: u32| -> OwnOperations {
        let path = format!("/v1/sync/operations?incarnation={}&after={after}&limit={limit}", device.incarnation);
        device.call(Method::GET, &path, None::<&()>).await.unwrap()
    };
    // The copy recorded nothing since: the page tells that it is behind.
    assert_eq!(copy.pull_page(100, 0).await.unwrap().last_seq, 3);
    let own = take_back(&copy, 2, 500).await.operations;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].result.result, Some(Outcome::Applied));
    let op = own[0].result.op_id.unwrap();
    let mut caught_up = copy.clone();
    caught_up.record_text(op, own[0].body.clone());
    assert_eq!(caught_up.act(fixtures::ask(vouchers[1])).await.unwrap(), Outcome::Applied, "the chain goes on");

    // A life that parted begins with what it shares.
    copy.acked = 2;
    copy.results.clear();
    forked(&mut copy, vouchers).await;
    let own = take_back(&copy, 0, 500).await.operations;
    assert_eq!(
        own.iter().map(|own| own.body.clone()).collect::<Vec<_>>(),
        copy.outbox.iter().map(|recorded| recorded.body.clone()).collect::<Vec<_>>()
    );
    assert_eq!(own.iter().map(|own| own.result.result.is_some()).collect::<Vec<_>>(), [true, true, false, false]);
    let buyers = own.iter().map(|own| own.person.as_ref().map(|salted| salted.open().unwrap().buyer.to_string())).collect::<Vec<_>>();
    assert_eq!(buyers[..2], [Some("Ada Lovelace".to_owned()), Some("Ada Lovelace".to_owned())], "the sales, with whom they name");
    assert_eq!(take_back(&copy, 1, 2).await.operations.iter().map(|own| own.result.dev_seq).collect::<Vec<_>>(), [2, 3]);
    // Only its own.
    let stranger = stage.till("Theo").await;
    assert!(take_back(&stranger, 0, 500).await.operations.is_empty());
    assert_eq!(last_outcome(&caught_up), Outcome::Applied);
}
