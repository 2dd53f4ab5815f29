//! Who works on a conflict.

use crate::stage::{Centre, Till};
use beadsbox_app::{
    ErrorCode,
    view::{AssigneeForm, ConflictFilter, ConflictInbox, ConflictRow, SettleForm, Whose},
};
use beadsbox_domain::{ConflictState, Settlement};

/// Two conflicts: the two devices honoured the same vouchers while both were offline.
async fn collide(one: &Till, other: &Till) {
    let mut codes = Vec::new();
    for _ in 0..2 {
        codes.push(one.sell("Buyer").await.code);
    }
    one.sync().await;
    other.sync().await;
    for till in [one, other] {
        till.go_offline().await;
        for code in &codes {
            till.seat().redeem(code).await.unwrap();
        }
    }
    one.come_back().await;
    other.come_back().await;
    one.sync().await;
}

async fn inbox(till: &Till, whose: Option<Whose>) -> ConflictInbox {
    till.sync().await;
    till.seat().conflicts(ConflictFilter { include_settled: false, whose }).await.unwrap()
}

fn form(row: &ConflictRow, staff_id: Option<String>) -> AssigneeForm {
    AssigneeForm { conflict_id: row.id.clone(), version: row.assignee.version, staff_id }
}

fn me(inbox: &ConflictInbox) -> Option<String> {
    inbox.colleagues.iter().find(|one| one.is_me).map(|one| one.id.clone())
}

fn counts(inbox: &ConflictInbox) -> (usize, u64, u64, u64) {
    (inbox.rows.len(), inbox.open, inbox.mine, inbox.nobodys)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_one_takes_is_theirs_on_every_screen() {
    let centre = Centre::open().await;
    let (ada, bruno) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Bruno").await);
    collide(&ada, &bruno).await;
    let seen = inbox(&ada, None).await;
    assert_eq!(counts(&seen), (2, 2, 0, 2));
    let names: Vec<&str> = seen.colleagues.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Bruno"], "nobody of the counter");
    let row = seen.rows[0].clone();
    assert!(row.assignee.may_change && row.assignee.name.is_none());

    let taken = ada.seat().assign_conflict(form(&row, me(&seen))).await.unwrap();
    assert_eq!((taken.assignee.whose, taken.assignee.name.as_deref(), taken.assignee.by.as_deref()), (Whose::Mine, Some("Ada"), None));
    assert_eq!(counts(&inbox(&ada, Some(Whose::Mine)).await), (1, 2, 1, 1));
    assert_eq!(counts(&inbox(&bruno, Some(Whose::Nobodys)).await), (1, 2, 0, 1));
    let others = inbox(&bruno, Some(Whose::Others)).await;
    assert_eq!(others.rows[0].assignee.name.as_deref(), Some("Ada"));

    // Bruno pressed on what he had seen before.
    let late = bruno.seat().assign_conflict(form(&row, me(&others))).await.unwrap_err();
    assert_eq!((late.code, late.params.get("name").map(String::as_str)), (ErrorCode::ConflictTaken, Some("Ada")));
    // Knowing whose it is, he takes it over and hands it back.
    let over = bruno.seat().assign_conflict(form(&others.rows[0], me(&others))).await.unwrap();
    let back = bruno.seat().assign_conflict(form(&over, me(&seen))).await.unwrap();
    assert_eq!((back.assignee.whose, back.assignee.by.as_deref()), (Whose::Others, Some("Bruno")));
    let mine = inbox(&ada, Some(Whose::Mine)).await;
    assert_eq!(mine.rows[0].assignee.by.as_deref(), Some("Bruno"));
    let let_go = ada.seat().assign_conflict(form(&mine.rows[0], None)).await.unwrap();
    assert_eq!((let_go.assignee.whose, let_go.assignee.version), (Whose::Nobodys, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nobody_takes_one_and_what_somebody_settles_counts_whosever_it_is() {
    let centre = Centre::open().await;
    let (ada, bruno) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Bruno").await);
    collide(&ada, &bruno).await;
    let seen = inbox(&ada, None).await;
    let row = seen.rows[0].clone();
    ada.go_offline().await;
    let refused = ada.seat().assign_conflict(form(&row, me(&seen))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Offline);
    let settle = SettleForm { conflict_id: row.id.clone(), version: row.version, settlement: Settlement::MistakenScan, reason: "Scanned twice".to_owned() };
    let settled = ada.seat().settle_conflict(settle).await.unwrap();
    assert!(settled.waiting && settled.settlement.unwrap().books.bearer.is_none());
    // Meanwhile it becomes Bruno's.
    let his = inbox(&bruno, None).await;
    let his_row = his.rows.iter().find(|other| other.id == row.id).unwrap();
    bruno.seat().assign_conflict(form(his_row, me(&his))).await.unwrap();
    ada.come_back().await;
    ada.until("settled", |bar| bar.waiting == 0).await;
    let all = ada.seat().conflicts(ConflictFilter { include_settled: true, whose: None }).await.unwrap();
    let found = all.rows.iter().find(|other| other.id == row.id).unwrap();
    assert_eq!((found.state, found.offers.len(), found.assignee.may_change), (ConflictState::Settled, 0, false));
    assert_eq!(found.assignee.name.as_deref(), Some("Bruno"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_barred_person_held_is_nobodys() {
    let centre = Centre::open().await;
    let (ada, bruno) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Bruno").await);
    collide(&ada, &bruno).await;
    let his = inbox(&bruno, None).await;
    bruno.seat().assign_conflict(form(&his.rows[0], me(&his))).await.unwrap();
    centre.bar("Bruno").await;
    let seen = inbox(&ada, Some(Whose::Nobodys)).await;
    assert_eq!(counts(&seen), (2, 2, 0, 2));
    let held = seen.rows.iter().find(|row| row.id == his.rows[0].id).unwrap();
    assert_eq!((held.assignee.name.as_deref(), held.assignee.whose), (Some("Bruno"), Whose::Nobodys), "whose it was still stands there");
    ada.seat().assign_conflict(form(held, me(&seen))).await.unwrap();
}
