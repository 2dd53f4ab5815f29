//! What waits for an admin: of a revoked till, of a copy of a till, of one with a long name.

use std::path::Path;

use beadsbox_domain::OpId;
use beadsbox_e2e::serve;
use beadsbox_testkit::{ServerProcess, told};
use thirtyfour::Key;
use uuid::Uuid;

use crate::{
    centre::{enrolled, record_a_day, revoke, sample_data},
    hands::{new_device, open_sync, scroll_to},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Office 1", data.path()).await?;
    open_sync(&desk).await?;
    scroll_to(&desk, "quarantine").await?;
    desk.until("an empty quarantine", async || (desk.count("[data-testid='quarantine'] .skeleton").await.ok()? == 0).then_some(()))
        .await?;
    in_every_look(&desk, folder, "quarantine-empty").await?;

    hand_over(&server, &shop).await?;
    desk.click("sync-now").await?;
    desk.until("three lives", async || (desk.count("[data-testid='quarantine-row']").await.ok()? == 3).then_some(()))
        .await?;
    scroll_to(&desk, "quarantine").await?;
    in_every_look(&desk, folder, "quarantine").await?;
    for summary in desk.driver.find_all(thirtyfour::By::Css("[data-testid='quarantine-show']")).await? {
        summary.click().await?;
    }
    scroll_to(&desk, "quarantine").await?;
    in_every_look(&desk, folder, "quarantine-operations").await?;

    desk.click("quarantine-accept").await?;
    desk.find("quarantine-reason").await?;
    in_every_look(&desk, folder, "quarantine-accept").await?;
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;
    desk.click("quarantine-reject").await?;
    desk.fill("quarantine-reason", "Le vendeur a utilisé une copie de la caisse sans prévenir").await?;
    in_every_look(&desk, folder, "quarantine-reject").await?;
    desk.click("quarantine-confirm").await?;
    desk.until("two lives", async || (desk.count("[data-testid='quarantine-row']").await.ok()? == 2).then_some(())).await?;
    scroll_to(&desk, "sync-devices").await?;
    in_every_look(&desk, folder, "sync-devices").await?;
    desk.close().await
}

/// Three devices hand over what does not count yet.
async fn hand_over(server: &ServerProcess, shop: &str) -> anyhow::Result<()> {
    let mut lost = enrolled(server, shop, "Till 2").await?;
    record_a_day(&mut lost, 4)?;
    revoke(server, shop, "Till 2").await?;
    told(lost.push().await)?;

    let mut till = enrolled(server, shop, "Caisse du rez-de-chaussée, près de l’entrée principale, côté jardin").await?;
    let mut copy = till.clone();
    record_a_day(&mut till, 1)?;
    told(till.push().await)?;
    record_a_day(&mut copy, 90)?;
    told(copy.fork(1).await)?;
    told(copy.push().await)?;

    let mut old = enrolled(server, shop, "Till 3").await?;
    let mut other = old.clone();
    record_a_day(&mut old, 1)?;
    told(old.push().await)?;
    // A program of another kind wrote this.
    other.record_text(OpId(Uuid::now_v7()), "{\"format\":1}".to_owned());
    told(other.fork(1).await)?;
    told(other.push().await)?;
    Ok(())
}
