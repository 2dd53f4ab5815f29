//! Work of the office in the real window with the keyboard alone: a template, corrections of a voucher, a report, another system's table,
//! somebody new. Finding and choosing many stand in `grid.rs`, issuing many in `issue.rs`, the palette in `shell.rs`.

use std::path::Path;

use beadsbox_e2e::{
    Desk, dialog,
    office::{self, centre},
};
use beadsbox_testkit::ServerProcess;
use thirtyfour::Key;

async fn office(data: &Path) -> anyhow::Result<(ServerProcess, Desk)> {
    let server = centre(&[("Ada", "admin")]).await?;
    server.program().run(&["seed"], "").await?;
    let desk = office::office(&server, data, "Ada").await?;
    desk.css("[data-testid='voucher-row']").await?;
    Ok((server, desk))
}

/// Goes to a screen by its name in the palette.
async fn go_to(desk: &Desk, typed: &str, screen: &str) -> anyhow::Result<()> {
    desk.press_with(Key::Control, "k").await?;
    desk.cursor_at("palette-input").await?;
    desk.type_in(typed).await?;
    desk.css(&format!("[data-testid='palette-go_{screen}'][data-selected]")).await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is(&format!("nav-{screen}"), "aria-current", "page").await
}

#[tokio::test]
async fn a_template_is_written_and_archived() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    go_to(&desk, "templ", "templates").await?;
    desk.css("[data-testid='template-row']").await?;
    let before = desk.count("[data-testid='template-row']").await?;
    desk.press("n").await?;
    desk.cursor_at("template-title").await?;
    desk.type_in("An evening at the loom").await?;
    desk.tab_to("template-price").await?;
    desk.type_in("64.50").await?;
    desk.press(Key::Enter).await?;
    desk.until("one more", async || (desk.count("[data-testid='template-row']").await.ok()? == before + 1).then_some(()))
        .await?;
    desk.tab_to("template-archive").await?;
    desk.press(Key::Enter).await?;
    desk.tab_to("template-archive-confirm").await?;
    desk.press(Key::Enter).await?;
    desk.until("as many as before", async || (desk.count("[data-testid='template-row']").await.ok()? == before).then_some(()))
        .await?;
    desk.close().await
}

#[tokio::test]
async fn a_voucher_is_found_cancelled_and_refunded() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    let code = desk.css("[data-testid='voucher-row'][data-status='purchased']").await?.attr("data-code").await?.unwrap_or_default();
    desk.press("/").await?;
    desk.cursor_at("voucher-search").await?;
    desk.type_in(&code).await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("voucher-detail", "data-code", &code).await?;
    desk.tab_to("action-cancel").await?;
    desk.press(Key::Enter).await?;
    desk.cursor_at("action-reason").await?;
    desk.type_in("Bought by mistake").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("voucher-detail", "data-status", "cancelled").await?;
    desk.tab_to("action-refund").await?;
    desk.press(Key::Enter).await?;
    desk.tab_to("action-reason").await?;
    desk.type_in("Paid back in cash").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("voucher-detail", "data-status", "refunded").await?;
    desk.close().await
}

#[tokio::test]
async fn a_report_is_chosen_and_saved() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    go_to(&desk, "repor", "reports").await?;
    desk.css("[data-testid='report-table']").await?;
    desk.tab_to("reports-tab-liability").await?;
    desk.press(Key::Right).await?;
    desk.attribute_is("reports", "data-kind", "activity").await?;
    desk.css("[data-testid='report-table']").await?;
    let path = data.path().join("activity.csv");
    desk.tab_to("reports-save-csv").await?;
    desk.press(Key::Enter).await?;
    dialog::save_as(&desk, &path).await?;
    desk.until("the file", async || path.exists().then_some(())).await?;
    assert!(std::fs::read_to_string(&path)?.lines().count() > 1);
    desk.close().await
}

#[tokio::test]
async fn another_systems_table_is_taken_over() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/ancienne-caisse.csv").canonicalize()?;
    go_to(&desk, "import", "import").await?;
    desk.tab_to("sheet-choose").await?;
    desk.press(Key::Enter).await?;
    dialog::open_file(&desk, &sample).await?;
    desk.attribute_is("sheet-open", "data-rows", "6").await?;
    desk.tab_to("import-source").await?;
    desk.type_in("Ancienne caisse").await?;
    desk.tab_to("import-check").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("import-checked", "data-good", "3").await?;
    desk.tab_to("import-confirm").await?;
    desk.press(Key::Enter).await?;
    desk.attribute_is("import-done-title", "data-imported", "3").await?;
    desk.close().await
}

#[tokio::test]
async fn somebody_new_is_let_in() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let (_server, desk) = office(data.path()).await?;
    go_to(&desk, "admini", "administration").await?;
    desk.find("shops").await?;
    desk.tab_to("admin-shops").await?;
    desk.press(Key::Right).await?;
    desk.find("staff").await?;
    desk.tab_to("staff-add").await?;
    desk.press(Key::Enter).await?;
    desk.cursor_at("staff-name").await?;
    desk.type_in("Dora").await?;
    desk.press(Key::Enter).await?;
    desk.text_where("one-time-password", |text| text.len() >= 14).await?;
    desk.tab_to("one-time-close").await?;
    desk.press(Key::Enter).await?;
    desk.css("[data-testid='staff-row'][data-name='Dora']").await?;
    desk.close().await
}
