//! What is around the screens: the palette, the keys, about, and the information for support.

use std::path::Path;

use beadsbox_e2e::{Desk, Hands, Layout, serve};

use crate::{
    centre::{ADMIN, COUNTER, sample_data},
    hands::{new_device, scroll_to, sign_out},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    Layout::Us.use_it().await?;
    let desk = new_device(&server, &shop, "Office 1", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.find("voucher-row").await?;

    Hands::strike(&["ctrl+k"]).await?;
    desk.find("palette-go_vouchers").await?;
    in_every_look(&desk, folder, "palette").await?;
    Hands::type_at(Layout::Us, "sy", 80).await?;
    in_every_look(&desk, folder, "palette-found").await?;
    Hands::type_at(Layout::Us, "zz", 80).await?;
    in_every_look(&desk, folder, "palette-nothing").await?;
    close(&desk, "palette").await?;

    Hands::strike(&["question"]).await?;
    desk.find("keys").await?;
    in_every_look(&desk, folder, "keys").await?;
    close(&desk, "keys").await?;

    desk.click("nav-settings").await?;
    desk.find("update-said").await?;
    scroll_to(&desk, "settings-updates").await?;
    in_every_look(&desk, folder, "settings-updates").await?;
    desk.click("settings-support").await?;
    desk.find("support-shown").await?;
    in_every_look(&desk, folder, "support").await?;
    close(&desk, "support").await?;
    desk.click("settings-licences").await?;
    desk.find("licences-list").await?;
    in_every_look(&desk, folder, "about").await?;
    desk.fill("licences-search", "tauri").await?;
    desk.driver.execute("document.querySelector('[data-testid=licences-list] button').click()", Vec::new()).await?;
    scroll_to(&desk, "licences").await?;
    in_every_look(&desk, folder, "licences").await?;
    close(&desk, "about").await?;
    sign_out(&desk).await?;
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    desk.find("redeem-input").await?;
    Hands::strike(&["ctrl+k"]).await?;
    desk.find("palette-go_redeem").await?;
    in_every_look(&desk, folder, "palette-counter").await?;
    desk.close().await
}

async fn close(desk: &Desk, id: &str) -> anyhow::Result<()> {
    Hands::strike(&["Escape"]).await?;
    desk.until("closed", async || (desk.count(&format!("[data-testid='{id}']")).await.ok()? == 0).then_some(())).await
}
