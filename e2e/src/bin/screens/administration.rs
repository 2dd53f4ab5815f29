//! The administration: shops, people, devices, rules, personal data, the record; and a second factor.

use std::path::Path;

use beadsbox_e2e::{Desk, serve};
use thirtyfour::Key;

use crate::{
    centre::{ADMIN, sample_data},
    hands::{click_first, new_device, scroll_to},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Back office", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    let escape = async || desk.driver.action_chain().send_keys(Key::Escape).perform().await;

    desk.click("nav-administration").await?;
    desk.css("[data-testid='shop-row']").await?;
    in_every_look(&desk, folder, "admin-shops").await?;
    click_first(&desk, "[data-testid='shop-row'][data-name='Lisboa Alfama'] [data-testid='shop-change']").await?;
    desk.click("shop-close").await?;
    desk.find("shop-devices").await?;
    in_every_look(&desk, folder, "admin-shop-close").await?;
    escape().await?;

    desk.click("admin-staff").await?;
    desk.css("[data-testid='staff-row']").await?;
    in_every_look(&desk, folder, "admin-staff").await?;
    desk.click("staff-add").await?;
    desk.fill("staff-name", "Dora").await?;
    in_every_look(&desk, folder, "admin-staff-add").await?;
    desk.click("staff-save").await?;
    desk.find("one-time-password").await?;
    in_every_look(&desk, folder, "admin-one-time").await?;
    desk.click("one-time-close").await?;
    click_first(&desk, "[data-testid='staff-row'][data-name='Margaux'] [data-testid='access-open']").await?;
    desk.find("access-reset").await?;
    in_every_look(&desk, folder, "admin-access").await?;
    escape().await?;

    desk.click("admin-devices").await?;
    desk.css("[data-testid='device-row']").await?;
    in_every_look(&desk, folder, "admin-devices").await?;
    desk.click("admin-rules").await?;
    desk.css("[data-testid='validity-row']").await?;
    in_every_look(&desk, folder, "admin-rules").await?;
    desk.click("rules-change").await?;
    desk.find("policy-save").await?;
    in_every_look(&desk, folder, "admin-policy").await?;
    escape().await?;

    personal_data(&desk, folder).await?;
    own_sign_in(&desk, folder).await?;
    desk.close().await
}

async fn personal_data(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    desk.click("admin-people").await?;
    desk.find("people-find").await?;
    in_every_look(desk, folder, "admin-people-empty").await?;
    desk.fill("people-text", "ma").await?;
    desk.click("people-find").await?;
    click_first(desk, "[data-testid='person-row']").await?;
    in_every_look(desk, folder, "admin-people").await?;
    desk.click("people-erase").await?;
    desk.fill("erase-reason", "asked by letter").await?;
    in_every_look(desk, folder, "admin-erase").await?;
    desk.click("erase-confirm").await?;
    desk.css("[data-sonner-toast]").await?;
    desk.click("admin-acts").await?;
    desk.css("[data-testid='act-row']").await?;
    in_every_look(desk, folder, "admin-acts").await?;
    Ok(())
}

/// Password and second factor.
async fn own_sign_in(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    desk.click("nav-settings").await?;
    scroll_to(desk, "settings-password").await?;
    desk.find("factor-state").await?;
    in_every_look(desk, folder, "admin-settings").await?;
    desk.click("factor-begin").await?;
    desk.fill("factor-password", ADMIN.1).await?;
    desk.click("factor-next").await?;
    desk.find("factor-qr").await?;
    in_every_look(desk, folder, "admin-factor").await?;
    Ok(())
}
