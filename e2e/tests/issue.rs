//! Many vouchers at once in the real window, with the keyboard alone; and another system's table, opened where the system's dialog says.

use std::{path::Path, time::Duration};

use beadsbox_e2e::{Desk, Keys, dialog, serve};
use beadsbox_testkit::ServerProcess;
use thirtyfour::{Key, TypingData};

const SHOP: &str = "Montmartre";
const PASSWORD: &str = "honey and amber 7";

async fn office(data: &Path) -> anyhow::Result<(ServerProcess, Desk)> {
    let server = serve().await?;
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    server.program().run(&["staff", "add", "Bruno", "--role", "back_office", "--password-stdin"], PASSWORD).await?;
    let desk = Desk::open(data, Keys::File).await?;
    desk.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Office 1").await?;
    desk.sign_in("Bruno", PASSWORD, "office").await?;
    desk.find("nav-issue").await?;
    Ok((server, desk))
}

async fn press(desk: &Desk, keys: impl Into<TypingData>) -> anyhow::Result<()> {
    Ok(desk.driver.action_chain().send_keys(keys).perform().await?)
}

/// Keys that come without one end in a scan.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(600)).await;
}

/// Waits until the cursor is there.
async fn at(desk: &Desk, id: &str) -> anyhow::Result<()> {
    desk.until(&format!("the cursor at {id}"), async || {
        let focused = desk.driver.execute("return document.activeElement?.dataset.testid ?? ''", Vec::new()).await.ok()?;
        (focused.json().as_str()? == id).then_some(())
    })
    .await
}

#[tokio::test]
async fn with_keys_alone_a_batch_is_issued() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    desk.driver.action_chain().key_down(Key::Control).send_keys("3").key_up(Key::Control).perform().await?;
    at(&desk, "issue-name").await?;
    press(&desk, "Christmas").await?;
    pause().await;
    // For whom is one choice, then how many, then the buyer.
    press(&desk, Key::Tab + Key::Tab).await?;
    at(&desk, "issue-number").await?;
    press(&desk, "25").await?;
    press(&desk, Key::Tab).await?;
    at(&desk, "issue-buyer").await?;
    press(&desk, "Dupont").await?;
    pause().await;
    press(&desk, Key::Enter).await?;
    desk.attribute_is("issue-preview", "data-good", "25").await?;
    at(&desk, "issue-confirm").await?;
    assert_eq!(desk.count("[data-testid='batch-row']").await?, 0, "nothing is issued before it is confirmed");
    press(&desk, Key::Enter).await?;
    desk.attribute_is("issued", "data-vouchers", "25").await?;
    desk.attribute_is("batch-row", "data-waiting", "0").await?;

    // Its file, from the keyboard as well.
    let path = data.path().join("christmas.csv");
    press(&desk, Key::Tab).await?;
    at(&desk, "batch-download").await?;
    press(&desk, Key::Enter).await?;
    desk.find("batch-csv").await?;
    press(&desk, Key::End).await?;
    pause().await;
    press(&desk, Key::Enter).await?;
    dialog::save_as(&desk, &path).await?;
    desk.attribute_is("batch-saved", "data-rows", "25").await?;
    assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 26);

    // And its vouchers in the list, where the keys go on.
    at(&desk, "batch-download").await?;
    press(&desk, Key::Tab).await?;
    at(&desk, "issued-show").await?;
    press(&desk, Key::Enter).await?;
    desk.until("the batch in the list", async || (desk.count("[data-testid^='chip-batch-']").await.ok()? == 1).then_some(()))
        .await?;
    at(&desk, "voucher-grid").await?;
    desk.until("its vouchers", async || (desk.count("[data-testid='voucher-row']").await.ok()? >= 20).then_some(())).await?;
    desk.text_where("voucher-count", |text| text.starts_with("25 ")).await?;
    desk.close().await
}

#[tokio::test]
async fn another_systems_table_is_opened_looked_at_and_taken_over() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/ancienne-caisse.csv").canonicalize()?;
    desk.click("nav-import").await?;
    desk.click("sheet-choose").await?;
    dialog::open_file(&desk, &sample).await?;
    desk.attribute_is("sheet-open", "data-rows", "6").await?;
    desk.fill("import-source", "Ancienne caisse").await?;
    desk.click("import-check").await?;
    desk.attribute_is("import-checked", "data-good", "3").await?;
    desk.attribute_is("sheet-refused", "data-count", "3").await?;
    desk.until("the refused lines", async || {
        (desk.count("[data-testid='sheet-line'][data-state='refused']").await.ok()? == 3).then_some(())
    })
    .await?;
    desk.click("import-confirm").await?;
    desk.attribute_is("import-done-title", "data-imported", "3").await?;
    // Found by the code on its paper.
    desk.click("nav-vouchers").await?;
    desk.fill("voucher-search", "AC-0003").await?;
    desk.attribute_is("voucher-row", "data-status", "cancelled").await?;
    desk.close().await
}
