//! What several scenes do on a screen.

use std::path::Path;

use beadsbox_e2e::{Desk, Keys};
use beadsbox_testkit::ServerProcess;
use thirtyfour::By;

use crate::centre::ADMIN;

/// The program on new files, enrolled in that shop under that name.
pub async fn new_device(server: &ServerProcess, shop: &str, name: &str, data: &Path) -> anyhow::Result<Desk> {
    let desk = Desk::open(data, Keys::File).await?;
    desk.enrol(&server.url(), &server.program().enrolment_code(shop).await?, name).await?;
    Ok(desk)
}

pub async fn click_first(desk: &Desk, selector: &str) -> anyhow::Result<()> {
    desk.until(selector, async || desk.driver.find(By::Css(selector)).await.ok()?.click().await.ok()).await
}

/// Clicks by the page itself: where letters are larger the driver clicks beside what it means.
pub async fn choose(desk: &Desk, selector: &str) -> anyhow::Result<()> {
    let click = "const [selector, done] = arguments; const found = document.querySelector(selector); found?.click(); done(found !== null);";
    desk.until(selector, async || {
        let clicked = desk.driver.execute_async(click, vec![selector.into()]).await.ok()?;
        clicked.json().as_bool()?.then_some(())
    })
    .await
}

pub async fn sign_out(desk: &Desk) -> anyhow::Result<()> {
    desk.sign_out().await?;
    desk.find("signin-name").await.map(drop)
}

/// Opens the office on the Sync screen.
pub async fn open_sync(desk: &Desk) -> anyhow::Result<()> {
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-sync").await?;
    desk.find("sync-this-device").await.map(drop)
}

/// Scrolls until the element stands at the top, as far as it can.
pub async fn scroll_to(desk: &Desk, id: &str) -> anyhow::Result<()> {
    let element = desk.find(id).await?.to_json()?;
    let scroll = "let area = arguments[0];
        const top = area.getBoundingClientRect().top;
        while (area && getComputedStyle(area).overflowY !== 'auto') area = area.parentElement;
        area?.scrollBy(0, top - area.getBoundingClientRect().top - 16);";
    desk.driver.execute(scroll, vec![element]).await?;
    Ok(())
}

/// Sells one, from the counter's first template.
pub async fn sell(desk: &Desk, buyer: &str) -> anyhow::Result<String> {
    desk.click("nav-sell").await?;
    // The receipt of the sale before stands there until the next one begins.
    if desk.count("[data-testid='sell-another']").await? > 0 {
        desk.click("sell-another").await?;
    }
    click_first(desk, "[data-testid^='sell-template-']").await?;
    desk.fill("sell-buyer", buyer).await?;
    desk.click("sell-submit").await?;
    desk.text_where("sell-code", |text| text.len() >= 13).await
}
