//! What the syncer does after a rewind, as an older copy of a device, as a fork of one, and revoked.

use std::{sync::Arc, time::Duration};

use beadsbox_protocol::ErrorCode;
use beadsbox_sync::{Halt, Trouble};
use rstest::rstest;

use crate::stage::{Fault, stage};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_new_epoch_sends_again_what_the_server_lacks_with_its_receipts() {
    let stage = stage(&["one", "two", "three"]);
    stage.syncer.sync_now().await.unwrap();
    stage.server.with(|server| server.rewind(1));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.life(1).clone()), words(&["one", "two", "three"]));
    assert_eq!(stage.server.with(|server| server.receipts_shown.clone()), [2, 3]);
    assert_eq!(stage.files(|files| (files.epoch, files.rebuilt)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_went_back_without_a_new_epoch_is_found_out_by_its_page() {
    let stage = stage(&["one", "two", "three"]);
    stage.syncer.sync_now().await.unwrap();
    stage.server.with(|server| server.lose(1));
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("sent again", |stage| stage.server.with(|server| server.life(1).len()) == 3).await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_lost_the_device_is_shown_the_certificate() {
    let stage = stage(&["one", "two"]);
    stage.syncer.sync_now().await.unwrap();
    stage.server.with(|server| {
        server.rewind(0);
        server.known = false;
    });
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| (server.certificates, server.life(1).len())), (1, 2));
}

#[rstest]
#[case::refused(Some(Fault::Refuse(ErrorCode::BadSignature)))]
#[case::taken_and_still_unknown(None)]
#[tokio::test(start_paused = true)]
async fn a_certificate_that_does_not_help_halts(#[case] fault: Option<Fault>) {
    let stage = stage(&["one"]);
    stage.server.with(|server| {
        (server.known, server.forgets_at_once) = (false, true);
        server.recognise_faults.extend(fault);
    });
    assert_eq!(stage.syncer.sync_now().await, Err(Trouble::Halted(Halt::UnknownDevice)));
    assert!(stage.server.with(|server| server.certificates) <= 3);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_shown_again_after_the_network_failed() {
    let stage = stage(&["one"]);
    stage.server.with(|server| {
        server.known = false;
        server.recognise_faults.push(Fault::Unreachable);
    });
    assert!(matches!(stage.syncer.sync_now().await, Err(Trouble::Offline(_))));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.life(1).len()), 1);
}

#[tokio::test(start_paused = true)]
async fn rule_1_an_older_copy_takes_back_what_it_lacks_before_it_goes_on() {
    let stage = stage(&["one"]);
    let more: Vec<String> = (2..=1200).map(|number| format!("operation {number}")).collect();
    stage.server.with(|server| {
        server.life(1).push("one".to_owned());
        server.life(1).extend(more);
    });
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| (files.recorded.len(), files.behind_until)), (1200, None));
    assert_eq!(stage.files(|files| files.recorded.clone()), stage.server.with(|server| server.life(1).clone()));
}

#[tokio::test(start_paused = true)]
async fn what_waits_goes_before_anything_is_taken_back() {
    let stage = stage(&["one", "two"]);
    stage.server.with(|server| server.life(1).extend(words(&["one", "two", "three"])));
    // The first page comes before the push.
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("all back", |stage| stage.files(|files| files.recorded.len() == 3 && files.acked == 3)).await;
    running.abort();
}

#[rstest]
#[case::nothing_lost(&[])]
#[case::reply_lost(&[Fault::ReplyLost])]
#[tokio::test(start_paused = true)]
async fn rule_4_a_fork_goes_on_as_one_other_life(#[case] faults: &[Fault]) {
    let stage = stage(&["one", "two", "mine", "mine too"]);
    stage.server.with(|server| {
        server.life(1).extend(words(&["one", "two", "theirs"]));
        server.fork_faults.extend(faults);
    });
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("handed over", |stage| stage.files(|files| files.quarantined == 2)).await;
    assert_eq!(stage.files(|files| (files.incarnation, files.acked)), (2, 2), "the shared ones have their outcomes");
    assert_eq!(stage.server.with(|server| server.life(2).clone()), words(&["one", "two", "mine", "mine too"]));
    assert_eq!(stage.server.with(|server| server.life(1).clone()), words(&["one", "two", "theirs"]));
    assert_eq!(stage.server.with(|server| server.lives.len()), 2, "asked again it is the same life");
    stage.record("still working");
    stage.syncer.wake();
    stage.until("handed over", |stage| stage.files(|files| files.quarantined == 3)).await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_device_of_too_many_lives_halts() {
    let stage = stage(&["mine"]);
    stage.server.with(|server| {
        server.life(1).push("theirs".to_owned());
        server.fork_faults.push(Fault::Refuse(ErrorCode::TooManyForks));
    });
    assert_eq!(stage.syncer.sync_now().await, Err(Trouble::Halted(Halt::TooManyForks)));
}

#[tokio::test(start_paused = true)]
async fn a_life_that_the_server_lost_parts_from_the_enrolment_anew() {
    let stage = stage(&["one", "two", "mine"]);
    stage.server.with(|server| server.life(1).extend(words(&["one", "two", "theirs"])));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| files.incarnation), 2);
    stage.server.with(|server| {
        server.rewind(2);
        server.lives.remove(&2);
    });
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage
        .until("there again", |stage| stage.server.with(|server| server.lives.get(&3).is_some_and(|life| life.len() == 3)))
        .await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn rule_1_a_revoked_device_hands_over_what_waits_and_stops() {
    let stage = stage(&["one", "two", "three", "four"]);
    stage.server.with(|server| {
        server.revoked = true;
        server.push_faults.push(Fault::Unreachable);
    });
    // It ends by itself.
    tokio::time::timeout(Duration::from_mins(10), Arc::clone(&stage.syncer).run()).await.unwrap();
    assert_eq!(stage.files(|files| (files.quarantined, files.revoked)), (4, true));
    let status = stage.syncer.status().borrow().clone();
    assert_eq!((status.online, status.trouble), (false, Some(Trouble::Halted(Halt::Revoked))));
}

#[tokio::test(start_paused = true)]
async fn a_device_known_to_be_revoked_asks_for_nothing() {
    let stage = stage(&["one"]);
    stage.server.with(|server| server.revoked = true);
    stage.syncer.begin_revoked();
    tokio::time::timeout(Duration::from_mins(10), Arc::clone(&stage.syncer).run()).await.unwrap();
    assert_eq!((stage.server.with(|server| server.pulls), stage.files(|files| files.quarantined)), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_not_the_servers_are_told_and_not_taken() {
    let stage = stage(&["one"]);
    stage.server.with(|server| server.forges = true);
    assert_eq!(stage.syncer.sync_now().await, Err(Trouble::BadReceipt));
    assert!(stage.files(|files| files.acked == 0));
    assert!(!stage.syncer.status().borrow().online, "as good as away");
    stage.server.with(|server| server.forges = false);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| files.acked), 1);
}
