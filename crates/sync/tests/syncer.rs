//! The syncer against a server and files that live in memory, with faults on demand. Time is tokio's and stands still until it
//! is awaited, so that pauses cost nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use beadsbox_domain::{DeviceId, OpId, Outcome, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Incarnation, Problem,
    digest::{DigestAnswer, DigestQuery, RangeQuery, RangeRows},
    enrol::{RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperation, OwnOperations, OwnOperationsQuery},
    pull::{ChangesPage, ChangesQuery, Cursor},
    push::{OpResult, PushRequest, PushResponse},
    snapshot::{Manifest, SnapshotAnswer},
};
use beadsbox_sync::{Answers, Finished, Halt, IdRange, Loaded, LocalDigest, Position, Replica, Syncer, Transport, TransportError, Trouble};
use tokio::sync::Notify;
use uuid::Uuid;

/// What the next request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Unreachable,
    /// The server commits, and its reply is lost.
    ReplyLost,
    Refuse(ErrorCode),
}

#[derive(Default)]
struct ServerState {
    taken: Vec<String>,
    attempts: usize,
    head: u64,
    push_faults: Vec<Fault>,
    pull_faults: Vec<Fault>,
}

#[derive(Default)]
struct FakeServer {
    state: Mutex<ServerState>,
    news: Notify,
}

impl FakeServer {
    fn with<T>(&self, look: impl FnOnce(&mut ServerState) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }
}

fn problem(code: ErrorCode) -> TransportError {
    TransportError::Refused(Box::new(Problem::new(409, code, "no")))
}

fn results(range: std::ops::Range<usize>) -> Vec<OpResult> {
    range
        .map(|index| OpResult {
            dev_seq: index as u64 + 1,
            op_id: Some(OpId(Uuid::from_u128(index as u128))),
            result: Some(Outcome::Applied),
            row_version: None,
            commit_no: index as u64,
            receipt: String::new(),
        })
        .collect()
}

#[derive(Clone)]
struct Wire(Arc<FakeServer>);

#[async_trait]
impl Transport for Wire {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let fault = self.0.with(|server| {
            server.attempts += 1;
            server.push_faults.pop()
        });
        match fault {
            Some(Fault::Unreachable) => return Err(TransportError::Unreachable("cut".into())),
            Some(Fault::Refuse(code)) => return Err(problem(code)),
            Some(Fault::ReplyLost) | None => {}
        }
        let first = usize::try_from(request.first_seq).unwrap() - 1;
        let last = self.0.with(|server| {
            for (offset, body) in request.ops.iter().enumerate() {
                match server.taken.get(first + offset) {
                    Some(known) => assert_eq!(known, body, "another operation under a taken number"),
                    None => server.taken.push(body.clone()),
                }
            }
            server.head = server.taken.len() as u64;
            server.taken.len()
        });
        self.0.news.notify_waiters();
        if fault == Some(Fault::ReplyLost) {
            return Err(TransportError::Unreachable("reply lost".into()));
        }
        Ok(PushResponse {
            epoch: Uuid::nil(),
            last_seq: last as u64,
            results: results(first..first + request.ops.len()),
            quarantined: false,
            server_time: Timestamp::UNIX_EPOCH,
        })
    }

    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        match self.0.with(|server| server.pull_faults.pop()) {
            Some(Fault::Refuse(code)) => return Err(problem(code)),
            Some(_) => return Err(TransportError::Unreachable("cut".into())),
            None => {}
        }
        if query.wait > 0 && self.0.with(|server| server.head) == query.cursor {
            let wait = Duration::from_secs(u64::from(query.wait));
            let _ = tokio::time::timeout(wait, self.0.news.notified()).await;
        }
        let (taken, head) = self.0.with(|server| (server.taken.len(), server.head));
        let to = head.min(query.cursor + 10);
        Ok(ChangesPage {
            epoch: query.epoch,
            from: Cursor { seq: query.cursor, tag: query.tag.clone() },
            to: Cursor { seq: to, tag: "t".into() },
            head,
            last_seq: taken as u64,
            own_results: results(usize::try_from(query.acked).unwrap()..taken),
            rows: vec![],
            server_time: Timestamp::UNIX_EPOCH,
        })
    }

    async fn snapshot(&self) -> Result<SnapshotAnswer, TransportError> {
        Ok(SnapshotAnswer::NotNeeded)
    }

    async fn snapshot_chunk(&self, _: Uuid, _: usize, _: u64) -> Result<Vec<u8>, TransportError> {
        Err(problem(ErrorCode::SnapshotGone))
    }

    async fn digest(&self, _: &DigestQuery) -> Result<DigestAnswer, TransportError> {
        Ok(DigestAnswer::OtherFormat)
    }

    async fn range(&self, _: &RangeQuery) -> Result<RangeRows, TransportError> {
        Err(problem(ErrorCode::NotFound))
    }

    async fn own_operations(&self, _: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        Ok(OwnOperations { operations: Vec::new() })
    }

    async fn fork(&self, _: &ForkRequest) -> Result<ForkResponse, TransportError> {
        Err(problem(ErrorCode::NotFound))
    }

    async fn recognise(&self, _: &RecogniseRequest) -> Result<RecogniseResponse, TransportError> {
        Err(problem(ErrorCode::NotFound))
    }
}

#[derive(Default)]
struct Files {
    recorded: Vec<String>,
    acked: usize,
    cursor: Cursor,
    rebuilt: usize,
    revoked: bool,
}

#[derive(Clone, Default)]
struct Device(Arc<Mutex<Files>>);

#[derive(Debug, thiserror::Error)]
#[error("no error here")]
struct Never;

#[async_trait]
impl Replica for Device {
    type Error = Never;

    async fn position(&self) -> Result<Position, Never> {
        let files = self.0.lock().unwrap();
        Ok(Position {
            epoch: Uuid::nil(),
            incarnation: 1,
            cursor: files.cursor.clone(),
            acked: files.acked as u64,
            waiting: (files.recorded.len() - files.acked) as u64,
            last_seq: files.recorded.len() as u64,
            behind: false,
        })
    }

    async fn next_batch(&self) -> Result<Option<PushRequest>, Never> {
        let files = self.0.lock().unwrap();
        let ops: Vec<String> = files.recorded[files.acked..].iter().take(3).cloned().collect();
        Ok((!ops.is_empty()).then(|| PushRequest {
            epoch: Uuid::nil(),
            device_id: DeviceId(Uuid::nil()),
            incarnation: 1,
            first_seq: files.acked as u64 + 1,
            waiting: (files.recorded.len() - files.acked - ops.len()) as u64,
            ops,
            persons: vec![],
            chain_tip: String::new(),
            signature: String::new(),
            device_time: Timestamp::UNIX_EPOCH,
            receipts: Vec::new(),
        }))
    }

    async fn record_results(&self, _: Uuid, results: &[OpResult]) -> Result<Answers, Never> {
        let mut files = self.0.lock().unwrap();
        for result in results {
            files.acked = files.acked.max(usize::try_from(result.dev_seq).unwrap());
        }
        Ok(Answers::Kept)
    }

    async fn record_quarantined(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Never> {
        self.record_results(epoch, results).await
    }

    async fn fall_behind(&self, _: Incarnation, _: u64) -> Result<bool, Never> {
        Ok(false)
    }

    async fn take_back(&self, _: Uuid, _: &[OwnOperation]) -> Result<Answers, Never> {
        Ok(Answers::Kept)
    }

    async fn fork_request(&self, _: u64) -> Result<Option<ForkRequest>, Never> {
        Ok(None)
    }

    async fn adopt_life(&self, _: u64, _: Incarnation) -> Result<(), Never> {
        Ok(())
    }

    async fn recognition(&self) -> Result<Option<RecogniseRequest>, Never> {
        Ok(None)
    }

    async fn apply_page(&self, page: &ChangesPage) -> Result<(), Never> {
        let mut files = self.0.lock().unwrap();
        assert_eq!(files.cursor.seq, page.from.seq, "a page of another place was applied");
        for result in &page.own_results {
            files.acked = files.acked.max(usize::try_from(result.dev_seq).unwrap());
        }
        files.cursor = page.to.clone();
        Ok(())
    }

    // Snapshots and comparing: tests/whole.rs. This server makes none.
    async fn begin_load(&self, _: &Manifest) -> Result<Loaded, Never> {
        unreachable!("nothing is loaded here")
    }

    async fn load_chunk(&self, _: usize, _: Vec<u8>) -> Result<Loaded, Never> {
        unreachable!("nothing is loaded here")
    }

    async fn finish_load(&self) -> Result<Finished, Never> {
        unreachable!("nothing is loaded here")
    }

    async fn discard_load(&self) -> Result<(), Never> {
        Ok(())
    }

    async fn range_digest(&self, _: IdRange) -> Result<LocalDigest, Never> {
        unreachable!("nothing is compared here")
    }

    async fn repair_range(&self, _: IdRange, _: RangeRows) -> Result<bool, Never> {
        Ok(false)
    }

    async fn proof_is_due(&self) -> Result<bool, Never> {
        Ok(false)
    }

    async fn proved(&self) -> Result<(), Never> {
        Ok(())
    }

    async fn rebuild_cache(&self) -> Result<(), Never> {
        let mut files = self.0.lock().unwrap();
        (files.cursor, files.rebuilt) = (Cursor::default(), files.rebuilt + 1);
        Ok(())
    }

    async fn send_again_after(&self, _: Uuid, last_seq: u64) -> Result<(), Never> {
        let mut files = self.0.lock().unwrap();
        files.acked = files.acked.min(usize::try_from(last_seq).unwrap());
        Ok(())
    }

    async fn contacted(&self, _: Timestamp) {}

    async fn revoked(&self) -> Result<(), Never> {
        self.0.lock().unwrap().revoked = true;
        Ok(())
    }

    fn random(&self) -> u32 {
        500
    }
}

struct Stage {
    server: Arc<FakeServer>,
    device: Device,
    syncer: Arc<Syncer<Device, Wire>>,
}

fn stage() -> Stage {
    let (server, device) = (Arc::new(FakeServer::default()), Device::default());
    let syncer = Syncer::new(device.clone(), Wire(Arc::clone(&server)));
    Stage { server, device, syncer }
}

impl Stage {
    fn record(&self, count: usize) {
        let mut files = self.device.0.lock().unwrap();
        let start = files.recorded.len();
        files.recorded.extend((start..start + count).map(|number| format!("operation {number}")));
    }

    fn files<T>(&self, look: impl FnOnce(&Files) -> T) -> T {
        look(&self.device.0.lock().unwrap())
    }

    async fn until(&self, what: &str, seen: impl Fn(&Files) -> bool) {
        let wait = async {
            while !self.files(&seen) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(10), wait).await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}

#[tokio::test(start_paused = true)]
async fn sync_now_sends_all_and_takes_all() {
    let stage = stage();
    stage.record(25);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.server.with(|server| server.taken.len()), 25);
    assert_eq!(stage.files(|files| (files.acked, files.cursor.seq)), (25, 25));
    assert!(stage.syncer.status().borrow().up_to_date);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_made_good_without_a_second_booking() {
    let stage = stage();
    stage.record(3);
    stage.server.with(|server| server.push_faults = vec![Fault::ReplyLost]);
    assert!(matches!(stage.syncer.sync_now().await, Err(Trouble::Offline(_))));
    assert_eq!(stage.server.with(|server| server.taken.len()), 3, "the server has them");
    assert_eq!(stage.files(|files| files.acked), 0, "the device does not know");
    stage.syncer.sync_now().await.unwrap();
    assert_eq!((stage.server.with(|server| server.taken.len()), stage.files(|files| files.acked)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_by_itself_when_the_network_is_back() {
    let stage = stage();
    stage
        .server
        .with(|server| (server.push_faults, server.pull_faults) = (vec![Fault::Unreachable; 7], vec![Fault::Unreachable; 7]));
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    stage.record(5);
    stage.syncer.wake();
    stage.until("all acknowledged", |files| files.acked == 5).await;
    assert!(stage.syncer.status().borrow().online);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_while_a_long_poll_waits_is_sent_at_once() {
    let stage = stage();
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = tokio::time::Instant::now();
    stage.record(1);
    stage.syncer.wake();
    stage.until("acknowledged", |files| files.acked == 1).await;
    assert!(before.elapsed() < Duration::from_secs(1), "it waited for the long poll");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn sync_now_does_not_wait_for_the_long_poll() {
    let stage = stage();
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = tokio::time::Instant::now();
    stage.syncer.sync_now().await.unwrap();
    assert!(before.elapsed() < Duration::from_secs(1), "it waited for the long poll");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_is_gone_empties_the_cache_and_nothing_else() {
    let stage = stage();
    stage.record(2);
    stage.syncer.sync_now().await.unwrap();
    stage.server.with(|server| server.pull_faults = vec![Fault::Refuse(ErrorCode::CursorGone)]);
    stage.syncer.sync_now().await.unwrap();
    assert_eq!(stage.files(|files| (files.rebuilt, files.cursor.seq, files.acked)), (1, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_device_stops_and_wipes_its_cache_but_keeps_its_operations() {
    let stage = stage();
    stage.record(2);
    stage.server.with(|server| server.push_faults = vec![Fault::Refuse(ErrorCode::DeviceRevoked)]);
    assert_eq!(stage.syncer.sync_now().await, Err(Trouble::Halted(Halt::Revoked)));
    assert!(stage.files(|files| files.revoked && files.recorded.len() == 2 && files.acked == 0));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_is_not_hammered() {
    let stage = stage();
    stage.record(1);
    stage
        .server
        .with(|server| (server.push_faults, server.pull_faults) = (vec![Fault::Unreachable; 1000], vec![Fault::Unreachable; 1000]));
    let running = tokio::spawn(Arc::clone(&stage.syncer).run());
    tokio::time::sleep(Duration::from_mins(10)).await;
    let attempts = stage.server.with(|server| server.attempts);
    assert!((15..40).contains(&attempts), "{attempts} attempts in ten minutes");
    assert!(!stage.syncer.status().borrow().online);
    running.abort();
}
