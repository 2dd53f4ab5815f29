//! The liability report against an independent computation, over random operations on random dates.

use std::collections::{BTreeMap, BTreeSet};

use beadsbox_domain::{Date, Role, ledger::EntryKind};
use beadsbox_protocol::report::{Ageing, Liability, LiabilityLine, ReportQuery};
use jiff::ToSpan as _;

use super::{
    discrepancies,
    independent::{Independent, Place, days},
    play::Play,
    report,
};

/// How many operations: `BEADSBOX_PROOF_OPERATIONS`, for the long form 100000.
fn operations() -> usize {
    std::env::var("BEADSBOX_PROOF_OPERATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(4000)
}

/// `BEADSBOX_PROOF_SEED` plays the same again, as far as ids go that are drawn anew each time.
fn seed() -> u64 {
    std::env::var("BEADSBOX_PROOF_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..))
}

fn closings(liability: &Liability) -> BTreeMap<Place, i64> {
    liability.lines.iter().map(|line| ((line.currency.code().to_owned(), line.shop.0), line.closing)).collect()
}

fn movements(line: &LiabilityLine) -> [(&'static str, i64); 8] {
    [
        ("sold", line.sold),
        ("redeemed", line.redeemed),
        ("undone", line.undone),
        ("refunded", line.refunded),
        ("expired", line.expired),
        ("extended", line.extended),
        ("replaced", line.replaced),
        ("taken_over", line.taken_over),
    ]
}

/// Same sums, where a sum of 0 may stand or be left out.
fn assert_same(ours: BTreeMap<Place, i64>, theirs: BTreeMap<Place, i64>, what: &str) {
    let not_nothing = |sums: BTreeMap<Place, i64>| -> BTreeMap<Place, i64> { sums.into_iter().filter(|(_, minor)| *minor != 0).collect() };
    assert_eq!(not_nothing(ours), not_nothing(theirs), "{what}");
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the proof says what it was made over")]
async fn the_liability_report_adds_up_to_the_minor_unit_on_random_dates() {
    let (seed, operations) = (seed(), operations());
    println!("seed {seed}, {operations} operations");
    let mut play = Play::open(seed).await;
    play.run(operations).await;
    let stage = &play.stage;
    assert_eq!(discrepancies(&stage.pool).await, Vec::<String>::new(), "seed {seed}");
    let made: Vec<(String, i64)> = sqlx::query_as("SELECT kind, count(*) FROM ledger_entry GROUP BY 1 ORDER BY 1").fetch_all(&stage.pool).await.unwrap();
    println!("{made:?}");
    let kinds: BTreeSet<&str> = EntryKind::ALL.into_iter().map(EntryKind::name).collect();
    assert_eq!(made.iter().map(|(kind, _)| kind.as_str()).collect::<BTreeSet<_>>(), kinds, "every kind of line, seed {seed}");

    let (device, session) = stage.device_with_session("Inès", Role::BackOffice).await;
    let mut independent = Independent::compute(&stage.database.owner_url()).await;
    let (first, last) = days(&stage.pool).await;
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut day = || -> Date { first + rng.i32(0..=(last - first).get_days()).days() };
    let mut late = 0;
    for _ in 0..50 {
        let (one, other) = (day(), day());
        let (from, to) = (one.min(other), one.max(other));
        let liability: Liability = report(&device, &session, "liability", &ReportQuery::of(from, to)).await.unwrap();
        assert!(liability.lines.iter().all(LiabilityLine::adds_up), "seed {seed}: {liability:?}");
        assert_same(closings(&liability), independent.owed(to).await, &format!("seed {seed}, closing {to}"));
        let opening = liability.lines.iter().map(|line| ((line.currency.code().to_owned(), line.shop.0), line.opening)).collect();
        assert_same(opening, independent.owed(from.yesterday().unwrap()).await, &format!("seed {seed}, opening {from}"));
        let moved = independent.moved(from, to).await;
        for line in &liability.lines {
            for (kind, minor) in movements(line) {
                let place = ((line.currency.code().to_owned(), line.shop.0), kind.to_owned());
                assert_eq!(minor, moved.get(&place).copied().unwrap_or(0), "seed {seed}, {kind} {from} to {to} in {line:?}");
            }
        }
        late += liability.lines.iter().map(|line| line.late.count).sum::<u64>();
        // What is owed is the same, whichever report says it.
        let ageing: Ageing = report(&device, &session, "ageing", &ReportQuery::of(to, to)).await.unwrap();
        let mut aged: BTreeMap<Place, i64> = BTreeMap::new();
        for line in &ageing.lines {
            *aged.entry((line.currency.code().to_owned(), line.shop.0)).or_default() += line.owed.minor;
        }
        assert_same(aged, closings(&liability), &format!("seed {seed}, ageing {to}"));
    }
    assert!(late > 0, "nothing was late, seed {seed}");
}

/// Every line, as a text that says all of it.
async fn lines(play: &Play) -> Vec<String> {
    sqlx::query_scalar("SELECT e::text FROM ledger_entry e ORDER BY commit_no, line")
        .fetch_all(&play.stage.pool)
        .await
        .unwrap()
}

/// What an older server took before there were books is booked as if there had been some.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "the seed, to play it again")]
async fn operations_from_before_there_were_books_make_the_same_lines() {
    let seed = seed();
    println!("seed {seed}");
    let mut play = Play::open(seed).await;
    play.run(1500).await;
    let as_it_came = lines(&play).await;
    play.stage.stop().await;
    for sql in ["TRUNCATE ledger_entry, ledger_month", "DELETE FROM ledger_filled"] {
        sqlx::query(sql).execute(&play.stage.pool).await.unwrap();
    }
    play.stage.restart().await;
    let filled = lines(&play).await;
    assert_eq!(filled.len(), as_it_came.len(), "seed {seed}");
    for (filled, came) in filled.iter().zip(&as_it_came) {
        assert_eq!(filled, came, "seed {seed}");
    }
    // Once is enough, and a second start changes nothing.
    play.stage.restart().await;
    assert_eq!(lines(&play).await.len(), as_it_came.len());
}
