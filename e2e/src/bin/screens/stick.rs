//! Practising at a till; and what waits there, carried to the office on a stick.

use std::path::Path;

use beadsbox_e2e::serve;
use thirtyfour::Key;

use crate::{
    centre::{COUNTER, sample_data},
    hands::{click_first, new_device, open_sync, sell, sign_out},
    look::in_every_look,
};

pub async fn training(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Till 1", data.path()).await?;
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    desk.click("training-open").await?;
    desk.find("training-enter").await?;
    in_every_look(&desk, folder, "training-enter").await?;
    desk.click("training-enter-confirm").await?;
    desk.find("training").await?;
    desk.click("training-vouchers-open").await?;
    desk.find("training-vouchers").await?;
    in_every_look(&desk, folder, "training-vouchers").await?;
    let good = desk
        .css("[data-testid='training-voucher'][data-status='purchased']")
        .await?
        .attr("data-code")
        .await?
        .unwrap_or_default();
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;
    desk.fill("redeem-input", &good).await?;
    desk.click("redeem-submit").await?;
    desk.attribute_is("answer", "data-answer", "accepted_offline").await?;
    in_every_look(&desk, folder, "training-answer").await?;
    desk.click("answer-close").await?;
    desk.click("training-leave").await?;
    desk.find("training-open").await?;
    desk.close().await
}

pub async fn stick(folder: &Path) -> anyhow::Result<()> {
    let mut server = serve().await?;
    let shop = sample_data(&server).await?;
    let (data, stick) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let desk = new_device(&server, &shop, "Till 1", data.path()).await?;
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    server.kill().await?;
    desk.attribute_is("status-online", "data-online", "false").await?;
    for buyer in ["Élodie Marchand", "Jean Valjean"] {
        sell(&desk, buyer).await?;
    }
    click_first(&desk, "[data-testid='status-waiting']").await?;
    desk.find("outbox-save").await?;
    in_every_look(&desk, folder, "outbox-save").await?;
    desk.fill("outbox-folder", &stick.path().display().to_string()).await?;
    desk.click("outbox-save-confirm").await?;
    let path = desk.find("outbox-saved").await?.attr("data-path").await?.unwrap_or_default();
    in_every_look(&desk, folder, "outbox-saved").await?;
    desk.click("outbox-save-close").await?;
    server.up().await?;
    desk.attribute_is("status-online", "data-online", "true").await?;
    sign_out(&desk).await?;

    open_sync(&desk).await?;
    desk.click("outbox-take-open").await?;
    desk.fill("outbox-path", &path).await?;
    desk.click("outbox-look").await?;
    desk.find("outbox-file").await?;
    in_every_look(&desk, folder, "outbox-take").await?;
    desk.click("outbox-take-confirm").await?;
    desk.find("outbox-taken").await?;
    in_every_look(&desk, folder, "outbox-taken").await?;
    desk.close().await
}
