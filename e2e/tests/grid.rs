//! The grid in the real window, with the keyboard alone: found, all that match chosen, cancelled, the results read; and its tables saved
//! where the system's own dialog says.

use std::path::Path;

use anyhow::Context as _;
use beadsbox_e2e::{
    Desk, Wire, dialog,
    office::{PASSWORD, centre, office_by},
};
use beadsbox_testkit::ServerProcess;
use thirtyfour::Key;

async fn office(data: &Path) -> anyhow::Result<(ServerProcess, Desk)> {
    let server = filled_server("400").await?;
    let desk = office_at(&server, &server.url(), data).await?;
    Ok((server, desk))
}

async fn filled_server(vouchers: &str) -> anyhow::Result<ServerProcess> {
    let server = centre(&[("Ada", "admin")]).await?;
    server.program().run(&["seed", "--vouchers", vouchers], "").await?;
    Ok(server)
}

async fn office_at(server: &ServerProcess, url: &str, data: &Path) -> anyhow::Result<Desk> {
    let desk = office_by(server, url, data, "Ada").await?;
    desk.css("[data-testid='voucher-row']").await?;
    Ok(desk)
}

async fn number(desk: &Desk, id: &str, attribute: &str) -> anyhow::Result<u64> {
    let selector = format!("[data-testid='{id}'][{attribute}]");
    let text = desk.css(&selector).await?.attr(attribute).await?.unwrap_or_default();
    text.parse().with_context(|| format!("{attribute} of {id}: {text:?}"))
}

async fn rows_are(desk: &Desk, status: &str, none: bool) -> anyhow::Result<()> {
    let (all, those) = ("[data-testid='voucher-row']".to_owned(), format!("[data-testid='voucher-row'][data-status='{status}']"));
    desk.until(&format!("rows {status}"), async || {
        let (all, those) = (desk.count(&all).await.ok()?, desk.count(&those).await.ok()?);
        (all > 0 && if none { those == 0 } else { those == all }).then_some(())
    })
    .await
}

#[tokio::test]
async fn with_keys_alone_all_that_match_are_found_chosen_cancelled_and_the_results_read() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    // Found: the words of a title in any order.
    desk.press("/").await?;
    desk.press("course quantum").await?;
    desk.until("the search's rows", async || {
        (desk.driver.execute("return document.activeElement.value", Vec::new()).await.ok()?.json().as_str()? == "course quantum").then_some(())
    })
    .await?;
    desk.pause().await;
    desk.press(Key::Enter).await?;
    // One by one, from row to row, and all.
    desk.press(" ").await?;
    assert_eq!(number(&desk, "selection-count", "data-count").await?, 1);
    desk.press_with(Key::Shift, Key::Down + Key::Down).await?;
    desk.attribute_is("selection-count", "data-count", "3").await?;
    desk.press_with(Key::Shift, Key::Up).await?;
    desk.attribute_is("selection-count", "data-count", "2").await?;
    desk.press_with(Key::Control, "a").await?;
    let all = desk
        .until("all chosen", async || number(&desk, "selection-count", "data-count").await.ok().filter(|count| *count > 20))
        .await?;

    // What may be done with them, from the row's menu.
    desk.press_with(Key::Shift, Key::F10).await?;
    desk.find("row-menu").await?;
    desk.type_in("canc").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("bulk", "data-phase", "ready").await?;
    let (allowed, refused) = (number(&desk, "bulk-allowed", "data-count").await?, number(&desk, "bulk-refused", "data-count").await?);
    assert!(allowed > 0 && refused > 0 && allowed + refused == all, "{allowed} of {all} may, {refused} may not");
    desk.type_in("Closed for the summer").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("bulk", "data-phase", "ended").await?;
    assert_eq!(
        (number(&desk, "bulk-ended", "data-recorded").await?, number(&desk, "bulk-ended", "data-refused").await?),
        (allowed, refused)
    );
    desk.until("a result for each", async || (desk.count("[data-testid='bulk-row']").await.ok()? as u64 == all.min(200)).then_some(()))
        .await?;
    desk.press(Key::Escape).await?;
    rows_are(&desk, "purchased", true).await?;
    desk.close().await
}

/// It is asked of a server that does not answer, so it takes long: whoever comes meanwhile has to be able to open the lock.
#[tokio::test]
async fn what_runs_for_many_gives_way_to_the_lock_and_is_there_again_behind_it() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    // So many take a while, whatever the machine.
    let server = filled_server("4000").await?;
    let wire = Wire::to(&server.url()).await?;
    let desk = office_at(&server, wire.url(), data.path()).await?;
    desk.click("choose-all").await?;
    desk.click("selection-actions").await?;
    desk.click("bulk-redeem").await?;
    desk.attribute_is("bulk", "data-phase", "ready").await?;
    wire.hold("POST /v1/sync/push", 0);
    desk.click("bulk-confirm").await?;
    desk.attribute_is("bulk", "data-phase", "running").await?;
    desk.press(Key::Escape).await?;
    desk.pause().await;
    desk.attribute_is("bulk", "data-phase", "running").await?;

    desk.driver.execute("window.__TAURI_INTERNALS__.invoke('lock')", Vec::new()).await?;
    desk.find("lock").await?;
    desk.until("nothing over the lock", async || (desk.count("[data-testid='bulk']").await.ok()? == 0).then_some(()))
        .await?;
    desk.fill("unlock-name", "Ada").await?;
    desk.fill("unlock-password", PASSWORD).await?;
    desk.click("unlock-submit").await?;
    desk.until("the lock is open", async || (desk.count("[data-testid='lock']").await.ok()? == 0).then_some(())).await?;
    desk.attribute_is("bulk", "data-phase", "running").await?;
    desk.click("bulk-stop").await?;
    wire.release();
    desk.attribute_is("bulk", "data-phase", "ended").await?;
    desk.click("bulk-close").await?;
    desk.until("closed", async || (desk.count("[data-testid='bulk']").await.ok()? == 0).then_some(())).await?;
    desk.close().await
}

#[tokio::test]
async fn what_is_shown_is_saved_where_the_systems_dialog_says() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    let path = data.path().join("cancelled.csv");
    desk.click("voucher-views").await?;
    desk.click("view-unrefunded").await?;
    rows_are(&desk, "cancelled", false).await?;
    desk.click("voucher-export").await?;
    desk.click("export-csv").await?;
    dialog::save_as(&desk, &path).await?;
    let rows = number(&desk, "table-saved", "data-rows").await?;
    let text = std::fs::read_to_string(&path)?;
    assert!(rows > 0 && text.lines().count() as u64 == rows + 1, "{rows} rows: {text}");
    assert!(text.lines().skip(1).all(|line| line.contains("Cancelled")), "{text}");
    desk.close().await
}

#[tokio::test]
async fn columns_and_views_are_as_they_were_left() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    desk.click("voucher-columns").await?;
    desk.click("column-sold_by").await?;
    desk.press(Key::Escape).await?;
    desk.find("head-sold_by").await?;
    // The heading has the keys of its column.
    desk.find("sort-sold_by").await?.focus().await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("head-sold_by", "aria-sort", "ascending").await?;
    desk.click("voucher-views").await?;
    desk.fill("view-name", "By person").await?;
    desk.click("view-save").await?;
    desk.css("[data-testid='own-view']").await?;
    desk.press(Key::Escape).await?;
    desk.sign_out().await?;
    desk.sign_in("Ada", PASSWORD, "office").await?;
    desk.find("head-sold_by").await?;
    desk.click("voucher-views").await?;
    desk.click("own-view").await?;
    desk.attribute_is("head-sold_by", "aria-sort", "ascending").await?;
    desk.close().await
}
