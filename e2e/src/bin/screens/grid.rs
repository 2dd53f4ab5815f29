//! The grid at work: filters, views, columns, what is chosen, and an action for many.

use std::path::Path;

use beadsbox_e2e::{Desk, Keys, serve};
use thirtyfour::Key;

use crate::{
    centre::{ADMIN, sample_data},
    hands::{click_first, sign_out},
    look::{Look, looks},
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.enrol(&server.url(), &server.program().enrolment_code(&shop).await?, "Office 1").await?;
    for &look in looks() {
        shots(&desk, folder, look).await?;
    }
    desk.close().await
}

async fn shots(desk: &Desk, folder: &Path, look: Look) -> anyhow::Result<()> {
    let escape = async || desk.driver.action_chain().send_keys(Key::Escape).perform().await;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-settings").await?;
    desk.click(&format!("settings-theme-{}", look.theme)).await?;
    desk.click("settings-language").await?;
    desk.click(&format!("settings-language-{}", look.language)).await?;
    desk.click("nav-vouchers").await?;
    desk.css("[data-testid='voucher-row']").await?;

    desk.click("voucher-filters").await?;
    look.shot(desk, folder, "grid-filters").await?;
    desk.click("filter-status-purchased").await?;
    desk.click("filter-status-used").await?;
    desk.click("filter-apply").await?;
    desk.click("voucher-views").await?;
    look.shot(desk, folder, "grid-views").await?;
    escape().await?;
    desk.click("voucher-columns").await?;
    for column in ["sold_by", "payment", "email"] {
        if desk.count(&format!("[data-testid='head-{column}']")).await? == 0 {
            desk.click(&format!("column-{column}")).await?;
        }
    }
    look.shot(desk, folder, "grid-columns").await?;
    escape().await?;

    click_first(desk, "[data-testid='choose-all']").await?;
    desk.find("selection-sum").await?;
    look.shot(desk, folder, "grid-chosen").await?;
    desk.click("selection-actions").await?;
    desk.click("bulk-cancel").await?;
    desk.attribute_is("bulk", "data-phase", "ready").await?;
    look.shot(desk, folder, "bulk-ready").await?;
    escape().await?;
    // One that may and one that may not, in each look; by status each comes first once.
    desk.click("selection-clear").await?;
    for status in ["purchased", "used"] {
        desk.click("sort-status").await?;
        click_first(desk, &format!("[data-testid='voucher-row'][data-status='{status}'] [data-testid='choose-row']")).await?;
    }
    desk.click("selection-actions").await?;
    desk.click("bulk-cancel").await?;
    desk.attribute_is("bulk", "data-phase", "ready").await?;
    desk.fill("bulk-reason", "Test").await?;
    desk.click("bulk-confirm").await?;
    desk.attribute_is("bulk", "data-phase", "ended").await?;
    look.shot(desk, folder, "bulk-ended").await?;
    escape().await?;
    desk.click("selection-clear").await?;
    desk.fill("voucher-search", "quantmu").await?;
    desk.find("found-near").await?;
    look.shot(desk, folder, "grid-near").await?;
    sign_out(desk).await
}
