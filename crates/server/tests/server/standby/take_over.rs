//! The primary is lost in the middle of work, and its standby takes over by the programs that are handed out.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use beadsbox_domain::{Outcome, Role, TemplateContent};
use beadsbox_protocol::ErrorCode;
use beadsbox_testkit::{Cluster, TestDevice, fixtures};
use sqlx::PgPool;
use tokio::time::{Instant, sleep, timeout};

use super::{address_of_both, kept::KeptServer, one, pair, till, until_abreast};
use crate::support::{introduction, record_sale};

/// How many tills work at once, and how many answers each has before the loss and after it.
const TILLS: usize = 4;
const ANSWERS: u64 = 25;

/// A till that sells and redeems without end, and what it saw.
struct Shift {
    till: TestDevice,
    content: TemplateContent,
    answers: Arc<AtomicU64>,
    troubles: BTreeSet<String>,
}

impl Shift {
    async fn work(mut self, is_over: Arc<AtomicBool>) -> Self {
        while !is_over.load(Ordering::Relaxed) {
            let voucher = record_sale(&mut self.till, &self.content);
            self.till.record(fixtures::ask(voucher));
            // A person waits for nothing: what is recorded is sent until it is answered.
            while let Err(problem) = self.till.push().await {
                self.troubles.insert(format!("{:?}", problem.code));
                sleep(Duration::from_millis(50)).await;
            }
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
        self
    }
}

/// The moment of the loss, as whoever watches the primary writes it down.
pub(super) async fn now(cluster: &Cluster) -> String {
    let pool = cluster.pool("postgres");
    let now = sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&pool).await.unwrap();
    pool.close().await;
    now
}

async fn answered(answers: &[Arc<AtomicU64>], more: u64) {
    let from: Vec<u64> = answers.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    let all = async {
        while answers.iter().zip(&from).any(|(count, from)| count.load(Ordering::Relaxed) < from + more) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(Duration::from_mins(2), all).await.is_ok(), "a till is not answered");
}

/// Every receipt that the till holds names an operation that stands there so.
async fn holds_all(pool: &PgPool, till: &TestDevice) {
    assert_eq!(till.receipts.len(), till.outbox.len(), "everything was answered");
    for (dev_seq, kept) in &till.receipts {
        let recorded = &till.outbox[usize::try_from(*dev_seq).unwrap() - 1];
        let found: Option<(i64, Vec<u8>, serde_json::Value)> =
            sqlx::query_as("SELECT commit_no, hash, outcome FROM operation WHERE device_id = $1 AND dev_seq = $2 AND taken")
                .bind(till.id.0)
                .bind(i64::try_from(*dev_seq).unwrap())
                .fetch_optional(pool)
                .await
                .unwrap();
        let (commit_no, hash, outcome) = found.unwrap_or_else(|| panic!("operation {dev_seq} was acknowledged, and is lost"));
        assert_eq!((u64::try_from(commit_no).unwrap(), hex::encode(hash)), (kept.commit_no, recorded.hash.to_string()));
        assert_eq!(serde_json::from_value::<Outcome>(outcome).unwrap(), kept.outcome);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "figures, for whoever asks how long it takes")]
async fn rule_1_a_standby_takes_over_and_has_everything_that_was_acknowledged() {
    let Some((primary, standby)) = pair(true).await else { return };
    let server = KeptServer::start(address_of_both(&primary, &standby)).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let (mut shifts, mut answers) = (Vec::new(), Vec::new());
    for number in 0..TILLS {
        let mut till = till(&primary, &server.url(), &format!("Till {number}"), Role::Counter).await;
        let content = introduction(&mut till).await;
        let count = Arc::new(AtomicU64::new(0));
        answers.push(Arc::clone(&count));
        let shift = Shift { till, content, answers: count, troubles: BTreeSet::new() };
        shifts.push(tokio::spawn(shift.work(Arc::clone(&is_over))));
    }
    answered(&answers, ANSWERS).await;

    // Nobody takes over from a primary that is at work.
    let early = standby.take_over(&primary, &["--lost-at", &now(&primary).await]);
    let words = String::from_utf8_lossy(&early.stderr).into_owned();
    assert!(!early.status.success() && words.contains("still answers"), "{words}");

    let moment = now(&primary).await;
    primary.lose();
    let lost = Instant::now();
    // Every sign of life is later than the beginning of a day, and none of them waited for an other one.
    let day = moment.split(' ').next().unwrap();
    for (arguments, reason) in [
        (["--lost-at", day].as_slice(), "is a moment with its zone"),
        (&["--lost-at", &moment, "--other-received", "0/1000"], "it is not known of all others"),
        (&["--lost-at", &moment, "--other-received", "1000"], "begins with a position"),
    ] {
        let refused = standby.take_over(&primary, arguments);
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && words.contains(reason), "{words}");
    }
    let output = standby.take_over(&primary, &["--lost-at", &moment]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("the epoch goes on"));
    let promoted = lost.elapsed();
    answered(&answers, 1).await;
    let normal = lost.elapsed();
    answered(&answers, ANSWERS).await;
    is_over.store(true, Ordering::Relaxed);

    let pool = standby.pool("beadsbox");
    let mut operations = 0;
    for shift in shifts {
        let Shift { mut till, troubles, .. } = shift.await.unwrap();
        // The epoch is the same, so no till had to take anything anew.
        assert!(troubles.iter().all(|code| code == "Unavailable"), "{troubles:?}");
        holds_all(&pool, &till).await;
        till.pull().await.unwrap();
        operations += till.outbox.len();
    }
    let standing: i64 = one(&pool, "SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await;
    assert_eq!(standing, i64::try_from(operations / 2).unwrap(), "each was redeemed, and none twice");
    assert_eq!(one::<i64>(&pool, "SELECT count(*) FROM epoch").await, 0);
    assert_eq!(one::<i64>(&pool, "SELECT count(*) FROM takeover").await, 1);
    eprintln!("{operations} operations of {TILLS} tills; promoted {promoted:.1?} after the loss, everybody answered {normal:.1?} after it");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_a_standby_that_nobody_waited_for_begins_a_new_epoch_and_gets_back_what_it_lacks() {
    let Some((primary, standby)) = pair(false).await else { return };
    let server = KeptServer::start(address_of_both(&primary, &standby)).await;
    let mut till = till(&primary, &server.url(), "Camille", Role::Counter).await;
    let (content, epoch) = (introduction(&mut till).await, till.epoch);
    let voucher = record_sale(&mut till, &content);
    till.push().await.unwrap();
    until_abreast(&primary, &standby).await;
    // From here on it is lost with the primary.
    standby.end();
    assert_eq!(till.act(fixtures::ask(voucher)).await.unwrap(), Outcome::Applied);
    let moment = now(&primary).await;
    primary.lose();
    standby.begin_again();

    let refused = standby.take_over(&primary, &["--lost-at", &moment]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("no commit waited for a standby"), "{words}");
    let output = standby.take_over(&primary, &["--lost-at", &moment, "--may-have-lost"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // The till comes back by itself, once a server serves.
    let back = async {
        loop {
            match till.come_back().await {
                Ok(()) if till.epoch != epoch => break,
                Ok(()) => {}
                Err(problem) => assert_eq!(problem.code, ErrorCode::Unavailable),
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_mins(2), back).await.expect("the till comes back");
    let pool = standby.pool("beadsbox");
    let standing: i64 = one(&pool, "SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await;
    assert_eq!(standing, 1, "what was lost is there again");
    assert_eq!(one::<i64>(&pool, "SELECT count(*) FROM epoch").await, 1);
    assert_eq!(one::<i64>(&pool, "SELECT count(*) FROM takeover").await, 0);
    pool.close().await;
}

#[tokio::test]
async fn while_the_standby_is_away_nothing_is_acknowledged() {
    let Some((primary, standby)) = pair(true).await else { return };
    let server = KeptServer::start(address_of_both(&primary, &standby)).await;
    let mut till = till(&primary, &server.url(), "Camille", Role::Counter).await;
    let content = introduction(&mut till).await;
    standby.end();
    record_sale(&mut till, &content);
    let waiting = timeout(Duration::from_secs(3), till.push()).await;
    assert!(waiting.is_err(), "the commit waits: {waiting:?}");
    standby.begin_again();
    let answered = async {
        while till.push().await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_mins(1), answered).await.expect("what waited goes on");
    assert_eq!(till.receipts.len(), 1);
}
