//! A till that several people share: limits, staff and badges in the office; changing, the lock and a manager's PIN at the counter.

use std::path::Path;

use beadsbox_e2e::{Desk, Layout, Scanner, serve};
use thirtyfour::Key;

use crate::{
    centre::{ADMIN, COUNTER, sample_data},
    hands::{click_first, new_device, open_sync, scroll_to, sell, sign_out},
    look::in_every_look,
};

const PIN: &str = "402817";

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let mut server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Till 1", data.path()).await?;
    let badge = office(&desk, folder).await?;

    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    let code = sell(&desk, "Élodie Marchand").await?;
    desk.click("sell-another").await?;
    click_first(&desk, "[data-testid^='sell-template-']").await?;
    desk.click("sell-where-this").await?;
    in_every_look(&desk, folder, "sell-home-shop").await?;
    desk.click("nav-redeem").await?;

    server.kill().await?;
    desk.attribute_is("status-online", "data-online", "false").await?;
    desk.fill("redeem-input", &code).await?;
    desk.click("redeem-submit").await?;
    desk.find("answer-approve").await?;
    in_every_look(&desk, folder, "redeem-over-limit").await?;
    desk.click("answer-approve").await?;
    desk.fill("approve-pin", "000001").await?;
    desk.click("approve-submit").await?;
    desk.find("approve-problem").await?;
    in_every_look(&desk, folder, "redeem-approve").await?;
    desk.fill("approve-pin", PIN).await?;
    desk.click("approve-submit").await?;
    desk.attribute_is("answer", "data-answer", "accepted_offline").await?;
    in_every_look(&desk, folder, "redeem-approved").await?;
    desk.click("answer-close").await?;

    desk.click("switch").await?;
    desk.find("who-pin").await?;
    in_every_look(&desk, folder, "switch").await?;
    desk.click("lock-now").await?;
    desk.find("lock").await?;
    in_every_look(&desk, folder, "lock").await?;
    Scanner { layout: Layout::Us, pace: 8 }.scan(&badge).await?;
    desk.text_where("status-person", |person| person.starts_with("Margaux")).await?;
    in_every_look(&desk, folder, "switched").await?;
    desk.close().await
}

/// Limits, a PIN, and a badge: what it says.
async fn office(desk: &Desk, folder: &Path) -> anyhow::Result<String> {
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-settings").await?;
    scroll_to(desk, "settings-pin").await?;
    for (field, text) in [("pin-password", ADMIN.1), ("pin-pin", "123456"), ("pin-again", "123456")] {
        desk.fill(field, text).await?;
    }
    desk.click("pin-save").await?;
    desk.css("[data-testid='settings-pin'] [role='alert']").await?;
    in_every_look(desk, folder, "settings-pin").await?;
    for (field, text) in [("pin-password", ADMIN.1), ("pin-pin", PIN), ("pin-again", PIN)] {
        desk.fill(field, text).await?;
    }
    desk.click("pin-save").await?;
    desk.css("[data-sonner-toast]").await?;

    desk.click("nav-administration").await?;
    desk.click("admin-staff").await?;
    desk.css("[data-testid='staff-row']").await?;
    in_every_look(desk, folder, "staff").await?;
    click_first(desk, "[data-testid='staff-row'][data-name='Margaux'] [data-testid='badge-open']").await?;
    desk.click("badge-make").await?;
    desk.find("badge-card").await?;
    in_every_look(desk, folder, "badge").await?;
    let says = desk.find("badge-qr").await?.attr("data-text").await?.unwrap_or_default();
    desk.click("badge-close").await?;
    sign_out(desk).await?;

    open_sync(desk).await?;
    desk.click("policy-open").await?;
    desk.find("policy-save").await?;
    in_every_look(desk, folder, "policy").await?;
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;
    scroll_to(desk, "sync-devices").await?;
    in_every_look(desk, folder, "sync-devices").await?;
    click_first(desk, "[data-testid='device-row'][data-name='Till 1'] [data-testid='device-limits']").await?;
    desk.click("limits-whose-own").await?;
    desk.fill("limits-highest_value", "1.00").await?;
    in_every_look(desk, folder, "device-limits").await?;
    desk.click("limits-save").await?;
    desk.until("the limits are set", async || (desk.count("[data-testid='limits-save']").await.ok()? == 0).then_some(()))
        .await?;
    sign_out(desk).await?;
    Ok(says)
}
