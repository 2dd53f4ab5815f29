//! Reports that are read from a copy, and how old they say they are.

use std::time::{Duration, Instant};

use beadsbox_domain::Role;
use beadsbox_protocol::report::Liability;
use beadsbox_server::{Config, RunningServer, Server};
use beadsbox_testkit::{Cluster, Session, TestDevice};
use reqwest::Method;
use tokio::time::{sleep, timeout};

use super::{WEB, pair, until_abreast};
use crate::support::{PASSWORD, introduction, record_sale};

/// A server that reads reports from the standby, and somebody of the office.
async fn serve(primary: &Cluster, standby: &Cluster) -> RunningServer {
    let url = |port: u16| format!("postgres://{WEB}@127.0.0.1:{port}/beadsbox");
    let mut config = Config::new(url(primary.port()), "127.0.0.1:0".parse().unwrap());
    config.database_read_url = Some(url(standby.port()).into());
    config.sign_every = Duration::from_millis(200);
    Server::start(config).await.unwrap()
}

async fn report(till: &TestDevice, session: &Session) -> Liability {
    let path = "/v1/reports/liability?from=2026-01-01&to=2027-12-31";
    till.call_as(&session.token, Method::GET, path, None::<&()>).await.unwrap()
}

fn sold(report: &Liability) -> i64 {
    report.lines.iter().map(|line| line.sold).sum()
}

async fn on(standby: &Cluster, sql: &'static str) {
    standby.execute("postgres", sql.to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_from_a_copy_says_how_old_it_is_and_without_the_copy_it_is_new() {
    let Some((primary, standby)) = pair(false).await else { return };
    let server = serve(&primary, &standby).await;
    let mut till = super::till(&primary, &server.url(), "Bruno", Role::BackOffice).await;
    let session = till.sign_in("Bruno", PASSWORD).await.unwrap();
    let content = introduction(&mut till).await;
    let price = content.price.minor;
    record_sale(&mut till, &content);
    till.push().await.unwrap();
    let caught_up = async {
        while sold(&report(&till, &session).await) < price {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_mins(1), caught_up).await.expect("the copy follows");

    // The copy stands still: it says so, and the report shows what it has.
    on(&standby, "SELECT pg_wal_replay_pause()").await;
    record_sale(&mut till, &content);
    till.push().await.unwrap();
    let old = async {
        loop {
            let report = report(&till, &session).await;
            if report.made.data_age_seconds >= 3 {
                return report;
            }
            sleep(Duration::from_millis(200)).await;
        }
    };
    let old = timeout(Duration::from_mins(1), old).await.expect("it says that it is old");
    assert_eq!(sold(&old), price, "read from the copy");
    on(&standby, "SELECT pg_wal_replay_resume()").await;

    // The copy has fallen silent: nobody waits for it as long as for a report.
    let silence = standby.silence();
    let begun = Instant::now();
    let new = report(&till, &session).await;
    assert_eq!((sold(&new), new.made.data_age_seconds), (2 * price, 0));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    drop(silence);

    // The copy is away: the database itself answers.
    standby.end();
    let new = report(&till, &session).await;
    assert_eq!((sold(&new), new.made.data_age_seconds), (2 * price, 0));
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_another_database_is_not_read() {
    let Some((primary, standby)) = pair(false).await else { return };
    let pool = primary.pool("beadsbox");
    beadsbox_server::begin_epoch(&pool, "the copy hears of it").await.unwrap();
    until_abreast(&primary, &standby).await;
    on(&standby, "SELECT pg_wal_replay_pause()").await;
    beadsbox_server::begin_epoch(&pool, "the copy does not hear of it").await.unwrap();
    pool.close().await;
    let server = serve(&primary, &standby).await;
    let mut till = super::till(&primary, &server.url(), "Bruno", Role::BackOffice).await;
    let session = till.sign_in("Bruno", PASSWORD).await.unwrap();
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    till.push().await.unwrap();
    let report = report(&till, &session).await;
    assert_eq!((sold(&report), report.made.data_age_seconds), (content.price.minor, 0), "the database itself answers");
    server.kill();
    on(&standby, "SELECT pg_wal_replay_resume()").await;
}

/// Waits until the copy says that it is so.
async fn until_so(standby: &Cluster, sql: &'static str) {
    let pool = standby.pool("beadsbox");
    while !super::one::<bool>(&pool, sql).await {
        sleep(Duration::from_millis(20)).await;
    }
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_whose_copy_is_lost_while_it_is_read_is_read_from_the_database() {
    let Some((primary, standby)) = pair(false).await else { return };
    let server = serve(&primary, &standby).await;
    let mut till = super::till(&primary, &server.url(), "Bruno", Role::BackOffice).await;
    let session = till.sign_in("Bruno", PASSWORD).await.unwrap();
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    till.push().await.unwrap();
    until_abreast(&primary, &standby).await;

    // A lock on the books comes with the log, and there it stays: in the copy, and only there, a report waits.
    let pool = primary.pool("beadsbox");
    let mut locking = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE ledger_entry IN ACCESS EXCLUSIVE MODE").execute(&mut *locking).await.unwrap();
    until_so(
        &standby,
        "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'ledger_entry'::regclass AND mode = 'AccessExclusiveLock')",
    )
    .await;
    on(&standby, "SELECT pg_wal_replay_pause()").await;
    until_so(&standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'").await;
    locking.rollback().await.unwrap();

    let lost = async {
        until_so(
            &standby,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'beadsbox-server' AND wait_event_type = 'Lock')",
        )
        .await;
        standby.lose();
    };
    let (report, ()) = timeout(Duration::from_mins(1), async { tokio::join!(report(&till, &session), lost) }).await.expect("a report");
    assert_eq!((sold(&report), report.made.data_age_seconds), (content.price.minor, 0), "the database itself answers");
    pool.close().await;
    server.kill();
}
