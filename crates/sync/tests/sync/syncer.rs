//! Sending and taking, whatever the network does: nothing twice, nothing lost, and nobody hammered.

use std::{sync::Arc, time::Duration};

use beadsbox_protocol::{ErrorCode, pull::Cursor};
use beadsbox_sync::{Halt, Trouble};

use crate::stage::{Fault, Stage, stage};

#[tokio::test(start_paused = true)]
async fn sync_now_sends_all_and_takes_all() {
    let stage = stage(&[]);
    stage.record_many(25);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.life(1).len()), 25);
    assert_eq!(stage.files(|files| (files.acked, files.cursor.seq)), (25, 25));
    assert!(stage.syncer.status().borrow().up_to_date);
}

#[tokio::test(start_paused = true)]
async fn the_next_page_comes_while_one_is_written_and_one_that_is_lost_costs_nothing() {
    let stage = stage(&[]);
    stage.server.with(|server| server.head = 35);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!((stage.files(|files| files.cursor.seq), stage.server.with(|server| server.pulls)), (35, 4), "each once");
    // Two are answered, the one that is asked for ahead of its time is lost.
    stage
        .server
        .with(|server| (server.head, server.pull_faults) = (60, vec![Fault::Unreachable, Fault::Cut(0), Fault::Cut(0)]));
    stage.syncer.sync_now().await.unwrap();
    assert_eq!((stage.files(|files| files.cursor.seq), stage.server.with(|server| server.pulls)), (60, 8), "that one twice");
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_made_good_without_a_second_booking() {
    let stage = stage(&[]);
    stage.record_many(3);
    stage.server.with(|server| server.push_faults = vec![Fault::ReplyLost]);
    assert!(matches!(stage.syncer.sync_now().await, Err(Trouble::Offline(_))));
    assert_eq!(stage.server.with(|server| server.life(1).len()), 3, "the server has them");
    assert_eq!(stage.files(|files| files.acked), 0, "the device does not know");
    stage.syncer.sync_now().await.unwrap();
    assert_eq!((stage.server.with(|server| server.life(1).len()), stage.files(|files| files.acked)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_page_whose_outcomes_are_not_the_servers_brings_no_rows_either() {
    let stage = stage(&["one"]);
    stage.server.with(|server| server.push_faults = vec![Fault::ReplyLost]);
    assert!(matches!(stage.syncer.sync_now().await, Err(Trouble::Offline(_))));
    stage.server.with(|server| (server.forges, server.push_faults) = (true, vec![Fault::Unreachable; 1000]));
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("asked", |stage| stage.server.with(|server| server.pulls) > 3).await;
    assert_eq!(stage.files(|files| (files.acked, files.cursor.seq)), (0, 0), "neither the outcome nor the place after it");
    stage.server.with(|server| server.forges = false);
    stage.until("both", |stage| stage.files(|files| (files.acked, files.cursor.seq)) == (1, 1)).await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_by_itself_when_the_network_is_back() {
    let stage = stage(&[]);
    stage
        .server
        .with(|server| (server.push_faults, server.pull_faults) = (vec![Fault::Unreachable; 7], vec![Fault::Unreachable; 7]));
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.record_many(5);
    stage.syncer.wake();
    stage.until("all acknowledged", |stage| stage.files(|files| files.acked == 5)).await;
    assert!(stage.syncer.status().borrow().online);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_while_a_long_poll_waits_is_sent_at_once() {
    let stage = stage(&[]);
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = tokio::time::Instant::now();
    stage.record_many(1);
    stage.syncer.wake();
    stage.until("acknowledged", |stage| stage.files(|files| files.acked == 1)).await;
    assert!(before.elapsed() < Duration::from_secs(1), "it waited for the long poll");
    running.abort();
}

/// A device that holds all that the server has.
fn at_the_head() -> Stage {
    let stage = stage(&[]);
    stage.server.with(|server| server.head = 5);
    stage.device.with(|files| files.cursor = Cursor { seq: 5, tag: "t".to_owned() });
    stage
}

#[tokio::test(start_paused = true)]
async fn a_device_at_the_head_is_online_with_the_first_answer_and_asks_with_patience_only_then() {
    let stage = at_the_head();
    let begun = tokio::time::Instant::now();
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("online", |stage| stage.syncer.status().borrow().online).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "the first question waited for news");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(stage.server.with(|server| server.pulls), 2, "the second one waits");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_device_that_comes_back_with_nothing_to_send_is_online_with_the_first_answer() {
    let stage = at_the_head();
    stage.server.with(|server| server.pull_faults = vec![Fault::Unreachable]);
    let begun = tokio::time::Instant::now();
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.until("online", |stage| stage.syncer.status().borrow().online).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "the question after the pause waited for news");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn sync_now_does_not_wait_for_the_long_poll() {
    let stage = stage(&[]);
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = tokio::time::Instant::now();
    stage.syncer.sync_now().await.unwrap();
    assert!(before.elapsed() < Duration::from_secs(1), "it waited for the long poll");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_is_gone_empties_the_cache_and_nothing_else() {
    let stage = stage(&[]);
    stage.record_many(2);
    stage.syncer.sync_now().await.unwrap();
    stage.server.with(|server| server.pull_faults = vec![Fault::Refuse(ErrorCode::CursorGone)]);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| (files.rebuilt, files.cursor.seq, files.acked)), (1, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_device_stops_and_wipes_its_cache_but_keeps_its_operations() {
    let stage = stage(&[]);
    stage.record_many(2);
    stage.server.with(|server| server.push_faults = vec![Fault::Refuse(ErrorCode::DeviceRevoked)]);
    assert_eq!(stage.syncer.sync_now().await, Err(Trouble::Halted(Halt::Revoked)));
    assert!(stage.files(|files| files.revoked && files.recorded.len() == 2 && files.acked == 0));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_is_not_hammered() {
    let stage = stage(&[]);
    stage.record_many(1);
    stage
        .server
        .with(|server| (server.push_faults, server.pull_faults) = (vec![Fault::Unreachable; 1000], vec![Fault::Unreachable; 1000]));
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_mins(10)).await;
    let attempts = stage.server.with(|server| server.pushes);
    assert!((15..40).contains(&attempts), "{attempts} attempts in ten minutes");
    assert!(!stage.syncer.status().borrow().online);
    running.abort();
}
