//! The reports of a year, each with its chart and its table, and the server gone.

use std::path::Path;

use beadsbox_e2e::{Desk, serve};
use thirtyfour::Key;

use crate::{
    centre::{ADMIN, sample_data},
    hands::{click_first, new_device},
    look::in_every_look,
};

const KINDS: [&str; 6] = ["liability", "activity", "ageing", "breakage", "vat", "accounting"];

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let mut server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Desk", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-reports").await?;
    desk.css("[data-testid='report-table']").await?;
    desk.click("reports-preset").await?;
    desk.click("reports-preset-last_12_months").await?;
    for kind in KINDS {
        desk.click(&format!("reports-tab-{kind}")).await?;
        desk.css(&format!("[data-testid='reports'][data-kind='{kind}'] [data-testid='report-table']")).await?;
        in_every_look(&desk, folder, &format!("reports-{kind}")).await?;
    }
    without_dates(&desk, folder).await?;
    desk.click("reports-accounts").await?;
    desk.find("account-cash").await?;
    in_every_look(&desk, folder, "reports-accounts").await?;
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;
    server.kill().await?;
    desk.click("reports-again").await?;
    desk.find("reports-problem").await?;
    in_every_look(&desk, folder, "reports-offline").await?;
    desk.close().await
}

async fn without_dates(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    click_first(desk, "[data-testid='reports-from'] [data-segment='day']").await?;
    desk.driver.action_chain().send_keys(Key::Backspace + Key::Backspace).perform().await?;
    desk.find("reports-no-dates").await?;
    in_every_look(desk, folder, "reports-no-dates").await?;
    desk.click("reports-preset").await?;
    desk.click("reports-preset-last_12_months").await?;
    desk.css("[data-testid='report-table']").await?;
    Ok(())
}
