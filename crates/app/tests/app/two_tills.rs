//! Two real devices (real files, real HTTP, real PostgreSQL) through sale, redemption online and offline, sync in each order,
//! conflict and settlement. The rules are those of `docs/sync.md`.

#![expect(clippy::print_stdout, reason = "the figures are what somebody runs these for")]

use std::time::Duration;

use crate::stage::{Centre, Till, link::Wire};
use beadsbox_app::view::{AnswerKind, BearerKind, ConflictFilter, RedemptionState, RefusalView, SettleForm, What};
use beadsbox_domain::{ConflictKind, Settlement, Status};
use rstest::rstest;

const MANY: usize = 200;

async fn sold(till: &Till, count: usize) -> Vec<String> {
    let mut codes = Vec::with_capacity(count);
    for number in 0..count {
        codes.push(till.sell(&format!("Buyer {number}")).await.code);
    }
    till.sync().await;
    codes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_goes_from_sale_to_redemption_and_is_seen_used_on_the_other_till() {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    let code = sold(&one, 1).await.remove(0);
    other.sync().await;
    let answer = other.seat().redeem(&code.to_lowercase().replace('-', " ")).await.unwrap();
    assert_eq!(answer.answer, AnswerKind::Confirmed);
    one.sync().await;
    assert_eq!(one.status_of(&code).await, Status::Used);
    let again = one.seat().redeem(&code).await.unwrap();
    assert_eq!(again.answer, AnswerKind::Refused);
    let Some(RefusalView::StatusIs { status: Status::Used, since }) = again.refusal else { panic!("{again:?}") };
    assert_eq!((since.shop.as_str(), since.staff.as_str(), since.device.as_str()), ("Marais", "Ada", "Till Marais"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_shows_what_every_device_did_and_says_when_it_cannot() {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    let code = sold(&one, 1).await.remove(0);
    other.sync().await;
    other.seat().redeem(&code).await.unwrap();
    one.sync().await;
    let id = one.page(&code).await.rows[0].id.clone();
    let detail = one.seat().voucher_detail(&id).await.unwrap();
    let seen: Vec<(What, &str)> = detail.history.iter().map(|entry| (entry.what, entry.fact.shop.as_str())).collect();
    assert_eq!(seen, [(What::Sold, "Montmartre"), (What::RedeemAsked, "Marais")]);
    assert!(detail.history_complete);
    one.go_offline().await;
    let detail = one.seat().voucher_detail(&id).await.unwrap();
    assert_eq!((detail.history.len(), detail.history_complete), (1, false), "only what was done here");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_online_two_tills_at_once_200_confirmed_and_200_refused_with_the_first_uses_facts() {
    let centre = Centre::open().await;
    let (one, other) = (centre.patient_till("Montmartre", "Carla").await, centre.patient_till("Marais", "Carla").await);
    let codes = sold(&one, MANY).await;
    other.sync().await;
    let race = |till: &Till, codes: Vec<String>| {
        let seat = till.seat();
        tokio::spawn(async move {
            let (mut confirmed, mut refused) = (0, 0);
            for code in codes {
                let answer = seat.redeem(&code).await.unwrap();
                match (answer.answer, answer.refusal) {
                    (AnswerKind::Confirmed, None) => confirmed += 1,
                    (AnswerKind::Refused, Some(RefusalView::StatusIs { status: Status::Used, since })) if !since.shop.is_empty() => refused += 1,
                    other => panic!("{other:?}"),
                }
            }
            (confirmed, refused)
        })
    };
    let (first, second) = tokio::join!(race(&one, codes.clone()), race(&other, codes.clone()));
    let ((confirmed, refused), (confirmed_2, refused_2)) = (first.unwrap(), second.unwrap());
    println!("online: {} confirmed, {} refused", confirmed + confirmed_2, refused + refused_2);
    assert_eq!((confirmed + confirmed_2, refused + refused_2), (MANY, MANY));
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await, 200);
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'rejected'").await, 200);
    assert_eq!(centre.count("SELECT count(*) FROM conflict").await, 0);
}

#[rstest]
#[case::one_first(true)]
#[case::other_first(false)]
#[tokio::test(flavor = "multi_thread")]
async fn rule_3_offline_two_tills_then_synced_200_accepted_and_200_conflicts(#[case] one_first: bool) {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Carla").await, centre.till("Marais", "Carla").await);
    let codes = sold(&one, MANY).await;
    other.sync().await;
    for till in [&one, &other] {
        till.go_offline().await;
        for code in &codes {
            assert_eq!(till.seat().redeem(code).await.unwrap().answer, AnswerKind::AcceptedOffline);
        }
    }
    let (first, second) = if one_first { (&one, &other) } else { (&other, &one) };
    first.come_back().await;
    second.come_back().await;
    first.sync().await;
    let (accepted, conflicts) = (
        centre.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await,
        centre.count("SELECT count(*) FROM conflict WHERE kind = 'double_redemption' AND state = 'open'").await,
    );
    println!("offline, synced {}: {accepted} accepted, {conflicts} conflicts", if one_first { "one first" } else { "other first" });
    assert_eq!((accepted, conflicts), (200, 200));
    assert_eq!(centre.count("SELECT count(*) FROM redemption").await, 400, "none lost");
    for (till, state) in [(first, RedemptionState::Confirmed), (second, RedemptionState::Conflict)] {
        let recent = till.seat().recent_redemptions().await.unwrap();
        assert!(recent.iter().all(|redemption| redemption.state == state), "{recent:?}");
        let status = till.seat().status_bar().await.unwrap();
        assert_eq!((status.waiting, status.open_conflicts), (0, 200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_settled_by_an_admin_and_every_device_sees_it() {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    let code = sold(&one, 1).await.remove(0);
    other.sync().await;
    for till in [&one, &other] {
        till.go_offline().await;
        till.seat().redeem(&code).await.unwrap();
    }
    one.come_back().await;
    other.come_back().await;
    let inbox = other.seat().conflicts(ConflictFilter::default()).await.unwrap().rows;
    let conflict = &inbox[0];
    assert_eq!((inbox.len(), conflict.kind, conflict.other.shop.as_str()), (1, ConflictKind::DoubleRedemption, "Marais"));
    assert_eq!(conflict.accepted.as_ref().unwrap().shop, "Montmartre");
    let form = SettleForm {
        conflict_id: conflict.id.clone(),
        version: conflict.version,
        settlement: Settlement::WriteOff,
        reason: "Both customers were in good faith".to_owned(),
    };
    let offered: Vec<_> = conflict.offers.iter().map(|offer| (offer.settlement, offer.books.bearer)).collect();
    let (shop, customer) = (Some(BearerKind::Shop), Some(BearerKind::Customer));
    let expected = [Some(BearerKind::Organisation), shop, customer, None];
    assert_eq!(
        offered,
        Settlement::ALL.into_iter().zip(expected).collect::<Vec<_>>(),
        "before it is settled the books' side of each way is there"
    );
    let offer = conflict.offers[0].clone();
    assert_eq!((offer.books.value.as_ref(), offer.books.shop.as_str()), (conflict.value.as_ref(), "Marais"));
    let settled = other.seat().settle_conflict(form.clone()).await.unwrap();
    assert_eq!(settled.settlement.unwrap().books, offer.books, "and afterwards it is the same");
    let open = ConflictFilter::default();
    assert!(other.seat().conflicts(open).await.unwrap().rows.is_empty());
    other.sync().await;
    one.sync().await;
    assert!(one.seat().conflicts(open).await.unwrap().rows.is_empty());
    let all = one.seat().conflicts(ConflictFilter { include_settled: true, ..open }).await.unwrap();
    let settled = all.rows[0].settlement.as_ref().unwrap();
    assert_eq!((&settled.reason, &settled.books), (&form.reason, &offer.books));
    assert!(one.seat().settle_conflict(form).await.is_err(), "a settled conflict stays settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_a_reply_lost_after_commit_redeems_once() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let code = sold(&till, 1).await.remove(0);
    till.link.set(Wire::RepliesLost);
    let started = std::time::Instant::now();
    let answer = till.seat().redeem(&code).await.unwrap();
    assert_eq!(answer.answer, AnswerKind::AcceptedOffline, "the goods go on the device's own word");
    assert!(started.elapsed() < Duration::from_secs(5), "the screen did not hang: {:?}", started.elapsed());
    assert_eq!(centre.count("SELECT count(*) FROM redemption").await, 1, "the server had taken it");
    // A wire that swallowed replies has to be hung up before anything comes through.
    till.link.set(Wire::Cut);
    till.come_back().await;
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
    assert_eq!(centre.count("SELECT count(*) FROM conflict").await, 0);
    assert_eq!(till.seat().recent_redemptions().await.unwrap()[0].state, RedemptionState::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_6_own_work_is_on_the_screen_before_and_after_every_sync() {
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.go_offline().await;
    let code = till.sell("Offline Buyer").await.code;
    assert_eq!(till.page("Offline Buyer").await.rows.len(), 1);
    assert_eq!(till.seat().redeem(&code).await.unwrap().answer, AnswerKind::AcceptedOffline);
    assert_eq!(till.status_of(&code).await, Status::Used);
    till.come_back().await;
    assert_eq!(till.page("Offline Buyer").await.rows.len(), 1, "once, not twice");
    assert_eq!(till.status_of(&code).await, Status::Used);
    centre.stop().await;
    assert_eq!(till.status_of(&code).await, Status::Used);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_9_a_server_stopped_in_mid_push_ends_with_empty_outboxes() {
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.go_offline().await;
    for number in 0..120 {
        till.sell(&format!("Buyer {number}")).await;
    }
    till.link.set(Wire::Whole);
    tokio::time::sleep(Duration::from_millis(5)).await;
    centre.stop().await;
    centre.start_again().await;
    till.until("an empty outbox", |status| status.waiting == 0 && status.online).await;
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 120);
    assert_eq!(centre.count("SELECT max(dev_seq) - count(*) FROM operation WHERE outcome IS NOT NULL AND dev_seq > 0 AND device_id <> '00000000-0000-0000-0000-000000000000'").await, 0);
}
