//! Many vouchers at once in the real window, with the keyboard alone; and another system's table, opened where the system's dialog says.

use std::path::Path;

use beadsbox_e2e::{
    Desk, dialog,
    office::{self, centre},
};
use beadsbox_testkit::ServerProcess;
use thirtyfour::Key;

async fn office(data: &Path) -> anyhow::Result<(ServerProcess, Desk)> {
    let server = centre(&[("Bruno", "back_office")]).await?;
    let desk = office::office(&server, data, "Bruno").await?;
    desk.find("nav-issue").await?;
    Ok((server, desk))
}

#[tokio::test]
async fn with_keys_alone_a_batch_is_issued() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    desk.driver.action_chain().key_down(Key::Control).send_keys("3").key_up(Key::Control).perform().await?;
    desk.cursor_at("issue-name").await?;
    desk.type_in("Christmas").await?;
    // For whom is one choice, then how many, then the buyer.
    desk.press(Key::Tab + Key::Tab).await?;
    desk.cursor_at("issue-number").await?;
    desk.press("25").await?;
    desk.press(Key::Tab).await?;
    desk.cursor_at("issue-buyer").await?;
    desk.type_in("Dupont").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("issue-preview", "data-good", "25").await?;
    desk.cursor_at("issue-confirm").await?;
    assert_eq!(desk.count("[data-testid='batch-row']").await?, 0, "nothing is issued before it is confirmed");
    desk.press(Key::Enter).await?;
    desk.attribute_is("issued", "data-vouchers", "25").await?;
    desk.attribute_is("batch-row", "data-waiting", "0").await?;

    // Its file, from the keyboard as well.
    let path = data.path().join("christmas.csv");
    desk.press(Key::Tab).await?;
    desk.cursor_at("batch-download").await?;
    desk.press(Key::Enter).await?;
    desk.find("batch-csv").await?;
    desk.press(Key::End).await?;
    desk.pause().await;
    desk.press(Key::Enter).await?;
    dialog::save_as(&desk, &path).await?;
    desk.attribute_is("batch-saved", "data-rows", "25").await?;
    assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 26);

    // And its vouchers in the list, where the keys go on.
    desk.cursor_at("batch-download").await?;
    desk.press(Key::Tab).await?;
    desk.cursor_at("issued-show").await?;
    desk.press(Key::Enter).await?;
    desk.until("the batch in the list", async || (desk.count("[data-testid^='chip-batch-']").await.ok()? == 1).then_some(()))
        .await?;
    desk.cursor_at("voucher-grid").await?;
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
