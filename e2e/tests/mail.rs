//! Mail in the real window: a seller chooses whether a sale is mailed, a voucher is mailed again from its page, a text is written and previewed,
//! and somebody who forgot their password sets another one.

use beadsbox_domain::Person;
use beadsbox_e2e::{
    Desk, Keys,
    office::{PASSWORD, SHOP, furnish, office},
    serve_mailing,
};
use beadsbox_protocol::{
    person::SaltedPerson,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    MailReceiver, ServerProcess, TestDevice,
    fixtures::{self, INTRODUCTION},
    told,
};

async fn centre(receiver: &MailReceiver) -> anyhow::Result<ServerProcess> {
    let server = serve_mailing(receiver).await?;
    furnish(&server, &[("Ada", "admin"), ("Carla", "counter")]).await?;
    Ok(server)
}

/// A till elsewhere sells one to somebody with an address.
async fn sell_elsewhere(server: &ServerProcess) -> anyhow::Result<()> {
    let mut till = told(TestDevice::enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await)?;
    told(till.sign_in("Carla", PASSWORD).await)?;
    told(till.pull().await)?;
    let Some(Row::Template(template)) = till.cache.get(&RowKey::Template(INTRODUCTION)) else {
        anyhow::bail!("no template")
    };
    let person = SaltedPerson::new(&Person { recipient: None, ..fixtures::person("Léa Dubois") }, fixtures::random())?;
    let (_, sale) = fixtures::sale(INTRODUCTION, 1, template.content.clone(), &person);
    till.remember(&person);
    till.record(sale);
    Ok(told(till.push().await)?)
}

#[tokio::test]
async fn a_voucher_is_mailed_again_and_its_text_is_written() -> anyhow::Result<()> {
    let receiver = MailReceiver::start().await?;
    let server = centre(&receiver).await?;
    sell_elsewhere(&server).await?;
    receiver.until(1).await;
    let data = tempfile::tempdir()?;
    let office = office(&server, data.path(), "Ada").await?;

    // The text, and how it arrives.
    office.click("nav-mail").await?;
    office.attribute_is("mail-preview", "data-subject", "Your voucher from My Beads Box Montmartre").await?;
    office.fill("mail-subject", "Beads for {{ buyr }}").await?;
    office.attribute_is("mail-preview", "data-faults", "1").await?;
    anyhow::ensure!(!office.find("mail-save").await?.is_enabled().await?, "a text with faults is not kept");
    office.fill("mail-subject", "Beads for {{ buyer }}").await?;
    office.attribute_is("mail-preview", "data-subject", "Beads for Léa Dubois").await?;
    office.click("mail-save").await?;
    office.attribute_is("mail-own", "data-own", "true").await?;

    // The voucher once more, with it.
    office.click("nav-vouchers").await?;
    office
        .until("the voucher", async || {
            office.driver.find(thirtyfour::By::Css("[data-testid='voucher-row']")).await.ok()?.click().await.ok()
        })
        .await?;
    office.css("[data-testid='voucher-mail'][data-state='sent']").await?;
    office.click("voucher-mail-send").await?;
    let mails = receiver.until(2).await;
    anyhow::ensure!(mails[1].header("Subject").contains("Beads for"), "{}", mails[1].raw);
    anyhow::ensure!(mails[1].pdfs().len() == 1, "the paper comes with it");
    office
        .until("both mails sent", async || {
            (office.count("[data-testid='voucher-mail'][data-state='sent']").await.ok()? == 2).then_some(())
        })
        .await?;
    office.close().await
}

/// Types a sale as far as the address.
async fn begin_sale(till: &Desk, email: &str) -> anyhow::Result<()> {
    till.click("nav-sell").await?;
    till.css("[data-testid^='sell-template-']").await?.click().await?;
    till.fill("sell-buyer", "Léa Dubois").await?;
    anyhow::ensure!(till.count("[data-testid='sell-mail']").await? == 0, "nobody to write to yet");
    till.fill("sell-email", email).await
}

#[tokio::test]
async fn a_seller_chooses_whether_a_sale_is_mailed() -> anyhow::Result<()> {
    let receiver = MailReceiver::start().await?;
    let server = centre(&receiver).await?;
    let data = tempfile::tempdir()?;
    let till = Desk::open(data.path(), Keys::File).await?;
    till.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;

    begin_sale(&till, "not-this-time@example.org").await?;
    let tick = till.find("sell-mail").await?;
    anyhow::ensure!(tick.is_selected().await?, "it goes unless somebody chooses otherwise");
    tick.click().await?;
    till.click("sell-submit").await?;
    till.find("sell-receipt").await?;
    till.click("sell-another").await?;

    // The next sale begins as the organisation set it.
    begin_sale(&till, "lea@example.org").await?;
    anyhow::ensure!(till.find("sell-mail").await?.is_selected().await?, "what was chosen was that sale's");
    till.click("sell-submit").await?;
    let receipt = till.find("sell-receipt").await?;
    anyhow::ensure!(receipt.text().await?.contains("lea@example.org"), "the receipt says where it goes");
    let mails = receiver.until(1).await;
    anyhow::ensure!(mails.len() == 1 && mails[0].to == ["lea@example.org"], "{:?}", mails[0].to);
    till.close().await
}

#[tokio::test]
async fn whoever_forgot_their_password_sets_another_one_by_mail() -> anyhow::Result<()> {
    let receiver = MailReceiver::start().await?;
    let server = centre(&receiver).await?;
    let data = tempfile::tempdir()?;
    let desk = office(&server, data.path(), "Ada").await?;
    desk.click("nav-mail").await?;
    desk.css("[data-testid='address-row'][data-name='Carla'] [data-testid='address-change']").await?.click().await?;
    desk.fill("address-email", "carla@example.org").await?;
    desk.click("address-save").await?;
    // What lies below the view has no text for the driver.
    let told = "return document.querySelector(\"[data-testid='addresses']\").textContent";
    desk.until("the address", async || {
        let text = desk.driver.execute(told, Vec::new()).await.ok()?;
        text.json().as_str()?.contains("carla@example.org").then_some(())
    })
    .await?;
    desk.sign_out().await?;

    desk.click("signin-forgotten").await?;
    desk.fill("reset-name", "Carla").await?;
    desk.click("reset-ask").await?;
    desk.find("reset-token").await?;
    let mail = receiver.until(1).await.remove(0);
    let text = mail.text();
    let token = text.lines().find(|line| line.len() == 64).ok_or_else(|| anyhow::anyhow!("no code in {text}"))?;
    desk.fill("reset-token", token).await?;
    desk.fill("reset-password", "amber and honey 8").await?;
    desk.fill("reset-again", "amber and honey 8").await?;
    desk.click("reset-set").await?;
    desk.find("reset-done").await?;
    desk.sign_in("Carla", "amber and honey 8", "counter").await?;
    desk.find("redeem-input").await?;
    desk.close().await
}
