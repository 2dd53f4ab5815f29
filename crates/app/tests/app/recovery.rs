//! A restored server, older copies of a device's files, clones of a device, revoked devices, and a server that is another: real
//! devices with real files at a real server on a real database. Each ends as `docs/sync.md` says.

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::{
    ErrorCode,
    view::{AnswerKind, QuarantineForm, QuarantineReasonView, QuarantineRow, RedemptionState},
};
use beadsbox_domain::Status;

const VOUCHERS: &str = "SELECT count(*) FROM voucher";
const ACCEPTED: &str = "SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL";
const CONFLICTS: &str = "SELECT count(*) FROM conflict WHERE state = 'open'";

/// What became of the till's last redemption.
async fn last_redemption(till: &Till) -> RedemptionState {
    till.seat().recent_redemptions().await.unwrap()[0].state
}

/// Redeems it, and has the server's word on it in the end, also on a machine where that takes longer than a customer would wait.
async fn redeem(till: &Till, code: &str) {
    let answer = till.seat().redeem(code).await.unwrap();
    assert!(matches!(answer.answer, AnswerKind::Confirmed | AnswerKind::AcceptedOffline), "{answer:?}");
    till.sync().await;
    assert_eq!(last_redemption(till).await, RedemptionState::Confirmed);
}

/// A clone of the till that sold a voucher without the server while the original sold another; the code of the clone's.
async fn fork_of(till: &mut Till) -> (Till, String) {
    let mut clone = till.copy().await;
    till.go_offline().await;
    clone.until("offline", |status| !status.online).await;
    let code = clone.sell("Sold by the clone").await.code;
    clone.program.close();
    till.come_back().await;
    till.sell("Sold by the original").await;
    till.sync().await;
    clone.start_on_own_files().await;
    (clone, code)
}

fn decision(entry: &QuarantineRow, accept: bool) -> QuarantineForm {
    QuarantineForm { device_id: entry.device_id.clone(), incarnation: entry.incarnation, accept, reason: "Looked at it".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_a_server_put_back_to_a_backup_is_given_back_what_people_were_told() {
    let mut centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    let (early, twice) = (one.sell("Before the backup").await.code, one.sell("Used twice").await.code);
    one.sync().await;
    other.sync().await;
    let backup = centre.back_up();
    redeem(&one, &early).await;
    redeem(&one, &twice).await;
    let late = one.sell("After the backup").await.code;
    one.sync().await;
    one.go_offline().await;

    centre.restore(&backup).await;
    assert_eq!((centre.count(VOUCHERS).await, centre.count(ACCEPTED).await), (2, 0));
    // Another till is there first, and the restored server knows no better.
    other.sync().await;
    redeem(&other, &twice).await;
    one.come_back().await;
    other.sync().await;
    assert_eq!((centre.count(VOUCHERS).await, centre.count(ACCEPTED).await, centre.count(CONFLICTS).await), (3, 2, 1));
    for till in [&one, &other] {
        for code in [&early, &twice] {
            assert_eq!(till.status_of(code).await, Status::Used);
        }
        assert_eq!(till.status_of(&late).await, Status::Purchased);
    }
    assert_eq!(last_redemption(&one).await, RedemptionState::Confirmed, "the receipt of before stands");
    assert_eq!(last_redemption(&other).await, RedemptionState::Conflict);
    let status = one.sync().await;
    assert_eq!((status.waiting, status.refused), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_a_device_that_the_backup_does_not_know_is_known_by_its_certificate() {
    let mut centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    office.sell("Known").await;
    office.sync().await;
    let backup = centre.back_up();
    let mut late = centre.till("Marais", "Ada").await;
    let code = late.sell("Sold on a device of after the backup").await.code;
    redeem(&late, &code).await;

    centre.restore(&backup).await;
    late.restart().await;
    late.until_signed_in("Ada").await;
    late.sync().await;
    assert_eq!((centre.count(VOUCHERS).await, centre.count(ACCEPTED).await), (2, 1));
    assert_eq!(last_redemption(&late).await, RedemptionState::Confirmed);
    office.sync().await;
    assert_eq!(office.status_of(&code).await, Status::Used);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_4_a_clone_of_a_till_goes_on_as_a_life_of_its_own_until_an_admin_accepts_it() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    let shared = till.sell("Sold before there were two").await.code;
    till.sync().await;
    let (clone, code) = fork_of(&mut till).await;
    let status = clone.sync().await;
    assert_eq!((status.waiting, status.quarantined, status.trouble), (0, 1, None));
    assert_eq!(centre.count(VOUCHERS).await, 2, "nothing of it counts yet");
    // It goes on working, on its own word.
    let answer = clone.seat().redeem(&shared).await.unwrap();
    assert_eq!(answer.answer, AnswerKind::AcceptedOffline);
    assert_eq!(clone.sync().await.quarantined, 2);
    assert_eq!(last_redemption(&clone).await, RedemptionState::Quarantined);
    assert_eq!(clone.status_of(&code).await, Status::Purchased, "its own work is on its screen");

    let waiting = till.seat().quarantine().await.unwrap();
    let [entry] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((entry.reason, entry.device.as_str(), entry.operations), (QuarantineReasonView::Fork, "Till Montmartre", 2));
    assert_eq!((entry.sales, entry.redemptions, entry.listed.len()), (1, 1, 2));
    assert_eq!((entry.listed[0].subject.as_str(), entry.listed[1].subject.as_str()), (code.as_str(), shared.as_str()));
    assert!(till.seat().decide_quarantine(decision(entry, true)).await.unwrap().is_empty());

    assert_eq!(clone.sync().await.quarantined, 0);
    assert_eq!(last_redemption(&clone).await, RedemptionState::Confirmed);
    till.sync().await;
    assert_eq!((till.status_of(&code).await, till.status_of(&shared).await), (Status::Purchased, Status::Used));
    assert_eq!((centre.count(VOUCHERS).await, centre.count(ACCEPTED).await), (3, 1));
    redeem(&clone, &code).await;
    assert_eq!(clone.sync().await.quarantined, 0, "accepted, it goes on as any other till");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_an_old_outbox_put_back_takes_its_operations_back() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    till.sell("In the old copy").await;
    till.sync().await;
    let old = till.copy_files();
    till.start_on_own_files().await;
    let code = till.sell("Not in the old copy").await.code;
    redeem(&till, &code).await;
    till.program.close();

    let till = Till::on(old, till.link.clone()).await;
    till.until_signed_in("Ada").await;
    till.sync().await;
    assert_eq!(last_redemption(&till).await, RedemptionState::Confirmed, "what was done here is here again");
    let overview = till.seat().sync_overview().await.unwrap();
    assert_eq!(overview.operations, overview.confirmed);
    till.sell("After that").await;
    let status = till.sync().await;
    assert_eq!((status.waiting, status.quarantined, status.trouble), (0, 0, None), "no fork came of it");
    assert_eq!((centre.count(VOUCHERS).await, centre.count(ACCEPTED).await), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_a_revoked_till_hands_over_a_full_outbox_and_stops() {
    let centre = Centre::open().await;
    let (office, mut till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    till.go_offline().await;
    for buyer in ["One", "Two", "Three"] {
        till.sell(buyer).await;
    }
    office.revoke("Till Marais").await;
    till.link.set(crate::stage::link::Wire::Whole);
    // What was pushed into quarantine does not say yet that the device is revoked; the next page does.
    till.until("handed over", |status| status.quarantined == 3 && status.waiting == 0 && status.trouble.is_some()).await;
    assert_eq!(till.seat().status_bar().await.unwrap().trouble.unwrap().code, ErrorCode::DeviceRevoked);
    assert_eq!(till.seat().sync_now().await.unwrap_err().code, ErrorCode::DeviceRevoked);
    assert_eq!(till.try_to_write_a_template("Four").await.unwrap_err().code, ErrorCode::DeviceRevoked);
    assert_eq!((till.seat().sync_overview().await.unwrap().cursor, centre.count(VOUCHERS).await), (0, 0), "its cache is gone");
    // It knows by itself, also without the server.
    till.link.set(crate::stage::link::Wire::Cut);
    till.restart().await;
    till.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(till.seat().status_bar().await.unwrap().trouble.unwrap().code, ErrorCode::DeviceRevoked);

    let entry = office.seat().quarantine().await.unwrap().remove(0);
    assert_eq!((entry.reason, entry.sales), (QuarantineReasonView::Revoked, 3));
    let refused = office.seat().decide_quarantine(QuarantineForm { reason: " ".to_owned(), ..decision(&entry, true) }).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NeedsReason);
    assert!(office.seat().decide_quarantine(decision(&entry, true)).await.unwrap().is_empty());
    office.sync().await;
    assert_eq!((centre.count(VOUCHERS).await, office.page("").await.rows.len()), (3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_6_what_an_admin_rejects_stays_on_the_clones_screen_as_refused() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    till.sell("Before").await;
    till.sync().await;
    let (clone, code) = fork_of(&mut till).await;
    assert_eq!(clone.sync().await.quarantined, 1);
    let entry = till.seat().quarantine().await.unwrap().remove(0);
    assert!(till.seat().decide_quarantine(decision(&entry, false)).await.unwrap().is_empty());
    let status = clone.sync().await;
    assert_eq!((status.quarantined, status.refused), (0, 1));
    let refused = clone.seat().sync_overview().await.unwrap().refused;
    assert!(!refused[0].contradicted && refused[0].refusal.is_some());
    assert_eq!(
        (&refused[0].subject, &refused[0].voucher_id),
        (&code, &None),
        "somebody holds a paper with this code, and there is no voucher to open"
    );
    // Whoever works at the till may say that they have read it.
    clone.sign_in("Carla", PASSWORD).await.unwrap();
    assert_eq!(clone.seat().refused_operations().await.unwrap(), refused);
    assert!(clone.seat().acknowledge_refusal(&refused[0].op_id).await.unwrap().is_empty());
    assert_eq!(clone.seat().status_bar().await.unwrap().refused, 0);
    assert_eq!(centre.count(VOUCHERS).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_sign_as_the_one_of_the_enrolment_is_told_and_not_believed() {
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.go_offline().await;
    let code = till.sell("Signed for by another").await.code;
    centre.change_key().await;
    till.link.set(crate::stage::link::Wire::Whole);
    assert_eq!(till.seat().sync_now().await.unwrap_err().code, ErrorCode::BadReceipt);
    let status = till.seat().status_bar().await.unwrap();
    assert_eq!((status.waiting, status.online, status.trouble.unwrap().code), (1, false, ErrorCode::BadReceipt));
    // People go on as without a server.
    assert_eq!(till.seat().redeem(&code).await.unwrap().answer, AnswerKind::AcceptedOffline);
}
