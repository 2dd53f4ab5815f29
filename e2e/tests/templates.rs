//! A note on a template in the real window: it is not lost by a click beside it, and nothing that is typed above it is lost by it.

use beadsbox_e2e::office::{centre, office};
use thirtyfour::Key;

#[tokio::test]
async fn a_note_is_added_while_the_template_is_edited() -> anyhow::Result<()> {
    let server = centre(&[("Bruno", "back_office")]).await?;
    let data = tempfile::tempdir()?;
    let office = office(&server, data.path(), "Bruno").await?;
    office.click("nav-templates").await?;
    office.css("[data-testid='template-row'] td:first-child button").await?.click().await?;
    office.fill("template-title", "An evening at the stove").await?;
    office.fill("template-note", "The cook is away in May").await?;
    office.click("template-note-add").await?;
    office.find("template-note-line").await?;
    assert_eq!(office.value("template-title").await?, "An evening at the stove", "what is typed stays");

    // The second one is typed and not added: leaving asks, also once the template is saved.
    office.fill("template-note", "Dearer from June on").await?;
    office.click("template-save").await?;
    office
        .until("saved", async || (!office.find("template-save").await.ok()?.is_enabled().await.ok()?).then_some(()))
        .await?;
    office.driver.action_chain().send_keys(Key::Escape).perform().await?;
    office.find("template-discard").await?;
    office.driver.action_chain().send_keys(Key::Escape).perform().await?;
    office.click("template-note-add").await?;
    office
        .until("two notes, the newest first", async || {
            let lines = office.driver.find_all(thirtyfour::By::Css("[data-testid='template-note-line']")).await.ok()?;
            let first = lines.first()?.prop("textContent").await.ok()??;
            (lines.len() == 2 && first.contains("Dearer from June on") && first.contains("Bruno")).then_some(())
        })
        .await?;
    office.close().await
}
