//! `GET /v1/vouchers/{id}/history`, `GET /v1/templates/{id}/history`

use beadsbox_domain::{Operation, Outcome, StaffId};
use beadsbox_protocol::{ErrorCode, history::HistoryItem};
use beadsbox_testkit::fixtures;
use reqwest::Method;
use uuid::Uuid;

use crate::support::{Stage, sell, undo};

#[tokio::test]
async fn a_voucher_shows_every_operation_on_it_with_its_outcome() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let voucher = sell(&mut one).await;
    let redemption = one.record(fixtures::ask(voucher));
    one.push().await.unwrap();
    two.act(fixtures::ask(voucher)).await.unwrap();
    one.act(undo(voucher, redemption)).await.unwrap();
    let items: Vec<HistoryItem> = two.call(Method::GET, &format!("/v1/vouchers/{voucher}/history"), None::<&()>).await.unwrap();
    let told: Vec<(StaffId, &str)> = items.iter().map(|item| (item.stamp.staff, item.result.name())).collect();
    assert_eq!(told, [(one.staff, "applied"), (one.staff, "applied"), (two.staff, "rejected"), (one.staff, "applied")]);
    assert!(matches!(items[0].operation, Operation::Sell { .. }) && items.iter().all(|item| item.online));
    assert_eq!(items[1].stamp.op, redemption);
}

#[tokio::test]
async fn the_first_templates_show_that_the_server_created_them() {
    let stage = Stage::new().await;
    let device = stage.bare_device("Till").await;
    for template in [fixtures::INTRODUCTION, fixtures::ENTANGLEMENT] {
        let items: Vec<HistoryItem> = device.call(Method::GET, &format!("/v1/templates/{template}/history"), None::<&()>).await.unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].stamp.staff, items[0].result.clone()), (StaffId(Uuid::nil()), Outcome::Applied));
        assert!(matches!(items[0].operation, Operation::CreateTemplate { .. }));
    }
}

#[tokio::test]
async fn a_note_on_a_template_is_in_its_history_for_every_office_and_changes_nothing() {
    let stage = Stage::new().await;
    let (mut one, mut two) = (stage.office("Margaux").await, stage.office("Bruno").await);
    two.pull().await.unwrap();
    let before = two.cache.clone();
    let note = Operation::NoteTemplate { template: fixtures::INTRODUCTION, text: fixtures::reason() };
    assert_eq!(one.act(note.clone()).await.unwrap(), Outcome::Applied);
    let path = format!("/v1/templates/{}/history", fixtures::INTRODUCTION);
    let items: Vec<HistoryItem> = two.call(Method::GET, &path, None::<&()>).await.unwrap();
    assert_eq!((items.len(), &items[1].operation, items[1].stamp.staff), (2, &note, one.staff));
    two.pull().await.unwrap();
    assert_eq!(two.cache, before, "whoever edits it meanwhile is not in its way");
    // On one that is not there it says so.
    let nowhere = Operation::NoteTemplate { template: beadsbox_domain::TemplateId(Uuid::now_v7()), text: fixtures::reason() };
    assert!(matches!(two.act(nowhere).await.unwrap(), Outcome::Rejected { refusal: beadsbox_domain::Refusal::UnknownTemplate }));
}

#[tokio::test]
async fn nobody_knows_an_unknown_voucher() {
    let stage = Stage::new().await;
    let device = stage.bare_device("Till").await;
    let problem = device
        .call::<serde_json::Value>(Method::GET, &format!("/v1/vouchers/{}/history", Uuid::now_v7()), None::<&()>)
        .await
        .unwrap_err();
    assert_eq!((problem.status, problem.code), (404, ErrorCode::NotFound));
    let problem = device.call::<serde_json::Value>(Method::GET, "/v1/vouchers/not-an-id/history", None::<&()>).await.unwrap_err();
    assert_eq!((problem.status, problem.code), (400, ErrorCode::Malformed));
}
