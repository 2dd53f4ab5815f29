//! What the back office corrects on one voucher: extended, issued again, exchanged, charged back, noted.

use std::{path::Path, time::Duration};

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
    let desk = new_device(&server, &shop, "Office 1", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-vouchers").await?;
    open(&desk, "purchased").await?;
    desk.click("action-extend").await?;
    in_every_look(&desk, folder, "voucher-extend").await?;
    // Another year: the last segment of the date.
    let year = desk.css("[data-testid='action-last-day'] [data-segment='year']").await?;
    for two in ["20", "35"] {
        year.send_keys(two).await?;
        // Four keys at once are a scan's.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    desk.fill("action-reason", "The course was cancelled in spring").await?;
    desk.click("action-confirm").await?;
    desk.css("[data-what='extended'][data-outcome='applied']").await?;
    in_every_look(&desk, folder, "voucher-extended").await?;

    desk.click("action-exchange").await?;
    desk.click("action-template").await?;
    click_first(&desk, "[data-testid^='action-template-']").await?;
    desk.find("action-difference").await?;
    in_every_look(&desk, folder, "voucher-exchange").await?;
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;

    desk.click("action-reissue").await?;
    desk.fill("action-reason", "Lost on the train").await?;
    in_every_look(&desk, folder, "voucher-reissue").await?;
    desk.click("action-confirm").await?;
    desk.css("[data-what='issued_instead'][data-outcome='applied']").await?;
    in_every_look(&desk, folder, "voucher-reissued").await?;
    desk.click("detail-link").await?;
    desk.attribute_is("voucher-detail", "data-status", "replaced").await?;
    in_every_look(&desk, folder, "voucher-replaced").await?;

    open(&desk, "used").await?;
    desk.click("action-chargeback").await?;
    desk.fill("action-reason", "Disputed by the cardholder").await?;
    desk.click("action-confirm").await?;
    desk.css("[data-what='charged_back'][data-outcome='applied']").await?;
    in_every_look(&desk, folder, "voucher-charged-back").await?;
    desk.click("nav-templates").await?;
    edit_first_template(&desk).await?;
    in_every_look(&desk, folder, "template-history").await?;
    desk.fill("template-note", "The cook is away in May: sell it for June on").await?;
    desk.click("template-note-add").await?;
    desk.css("[data-testid='template-note-line']").await?;
    scroll_to(&desk, "template-notes").await?;
    in_every_look(&desk, folder, "template-notes").await?;
    desk.close().await
}

async fn open(desk: &Desk, status: &str) -> anyhow::Result<()> {
    click_first(desk, &format!("[data-testid='voucher-row'][data-status='{status}']")).await?;
    desk.attribute_is("voucher-detail", "data-status", status).await
}

async fn edit_first_template(desk: &Desk) -> anyhow::Result<()> {
    click_first(desk, "[data-testid='template-row'] td:first-child").await?;
    desk.fill("template-title", "An evening at the stove").await?;
    desk.fill("template-price", "44.50").await?;
    desk.click("template-save").await?;
    desk.css("[data-testid='history-differences']").await?;
    scroll_to(desk, "history-differences").await
}
