//! Many operations: the next batch is on its way while the outcomes of one are written down, and whatever goes wrong then, the files
//! say what comes next.

use std::{sync::Arc, time::Duration};

use beadsbox_protocol::ErrorCode;
use beadsbox_sync::Trouble;
use rstest::rstest;
use tokio::{task::JoinHandle, time::sleep};

use crate::stage::{Fault, Stage, stage};

const WHILE_KEEPING: Duration = Duration::from_millis(500);

/// A device with four batches of three, which takes a second to write outcomes down.
fn slow() -> Stage {
    let stage = stage(&[]);
    stage.record_many(12);
    stage.device.with(|files| files.keeping_takes = Duration::from_secs(1));
    stage
}

fn sends(stage: &Stage) -> JoinHandle<Result<u64, Trouble>> {
    let syncer = Arc::clone(&stage.syncer);
    tokio::spawn(async move { syncer.send_now().await })
}

/// Operations on the server, and those whose outcomes the device has.
fn stands(stage: &Stage) -> (usize, usize) {
    (stage.server.with(|server| server.life(1).len()), stage.files(|files| files.acked))
}

/// Everything that was recorded is on the server, once and in order, and the device knows it.
fn assert_all_sent(stage: &Stage) {
    assert_eq!(stage.server.with(|server| server.life(1).clone()), stage.files(|files| files.recorded.clone()));
    assert_eq!(stands(stage), (12, 12));
}

#[tokio::test(start_paused = true)]
async fn the_next_batch_is_on_its_way_while_outcomes_are_written_down_and_no_other() {
    let stage = slow();
    let sending = sends(&stage);
    sleep(WHILE_KEEPING).await;
    assert_eq!(stands(&stage), (6, 0), "one batch ahead");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(stands(&stage), (9, 3), "and not two");
    assert_eq!(sending.await.unwrap(), Ok(12));
    assert_all_sent(&stage);
    assert_eq!(stage.server.with(|server| server.pushes), 4, "each once");
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_sent_only_once_the_one_before_was_answered() {
    let stage = slow();
    stage.server.with(|server| server.push_takes = Duration::from_secs(5));
    let sending = sends(&stage);
    // The server looks whether two are there at once.
    assert_eq!(sending.await.unwrap(), Ok(12));
    assert_all_sent(&stage);
}

#[rstest]
#[case::unreachable(Fault::Unreachable)]
#[case::reply_lost(Fault::ReplyLost)]
#[case::busy(Fault::Refuse(ErrorCode::Unavailable))]
#[tokio::test(start_paused = true)]
async fn rule_1_a_batch_that_fails_on_its_way_is_sent_again_and_the_outcomes_before_it_are_kept(#[case] fault: Fault) {
    let stage = slow();
    stage.server.with(|server| server.push_faults = vec![fault, Fault::Cut(0)]);
    assert!(stage.syncer.send_now().await.is_err());
    assert_eq!(stage.files(|files| files.acked), 3, "what was answered is on the disk");
    stage.syncer.sync_now().await.unwrap();
    assert_all_sent(&stage);
}

#[tokio::test(start_paused = true)]
async fn rule_1_the_program_ends_between_an_answer_and_its_outcomes_on_the_disk() {
    let stage = slow();
    let sending = sends(&stage);
    sleep(WHILE_KEEPING).await;
    sending.abort();
    assert_eq!(stands(&stage), (6, 0), "two batches of which the device knows nothing");
    assert!(sending.await.is_err());
    stage.syncer.send_now().await.unwrap();
    assert_all_sent(&stage);
    assert_eq!(stage.server.with(|server| server.head), 12, "nothing twice");
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_not_the_servers_stop_what_comes_behind_them() {
    let stage = slow();
    stage.server.with(|server| server.forges = true);
    assert_eq!(stage.syncer.send_now().await, Err(Trouble::BadReceipt));
    assert_eq!(stands(&stage), (6, 0), "the one on its way was the last");
    stage.server.with(|server| server.forges = false);
    stage.syncer.sync_now().await.unwrap();
    assert_all_sent(&stage);
}

#[rstest]
#[case::restored(true)]
#[case::went_back_unnoticed(false)]
#[tokio::test(start_paused = true)]
async fn rule_1_a_server_that_goes_back_while_outcomes_are_written_down_gets_all_again(#[case] restored: bool) {
    for left in 0..=6 {
        let stage = slow();
        let sending = sends(&stage);
        sleep(WHILE_KEEPING).await;
        stage.server.with(|server| if restored { server.rewind(left) } else { server.lose(left) });
        sending.await.unwrap().unwrap();
        stage.syncer.sync_now().await.unwrap();
        assert_all_sent(&stage);
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_found_out_in_the_middle_goes_on_as_another_life() {
    let stage = slow();
    let sending = sends(&stage);
    sleep(WHILE_KEEPING).await;
    // The other copy sent its own.
    stage.server.with(|server| server.life(1).push("another's".to_owned()));
    sending.await.unwrap().unwrap();
    stage.syncer.sync_now().await.unwrap();
    let life = stage.files(|files| files.incarnation);
    assert_eq!(life, 2);
    assert_eq!(stage.server.with(|server| server.life(life).clone()), stage.files(|files| files.recorded.clone()));
    assert_eq!(stage.files(|files| (files.acked, files.quarantined)), (6, 6));
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_meanwhile_goes_as_well() {
    let stage = slow();
    let sending = sends(&stage);
    sleep(WHILE_KEEPING).await;
    stage.record("later");
    assert_eq!(sending.await.unwrap(), Ok(13));
    assert_eq!(stands(&stage), (13, 13));
}
