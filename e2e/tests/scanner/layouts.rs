//! Fifty in a row on three layouts, and what is scanned faster than it is answered, or before it was ever synced.

#![expect(clippy::print_stdout, reason = "how long it took")]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use beadsbox_domain::{Money, code::grouped};
use beadsbox_e2e::{Desk, Layout, Scanner, Wire};
use beadsbox_protocol::signed_code::SignedVoucher;
use beadsbox_testkit::{TestDatabase, told};
use ed25519_dalek::SigningKey;
use thirtyfour::Key;

use crate::stage::{PACE_MS, TAKEN, answered, redemptions, server_with_vouchers, sync, till, unsent_sale};

const SCANS: usize = 50;
/// The computer's layout and the scanner's, each for ten scans.
const LAYOUTS: [(Layout, Layout); 5] =
    [(Layout::Us, Layout::Us), (Layout::Fr, Layout::Us), (Layout::De, Layout::De), (Layout::Us, Layout::Fr), (Layout::Fr, Layout::De)];
/// The server is away for the scans from here to there.
const AWAY: std::ops::Range<usize> = 15..35;

/// Milliseconds from each scan's last key until its answer was on the screen, by the page's own clock.
async fn measured(till: &Desk) -> anyhow::Result<Vec<f64>> {
    let taken = "const all = performance.getEntriesByName('scan to answer').map((one) => one.duration);
        performance.clearMeasures('scan to answer'); return all;";
    Ok(till.driver.execute(taken, Vec::new()).await?.convert()?)
}

/// Prints them: nothing is judged by time on a machine that does other things as well.
fn report(what: &str, mut latencies: Vec<f64>) {
    latencies.sort_by(f64::total_cmp);
    let at = |part: usize| latencies[(latencies.len() - 1) * part / 4];
    println!(
        "last key to answer, {what}: {} scans, a quarter within {:.1}, half {:.1}, all {:.1} ms",
        latencies.len(),
        at(1),
        at(2),
        at(4)
    );
}

#[tokio::test]
async fn rule_1_fifty_scans_in_a_row_are_fifty_redemptions_on_every_layout() -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let (mut server, codes) = server_with_vouchers(&database).await?;
    let data = tempfile::tempdir()?;
    let till = till(&server, &server.url(), data.path()).await?;
    till.click("nav-sell").await?;
    till.css("[data-testid^='sell-template-']").await?.click().await?;
    till.fill("sell-buyer", "Léa").await?;
    let (mut online, mut offline) = (Vec::new(), Vec::new());
    for (number, code) in codes.iter().take(SCANS).enumerate() {
        let (computer, scanner) = LAYOUTS[number / 10];
        if number % 10 == 0 {
            computer.use_it().await?;
        }
        if number == AWAY.start {
            measured(&till).await.map(|some| online.extend(some))?;
            server.kill().await?;
            till.attribute_is("status-online", "data-online", "false").await?;
        }
        if number == AWAY.end {
            measured(&till).await.map(|some| offline.extend(some))?;
            server.up().await?;
            till.attribute_is("status-online", "data-online", "true").await?;
        }
        if number % 10 == 7 {
            // In the middle of a form.
            till.driver.action_chain().send_keys(Key::Escape).perform().await?;
            till.put_cursor_into("sell-buyer").await?;
        }
        let text = if number % 2 == 0 { code.clone() } else { grouped(code) };
        Scanner { layout: scanner, pace: PACE_MS }.scan(&text).await?;
        let answer = answered(&till, code).await.with_context(|| format!("scan {number} of {code} by {scanner:?} on {computer:?}"))?;
        // With the server there a busy machine may leave the till without its answer in time; then it goes on offline, as it should.
        let taken: &[&str] = if AWAY.contains(&number) { &["accepted_offline"] } else { &TAKEN };
        assert!(taken.contains(&answer.as_str()), "scan {number} of {code} by {scanner:?} on {computer:?}: {answer}");
    }
    measured(&till).await.map(|some| online.extend(some))?;
    assert_eq!(online.len() + offline.len(), SCANS, "each scan was answered once");
    report("online", online);
    report("offline", offline);

    // No scan typed anything.
    till.driver.action_chain().send_keys(Key::Escape).perform().await?;
    assert_eq!(till.find("sell-buyer").await?.prop("value").await?.as_deref(), Some("Léa"));
    till.click("nav-redeem").await?;
    assert_eq!(till.find("redeem-input").await?.prop("value").await?.as_deref(), Some(""));

    // A scanner that reads twice asks once, and the person is told.
    Layout::Us.use_it().await?;
    let twice = Scanner { layout: Layout::Us, pace: PACE_MS };
    twice.scan(&codes[SCANS]).await?;
    twice.scan(&codes[SCANS]).await?;
    let answer = answered(&till, &codes[SCANS]).await?;
    assert!(TAKEN.contains(&answer.as_str()), "asked twice, the second is refused: {answer}");
    till.find("answer-again").await?;

    sync(&till).await?;
    till.attribute_is("status-waiting", "data-waiting", "0").await?;
    let all = i64::try_from(codes.len())?;
    assert_eq!(redemptions(&database.pool()).await?, (all, all), "each voucher redeemed on the server, once");
    let collided: i64 = sqlx::query_scalar("SELECT count(*) FROM conflict").fetch_one(&database.pool()).await?;
    assert_eq!(collided, 0);
    till.close().await
}

#[tokio::test]
async fn scans_that_come_faster_than_a_hanging_network_answers_are_all_answered_in_order() -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let (server, codes) = server_with_vouchers(&database).await?;
    let (data, wire) = (tempfile::tempdir()?, Wire::to(&server.url()).await?);
    let till = till(&server, wire.url(), data.path()).await?;
    // The server gets nothing and says nothing from here on.
    wire.hold("POST /v1/sync/push", 0);
    let scanner = Scanner { layout: Layout::Us, pace: PACE_MS };
    for code in codes.iter().take(6) {
        scanner.scan(code).await?;
    }
    let started = Instant::now();
    answered(&till, &codes[5]).await?;
    assert!(started.elapsed() < Duration::from_secs(6), "six answers, each within a second");
    let latencies = measured(&till).await?;
    println!("last key to answer, network hanging, in order: {latencies:.0?} ms");
    assert_eq!(latencies.len(), 6);
    let order = till
        .until("six redemptions", async || {
            let rows = till.driver.find_all(thirtyfour::By::Css("[data-testid='recent-row']")).await.ok()?;
            let mut order = Vec::new();
            for row in &rows {
                order.push(row.attr("data-code").await.ok()??.replace('-', ""));
            }
            (order.len() == 6).then_some(order)
        })
        .await?;
    let expected: Vec<String> = codes[..6].iter().rev().cloned().collect();
    assert_eq!(order, expected, "the newest stands first");
    till.close().await
}

#[tokio::test]
async fn a_signed_code_is_honoured_before_its_sale_was_ever_synced_and_once() -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let (server, _) = server_with_vouchers(&database).await?;
    let (mut seller, says, text) = unsent_sale(&server, |_| true).await?;
    let data = tempfile::tempdir()?;
    let till = till(&server, &server.url(), data.path()).await?;
    Layout::Fr.use_it().await?;
    let scanner = Scanner { layout: Layout::Us, pace: PACE_MS };
    let code = says.code.compact();

    let dearer = SignedVoucher { price: Money { minor: says.price.minor + 1, ..says.price }, ..says.clone() };
    let forged = dearer.sign(seller.id, &SigningKey::from_bytes(&[9; 32]));
    scanner.scan(&forged).await?;
    assert_eq!(answered(&till, &code).await?, "refused", "made up");
    scanner.scan(&text).await?;
    let told_by_signature = till.until("honoured", async || (answered(&till, &code).await.ok()? == "accepted_offline").then_some(())).await;
    told_by_signature.context("the server has not heard of it, and the signature is good")?;
    // Sooner it would be the scanner's double read.
    tokio::time::sleep(Duration::from_secs(2)).await;
    scanner.scan(&text).await?;
    till.until("refused", async || (answered(&till, &code).await.ok()? == "refused").then_some(())).await?;

    told(seller.push().await)?;
    sync(&till).await?;
    let state: (String, i64) = sqlx::query_as("SELECT status, (SELECT count(*) FROM conflict WHERE state = 'open') FROM voucher WHERE code = $1")
        .bind(&code)
        .fetch_one(&database.pool())
        .await?;
    assert_eq!(state, ("used".to_owned(), 0));
    Layout::Us.use_it().await?;
    till.close().await
}
