//! Every screen, as a day goes.

use std::path::Path;

use beadsbox_e2e::{Desk, Keys, serve};
use beadsbox_testkit::ServerProcess;

use crate::{
    centre::{ADMIN, COUNTER, sample_data},
    hands::{click_first, sign_out},
    look::{Look, looks},
};

/// A code that is well formed and that no voucher has.
const NO_VOUCHER: &str = "CAR0-VAN0-TESTX";

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let mut server = serve().await?;
    let shop = sample_data(&server).await?;
    let code = server.program().enrolment_code(&shop).await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.find("enrol-server").await?;
    looks()[0].shot(&desk, folder, "enrol").await?;
    desk.enrol(&server.url(), &code, "Till 1").await?;
    desk.find("signin-name").await?;
    for &look in looks() {
        office(&desk, folder, look).await?;
        counter(&desk, &mut server, folder, look).await?;
    }
    desk.close().await
}

async fn office(desk: &Desk, folder: &Path, look: Look) -> anyhow::Result<()> {
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-settings").await?;
    desk.click(&format!("settings-theme-{}", look.theme)).await?;
    desk.click("settings-language").await?;
    desk.click(&format!("settings-language-{}", look.language)).await?;
    desk.find("settings-about").await?;
    look.shot(desk, folder, "settings").await?;

    desk.click("nav-vouchers").await?;
    desk.css("[data-testid='voucher-row']").await?;
    look.shot(desk, folder, "vouchers").await?;
    click_first(desk, "[data-testid='voucher-row'][data-status='used']").await?;
    desk.css("[data-testid='history-entry']").await?;
    look.shot(desk, folder, "voucher-detail").await?;

    desk.click("nav-templates").await?;
    desk.css("[data-testid='template-row']").await?;
    look.shot(desk, folder, "templates").await?;
    click_first(desk, "[data-testid='template-row'] td:first-child").await?;
    desk.find("template-title").await?;
    look.shot(desk, folder, "template-editor").await?;

    desk.click("nav-conflicts").await?;
    click_first(desk, "[data-testid='conflict-row']").await?;
    desk.find("conflict").await?;
    look.shot(desk, folder, "conflicts").await?;
    desk.click("conflict-settle").await?;
    desk.find("settle-confirm").await?;
    look.shot(desk, folder, "settle").await?;
    desk.driver.action_chain().send_keys(thirtyfour::Key::Escape).perform().await?;

    desk.click("nav-sync").await?;
    desk.css("[data-testid='device-row']").await?;
    look.shot(desk, folder, "sync").await?;
    sign_out(desk).await?;
    look.shot(desk, folder, "sign-in").await
}

async fn counter(desk: &Desk, server: &mut ServerProcess, folder: &Path, look: Look) -> anyhow::Result<()> {
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    desk.find("redeem-input").await?;
    look.shot(desk, folder, "redeem").await?;
    let (first, second) = (sell(desk, folder, look).await?, sell(desk, folder, look).await?);
    desk.click("nav-redeem").await?;
    for (code, answer, screen) in
        [(first.as_str(), "confirmed", "redeem-confirmed"), (&first, "refused", "redeem-refused"), (NO_VOUCHER, "unknown", "redeem-unknown")]
    {
        redeem(desk, code, answer).await?;
        look.shot(desk, folder, screen).await?;
        desk.click("answer-close").await?;
    }
    server.kill().await?;
    redeem(desk, &second, "accepted_offline").await?;
    look.shot(desk, folder, "redeem-offline").await?;
    desk.click("answer-close").await?;
    look.shot(desk, folder, "redeem-waiting").await?;
    server.up().await?;
    desk.attribute_is("status-online", "data-online", "true").await?;
    sign_out(desk).await
}

async fn sell(desk: &Desk, folder: &Path, look: Look) -> anyhow::Result<String> {
    desk.click("nav-sell").await?;
    // The receipt of the sale before stands there until the next one begins.
    if desk.count("[data-testid='sell-another']").await? > 0 {
        desk.click("sell-another").await?;
    }
    desk.css("[data-testid^='sell-template-']").await?;
    look.shot(desk, folder, "sell").await?;
    click_first(desk, "[data-testid^='sell-template-']").await?;
    desk.fill("sell-buyer", "Élodie Marchand").await?;
    look.shot(desk, folder, "sell-form").await?;
    desk.click("sell-submit").await?;
    let code = desk.text_where("sell-code", |text| text.len() >= 13).await?;
    look.shot(desk, folder, "sell-receipt").await?;
    Ok(code)
}

async fn redeem(desk: &Desk, code: &str, answer: &str) -> anyhow::Result<()> {
    desk.fill("redeem-input", code).await?;
    desk.click("redeem-submit").await?;
    desk.attribute_is("answer", "data-answer", answer).await
}
