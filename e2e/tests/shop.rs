//! The shop page in Debian's Chromium: bought from by card and for the counter, with and without scripts; the mail with its paper in the mail
//! server; and the vouchers in the real window, one sold from its reservation and the other redeemed.

use std::{path::Path, process::Stdio};

use anyhow::Context as _;
use beadsbox_e2e::{Desk, Keys, serve_shop};
use beadsbox_testkit::{MailReceiver, ServerProcess, StripeProvider};
use serde_json::Value;
use tokio::process::Command;

const SHOP: &str = "Montmartre";
const PASSWORD: &str = "honey and amber 7";

/// Where the browser's program is.
const BROWSER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");

async fn centre(receiver: &MailReceiver, provider: &StripeProvider) -> anyhow::Result<ServerProcess> {
    let server = serve_shop(receiver, provider).await?;
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    server.program().run(&["staff", "add", "Carla", "--role", "counter", "--password-stdin"], PASSWORD).await?;
    server.program().run(&["shop-page", "open", "--shop", SHOP], "").await?;
    Ok(server)
}

/// What the browser says on its last line.
async fn browse(server: &ServerProcess, arguments: &[&str]) -> anyhow::Result<Value> {
    anyhow::ensure!(Path::new(BROWSER).join("node_modules").is_dir(), "playwright-core is missing: run npm ci in e2e/browser");
    let mut command = Command::new("node");
    command.arg("shop.mjs").args(arguments).current_dir(BROWSER).env("SHOP_URL", server.url());
    if let Some(pictures) = std::env::var_os("BEADSBOX_E2E_PICTURES") {
        command.env("PICTURES", pictures);
    }
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.context("node")?;
    anyhow::ensure!(output.status.success(), "in the browser: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}

/// Sells what was reserved, and gives its code.
async fn sell_reservation(till: &Desk, reservation: &str) -> anyhow::Result<String> {
    till.click("nav-sell").await?;
    till.click("sell-reservation").await?;
    till.fill("reservation-code", "AAAA-AAAA").await?;
    till.click("reservation-submit").await?;
    till.css("[role='alert']").await?;
    till.fill("reservation-code", reservation).await?;
    till.click("reservation-submit").await?;
    till.find("reservation-found").await?;
    till.click("reservation-submit").await?;
    till.text_where("sell-code", |text| text.len() >= 13).await
}

async fn redeem(till: &Desk, code: &str) -> anyhow::Result<()> {
    till.click("nav-redeem").await?;
    till.fill("redeem-input", code).await?;
    till.click("redeem-submit").await?;
    till.attribute_is("answer", "data-answer", "confirmed").await?;
    till.click("answer-close").await
}

#[tokio::test]
async fn a_voucher_is_bought_in_a_browser_and_redeemed_at_a_till() -> anyhow::Result<()> {
    let (receiver, provider) = (MailReceiver::start().await?, StripeProvider::start().await?);
    let server = centre(&receiver, &provider).await?;
    let bought = browse(&server, &[]).await?;
    let said = |name: &str| bought[name].as_str().map(str::to_owned).with_context(|| format!("{name} in {bought}"));
    let (paid, reserved, address) = (said("paid")?, said("reserved")?, said("address")?);

    // The one that was paid is in the buyer's mailbox, on paper.
    let mails = receiver.until(1).await;
    anyhow::ensure!(mails[0].to == ["lea@example.org"] && mails[0].pdfs().len() == 1 && mails[0].text().contains(&paid), "{}", mails[0].raw);

    let data = tempfile::tempdir()?;
    let till = Desk::open(data.path(), Keys::File).await?;
    till.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    redeem(&till, &paid).await?;
    let sold = sell_reservation(&till, &reserved).await?;
    let mails = receiver.until(2).await;
    anyhow::ensure!(mails[1].text().contains(&sold), "{}", mails[1].raw);
    // Its buyer sees it on the page of the order.
    let seen = browse(&server, &["look", &address]).await?;
    anyhow::ensure!(seen["text"].as_str().is_some_and(|text| text.contains(&sold)), "{seen}");
    redeem(&till, &sold).await?;
    till.close().await
}
