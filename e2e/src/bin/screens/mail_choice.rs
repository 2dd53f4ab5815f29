//! Whoever sells, or issues many, is asked whether the buyers are written to.

use std::path::Path;

use beadsbox_e2e::serve_mailing;
use beadsbox_testkit::MailReceiver;

use crate::{
    centre::{ADMIN, COUNTER, sample_data},
    hands::{click_first, new_device, scroll_to},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let receiver = MailReceiver::start().await?;
    let server = serve_mailing(&receiver).await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let till = new_device(&server, &shop, "Till 1", data.path()).await?;
    till.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    till.click("nav-sell").await?;
    click_first(&till, "[data-testid^='sell-template-']").await?;
    till.fill("sell-buyer", "Zoë Marchand").await?;
    till.fill("sell-email", "zoe@example.org").await?;
    till.find("sell-mail").await?;
    in_every_look(&till, folder, "sell-mail").await?;
    till.click("sell-submit").await?;
    till.find("sell-receipt").await?;
    in_every_look(&till, folder, "sold-mail").await?;
    till.close().await?;

    let data = tempfile::tempdir()?;
    let office = new_device(&server, &shop, "Office 1", data.path()).await?;
    office.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    office.click("nav-issue").await?;
    office.fill("issue-name", "Christmas 2026, Dupont").await?;
    office.fill("issue-number", "250").await?;
    office.fill("issue-buyer", "Dupont & Sons").await?;
    office.fill("issue-email", "achats@example.org").await?;
    office.click("issue-check").await?;
    office.find("issue-mail").await?;
    scroll_to(&office, "issue-preview").await?;
    in_every_look(&office, folder, "issue-mail").await?;
    office.close().await
}
