//! An empty cache is filled from a snapshot, whatever cuts it, while operations go on being sent; and a cache is compared with the
//! server, range by range. Server and files live in memory; the real ones meet in the app's tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    ErrorCode, Problem,
    digest::{DigestAnswer, DigestQuery, RangeDigest, RangeQuery, RangeRows, RowKind},
    enrol::{RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperations, OwnOperationsQuery},
    pull::{ChangesPage, ChangesQuery, Cursor},
    push::{PushRequest, PushResponse},
    snapshot::{Chunk, Manifest, SNAPSHOT_FORMAT, SnapshotAnswer},
};
use beadsbox_sync::{IdRange, Phase, Proof, Syncer, Transport, TransportError};
use uuid::Uuid;

const HEAD: u64 = 500;
const CHUNKS: usize = 4;
const CHUNK_BYTES: u64 = 10;

/// What the next request for a chunk meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Unreachable,
    /// So many bytes come.
    Cut(usize),
    Gone,
}

#[derive(Default)]
struct Stage {
    // The server.
    answers: Vec<SnapshotAnswer>,
    faults: Vec<Fault>,
    asked: Vec<(usize, u64)>,
    pages: usize,
    /// What ranges it holds, by the id at their end.
    ranges: BTreeMap<u128, String>,
    moving: usize,
    // The device.
    waiting: usize,
    sent: usize,
    cursor: u64,
    loaded: Vec<Vec<u8>>,
    unfit: usize,
    discarded: usize,
    local: BTreeMap<u128, String>,
    repaired: Vec<IdRange>,
    proved: usize,
    phases: Vec<Phase>,
}

#[derive(Clone, Default)]
struct Both(Arc<Mutex<Stage>>);

impl Both {
    fn with<T>(&self, look: impl FnOnce(&mut Stage) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn syncer(&self) -> Arc<Syncer<Self, Self>> {
        Syncer::new(self.clone(), self.clone())
    }
}

fn problem(code: ErrorCode) -> TransportError {
    TransportError::Refused(Box::new(Problem::new(410, code, "no")))
}

fn manifest() -> Manifest {
    let chunk = Chunk { rows: 10, bytes: CHUNK_BYTES, plain_bytes: 100, sha256: String::new() };
    Manifest {
        id: Uuid::from_u128(9),
        format: SNAPSHOT_FORMAT,
        epoch: Uuid::nil(),
        cursor: Cursor { seq: HEAD, tag: "t".into() },
        rows: 10 * CHUNKS as u64,
        vouchers: 30,
        voucher_digest: String::new(),
        bytes: CHUNK_BYTES * CHUNKS as u64,
        chunks: vec![chunk; CHUNKS],
        made_at: Timestamp::UNIX_EPOCH,
    }
}

fn chunk(number: usize) -> Vec<u8> {
    (0..u8::try_from(CHUNK_BYTES).unwrap()).map(|byte| byte + u8::try_from(number).unwrap() * 50).collect()
}

#[async_trait]
impl Transport for Both {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let last_seq = request.first_seq + request.ops.len() as u64 - 1;
        self.with(|stage| stage.sent += 1);
        Ok(PushResponse { epoch: Uuid::nil(), last_seq, results: vec![], quarantined: false, server_time: Timestamp::UNIX_EPOCH })
    }

    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        self.with(|stage| stage.pages += 1);
        if query.cursor == HEAD && query.wait > 0 {
            tokio::time::sleep(Duration::from_secs(u64::from(query.wait))).await;
        }
        Ok(ChangesPage {
            epoch: query.epoch,
            from: Cursor { seq: query.cursor, tag: query.tag.clone() },
            to: Cursor { seq: HEAD, tag: "t".into() },
            head: HEAD,
            last_seq: 0,
            own_results: vec![],
            rows: vec![],
            server_time: Timestamp::UNIX_EPOCH,
        })
    }

    async fn snapshot(&self) -> Result<SnapshotAnswer, TransportError> {
        self.with(|stage| {
            if stage.answers.is_empty() {
                Ok(SnapshotAnswer::Ready(manifest()))
            } else {
                Ok(stage.answers.remove(0))
            }
        })
    }

    async fn snapshot_chunk(&self, _: Uuid, number: usize, from: u64) -> Result<Vec<u8>, TransportError> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let from_byte = usize::try_from(from).unwrap();
        let fault = self.with(|stage| {
            stage.asked.push((number, from));
            stage.faults.pop()
        });
        match fault {
            Some(Fault::Unreachable) => Err(TransportError::Unreachable("cut".into())),
            Some(Fault::Gone) => Err(problem(ErrorCode::SnapshotGone)),
            Some(Fault::Cut(bytes)) => Ok(chunk(number)[from_byte..from_byte + bytes].to_vec()),
            None => Ok(chunk(number)[from_byte..].to_vec()),
        }
    }

    async fn digest(&self, query: &DigestQuery) -> Result<DigestAnswer, TransportError> {
        self.with(|stage| {
            if stage.moving > 0 || query.cursor != HEAD {
                stage.moving = stage.moving.saturating_sub(1);
                return Ok(DigestAnswer::Moving);
            }
            if query.kind != RowKind::Voucher {
                return Ok(DigestAnswer::Range(RangeDigest { through: None, rows: 0, digest: String::new() }));
            }
            let after = query.after.map_or(0, |id| id.as_u128());
            let (id, digest) = stage.ranges.range(after + 1..).next().unwrap();
            let through = (id != stage.ranges.last_key_value().unwrap().0).then(|| Uuid::from_u128(*id));
            Ok(DigestAnswer::Range(RangeDigest { through, rows: 1, digest: digest.clone() }))
        })
    }

    async fn range(&self, _: &RangeQuery) -> Result<RangeRows, TransportError> {
        Ok(RangeRows { at: Cursor { seq: HEAD, tag: String::new() }, rows: vec![], covered: None })
    }

    async fn own_operations(&self, _: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        Err(problem(ErrorCode::NotFound))
    }

    async fn fork(&self, _: &ForkRequest) -> Result<ForkResponse, TransportError> {
        Err(problem(ErrorCode::NotFound))
    }

    async fn recognise(&self, _: &RecogniseRequest) -> Result<RecogniseResponse, TransportError> {
        Err(problem(ErrorCode::NotFound))
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_cache_is_filled_from_a_snapshot() {
    let both = Both::default();
    both.with(|stage| stage.answers = vec![SnapshotAnswer::Preparing { rows: 5, of_rows: 10, retry_after_ms: 5 }]);
    both.syncer().sync_now().await.unwrap();
    assert_eq!(
        both.with(|stage| (stage.loaded.len(), stage.cursor, stage.pages)),
        (CHUNKS, HEAD, 1),
        "and one page that says it is all"
    );
}

#[tokio::test(start_paused = true)]
async fn a_short_feed_is_taken_by_pages() {
    let both = Both::default();
    both.with(|stage| stage.answers = vec![SnapshotAnswer::NotNeeded]);
    both.syncer().sync_now().await.unwrap();
    assert_eq!(both.with(|stage| (stage.loaded.len(), stage.cursor)), (0, HEAD));
}

#[tokio::test(start_paused = true)]
async fn a_cut_chunk_goes_on_where_it_was_cut_and_a_lost_network_costs_nothing_that_came() {
    let both = Both::default();
    both.with(|stage| stage.faults = vec![Fault::Unreachable, Fault::Cut(3), Fault::Cut(4)]);
    let running = tokio::spawn(Arc::clone(&both.syncer()).run());
    while both.with(|stage| stage.cursor) == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.abort();
    let asked = both.with(|stage| std::mem::take(&mut stage.asked));
    assert_eq!(asked[..3], [(0, 0), (0, 4), (0, 7)]);
    assert_eq!(both.with(|stage| stage.discarded), 0);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_that_is_gone_is_asked_for_anew() {
    let both = Both::default();
    both.with(|stage| stage.faults = vec![Fault::Gone]);
    both.syncer().sync_now().await.unwrap();
    assert_eq!(both.with(|stage| stage.cursor), HEAD);
}

#[tokio::test(start_paused = true)]
async fn what_is_unfit_is_taken_anew_and_at_last_by_pages() {
    for (unfit, chunks) in [(2, CHUNKS), (3, 0)] {
        let both = Both::default();
        both.with(|stage| stage.unfit = unfit);
        both.syncer().sync_now().await.unwrap();
        assert_eq!(both.with(|stage| (stage.loaded.len(), stage.discarded, stage.cursor)), (chunks, unfit, HEAD));
    }
}

#[tokio::test(start_paused = true)]
async fn another_epoch_or_format_goes_by_pages_which_find_out_more() {
    for other in [Manifest { epoch: Uuid::max(), ..manifest() }, Manifest { format: 77, ..manifest() }] {
        let both = Both::default();
        both.with(|stage| stage.answers = vec![SnapshotAnswer::Ready(other)]);
        both.syncer().sync_now().await.unwrap();
        assert_eq!(both.with(|stage| (stage.loaded.len(), stage.cursor)), (0, HEAD));
    }
}

#[tokio::test(start_paused = true)]
async fn operations_are_sent_while_the_snapshot_comes_and_the_screen_says_online() {
    let both = Both::default();
    let syncer = both.syncer();
    let mut status = syncer.status();
    let watching = both.clone();
    let phases = tokio::spawn(async move {
        while status.changed().await.is_ok() {
            let phase = status.borrow_and_update().progress.map(|progress| progress.phase);
            watching.with(|stage| stage.phases.extend(phase));
        }
    });
    let running = tokio::spawn(Arc::clone(&syncer).run());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(both.with(|stage| (stage.loaded.len(), stage.cursor)), (1, 0), "the first chunk is there");
    assert!(syncer.status().borrow().online);
    both.with(|stage| stage.waiting = 1);
    syncer.wake();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(both.with(|stage| (stage.sent, stage.cursor)), (1, 0), "it did not wait for the load");
    assert_eq!(syncer.status().borrow().progress.unwrap().phase, Phase::Loading, "nor took the bar's place");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(both.with(|stage| stage.cursor), HEAD);
    assert_eq!(syncer.status().borrow().progress, None);
    running.abort();
    phases.abort();
}

fn compared(local: &[(u128, &str)]) -> Both {
    let both = Both::default();
    both.with(|stage| {
        stage.cursor = HEAD;
        stage.ranges = [(10, "a"), (20, "b"), (30, "c")].map(|(id, digest)| (id, digest.to_owned())).into();
        stage.local = local.iter().map(|(id, digest)| (*id, (*digest).to_owned())).collect();
    });
    both
}

#[tokio::test(start_paused = true)]
async fn rule_5_the_range_that_differs_is_repaired_and_no_other() {
    let both = compared(&[(10, "a"), (20, "otherwise"), (30, "c")]);
    assert_eq!(both.syncer().prove().await.unwrap(), Proof::Equal { repaired: 1 });
    let range = IdRange { kind: RowKind::Voucher, after: Some(Uuid::from_u128(10)), through: Some(Uuid::from_u128(20)) };
    assert_eq!(both.with(|stage| (stage.repaired.clone(), stage.proved)), (vec![range], 1));
    assert_eq!(both.syncer().prove().await.unwrap(), Proof::Equal { repaired: 0 });
}

#[tokio::test(start_paused = true)]
async fn while_the_feed_moves_it_is_asked_again_and_never_proved() {
    let both = compared(&[(10, "a"), (20, "b"), (30, "c")]);
    both.with(|stage| stage.moving = 5);
    assert_eq!(both.syncer().prove().await.unwrap(), Proof::Equal { repaired: 0 });
    both.with(|stage| (stage.moving, stage.proved) = (usize::MAX, 0));
    assert_eq!(both.syncer().prove().await.unwrap(), Proof::PutOff);
    assert_eq!(both.with(|stage| stage.proved), 0);
}

#[tokio::test(start_paused = true)]
async fn it_is_compared_by_itself_once_it_is_due() {
    let both = compared(&[(10, "a"), (20, "b"), (30, "c")]);
    let running = tokio::spawn(both.syncer().run());
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(both.with(|stage| stage.proved), 1);
    running.abort();
}
