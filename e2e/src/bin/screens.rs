//! Takes a picture of every screen, light and dark, in English and French, on sample data of its own.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use beadsbox_e2e::{Desk, Keys, serve};
use beadsbox_testkit::ServerProcess;
use thirtyfour::By;

/// What the sample data sign in with.
const ADMIN: (&str, &str) = ("Adrien", "adrien-beads");
const COUNTER: (&str, &str) = ("Camille", "camille-beads");
/// A code that is well formed and that no voucher has.
const NO_VOUCHER: &str = "CAR0-VAN0-TESTX";

/// One look of the program.
#[derive(Clone, Copy)]
struct Look {
    theme: &'static str,
    language: &'static str,
}

impl Look {
    fn file(self, folder: &Path, screen: &str) -> PathBuf {
        let language = if self.language == "en" { String::new() } else { format!("-{}", self.language) };
        folder.join(format!("{screen}-{}{language}.png", self.theme))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).context("screens FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let mut server = serve().await?;
    server.program().run(&["seed"], "").await?;
    let shops = server.program().run(&["shop", "list"], "").await?;
    let shop = shops.split_whitespace().next().context("no shop")?;
    let code = server.program().enrolment_code(shop).await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.find("enrol-server").await?;
    desk.picture(&folder.join("enrol-light.png")).await?;
    desk.enrol(&server.url(), &code, "Till 1").await?;
    desk.find("signin-name").await?;
    for (theme, language) in [("light", "en"), ("dark", "en"), ("light", "fr"), ("dark", "fr")] {
        let look = Look { theme, language };
        office(&desk, &folder, look).await?;
        counter(&desk, &mut server, &folder, look).await?;
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
    shot(desk, folder, look, "settings").await?;

    desk.click("nav-vouchers").await?;
    desk.css("[data-testid='voucher-row']").await?;
    shot(desk, folder, look, "vouchers").await?;
    click_first(desk, "[data-testid='voucher-row'][data-status='used']").await?;
    desk.css("[data-testid='history-entry']").await?;
    shot(desk, folder, look, "voucher-detail").await?;

    desk.click("nav-templates").await?;
    desk.css("[data-testid='template-row']").await?;
    shot(desk, folder, look, "templates").await?;
    click_first(desk, "[data-testid='template-row'] td:first-child").await?;
    desk.find("template-title").await?;
    shot(desk, folder, look, "template-editor").await?;

    desk.click("nav-conflicts").await?;
    click_first(desk, "[data-testid='conflict-row']").await?;
    desk.find("conflict").await?;
    shot(desk, folder, look, "conflicts").await?;
    desk.click("conflict-settle").await?;
    desk.find("settle-confirm").await?;
    shot(desk, folder, look, "settle").await?;
    desk.driver.action_chain().send_keys(thirtyfour::Key::Escape).perform().await?;

    desk.click("nav-sync").await?;
    desk.css("[data-testid='device-row']").await?;
    shot(desk, folder, look, "sync").await?;
    sign_out(desk).await?;
    shot(desk, folder, look, "sign-in").await
}

async fn counter(desk: &Desk, server: &mut ServerProcess, folder: &Path, look: Look) -> anyhow::Result<()> {
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    desk.find("redeem-input").await?;
    shot(desk, folder, look, "redeem").await?;
    let (first, second) = (sell(desk, folder, look).await?, sell(desk, folder, look).await?);
    desk.click("nav-redeem").await?;
    for (code, answer, screen) in
        [(first.as_str(), "confirmed", "redeem-confirmed"), (&first, "refused", "redeem-refused"), (NO_VOUCHER, "unknown", "redeem-unknown")]
    {
        redeem(desk, code, answer).await?;
        shot(desk, folder, look, screen).await?;
        desk.click("answer-close").await?;
    }
    server.kill().await?;
    redeem(desk, &second, "accepted_offline").await?;
    shot(desk, folder, look, "redeem-offline").await?;
    desk.click("answer-close").await?;
    shot(desk, folder, look, "redeem-waiting").await?;
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
    shot(desk, folder, look, "sell").await?;
    click_first(desk, "[data-testid^='sell-template-']").await?;
    desk.fill("sell-buyer", "Élodie Marchand").await?;
    shot(desk, folder, look, "sell-form").await?;
    desk.click("sell-submit").await?;
    let code = desk.text_where("sell-code", |text| text.len() >= 13).await?;
    shot(desk, folder, look, "sell-receipt").await?;
    Ok(code)
}

async fn redeem(desk: &Desk, code: &str, answer: &str) -> anyhow::Result<()> {
    desk.fill("redeem-input", code).await?;
    desk.click("redeem-submit").await?;
    desk.attribute_is("answer", "data-answer", answer).await
}

async fn sign_out(desk: &Desk) -> anyhow::Result<()> {
    desk.sign_out().await?;
    desk.find("signin-name").await.map(drop)
}

async fn click_first(desk: &Desk, selector: &str) -> anyhow::Result<()> {
    desk.until(selector, async || desk.driver.find(By::Css(selector)).await.ok()?.click().await.ok()).await
}

async fn shot(desk: &Desk, folder: &Path, look: Look, screen: &str) -> anyhow::Result<()> {
    desk.picture(&look.file(folder, screen)).await
}
