//! Scans while somebody fills in a dialog: the answer opens over it, and what was typed is there again when the answer is closed.

use beadsbox_e2e::{Desk, Hands, Layout, Scanner};
use beadsbox_testkit::TestDatabase;

use crate::stage::{PACE_MS, TAKEN, answered, server_with_vouchers, till};

const SCANNER: Scanner = Scanner { layout: Layout::Us, pace: PACE_MS };
/// Milliseconds from key to key of somebody who types.
const HAND_MS: u32 = 90;

/// Types where the cursor is, as hands do.
async fn types(text: &str) -> anyhow::Result<()> {
    Hands::type_at(Layout::Us, text, HAND_MS).await
}

/// The test id of what has the cursor.
async fn cursor(till: &Desk) -> anyhow::Result<Option<String>> {
    let focused = till.driver.execute("return document.activeElement?.dataset.testid ?? null", Vec::new()).await?;
    Ok(focused.convert()?)
}

/// Scans, reads the answer, and closes it with the key that the panel offers.
async fn scan_and_go_on(till: &Desk, code: &str) -> anyhow::Result<()> {
    SCANNER.scan(code).await?;
    let answer = answered(till, code).await?;
    assert!(TAKEN.contains(&answer.as_str()), "{answer}");
    assert!(!till.css("[role='dialog']").await?.is_displayed().await?, "nothing lies over the answer");
    till.until("the panel's button has the cursor", async || (cursor(till).await.ok()?? == "answer-close").then_some(()))
        .await?;
    Hands::strike(&["Return"]).await?;
    till.until("the answer is closed", async || (till.count("[data-testid='answer']").await.ok()? == 0).then_some(())).await
}

#[tokio::test]
async fn a_scan_over_a_dialog_is_answered_over_it_and_the_dialog_goes_on_where_it_was() -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let (server, codes) = server_with_vouchers(&database).await?;
    let data = tempfile::tempdir()?;
    let till = till(&server, &server.url(), data.path()).await?;
    till.click("nav-close").await?;
    till.click("cash-in").await?;
    till.find("cash-reason").await?.send_keys("change from the bank").await?;
    till.put_cursor_into("cash-amount").await?;
    types("12").await?;
    till.value_is("cash-amount", "12").await?;

    scan_and_go_on(&till, &codes[0]).await?;
    till.until("the amount has the cursor", async || (cursor(&till).await.ok()?? == "cash-amount").then_some(())).await?;
    types("5").await?;
    till.value_is("cash-amount", "125").await?;
    assert_eq!(till.value("cash-reason").await?, "change from the bank");

    // One after another, without going back to the form in between.
    SCANNER.scan(&codes[1]).await?;
    answered(&till, &codes[1]).await?;
    scan_and_go_on(&till, &codes[2]).await?;
    till.value_is("cash-amount", "125").await?;
    till.click("cash-confirm").await?;
    till.css("[data-testid='cash-row'][data-movement='in']").await?;
    assert_eq!(till.count("[role='dialog']").await?, 0);
    till.close().await
}

#[tokio::test]
async fn a_count_of_notes_and_coins_outlasts_a_scan_and_its_dialog() -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let (server, codes) = server_with_vouchers(&database).await?;
    let data = tempfile::tempdir()?;
    let till = till(&server, &server.url(), data.path()).await?;
    till.click("nav-close").await?;
    till.click("cash-float").await?;
    till.fill("cash-amount", "230").await?;
    till.click("cash-confirm").await?;
    till.css("[data-testid='cash-row'][data-movement='float']").await?;
    till.click("close-begin").await?;
    till.click("count-pieces-EUR").await?;
    for (piece, count) in [("piece-5000", "3"), ("piece-2000", "4")] {
        till.put_cursor_into(piece).await?;
        types(count).await?;
    }

    scan_and_go_on(&till, &codes[0]).await?;
    till.value_is("piece-5000", "3").await?;
    till.value_is("piece-2000", "4").await?;
    till.text_where("pieces-sum", |sum| sum.contains("230")).await?;
    till.until("the piece has the cursor", async || (cursor(&till).await.ok()?? == "piece-2000").then_some(())).await?;

    // Put away by mistake.
    Hands::strike(&["Escape"]).await?;
    till.until("the dialog is closed", async || (till.count("[data-testid='pieces-sum']").await.ok()? == 0).then_some(()))
        .await?;
    till.click("count-pieces-EUR").await?;
    till.value_is("piece-5000", "3").await?;
    till.click("pieces-take").await?;
    till.value_is("count-EUR", "230.00").await?;
    till.close().await
}
