//! The main job in the real window: enrol, sign in, create a template, sell, find, redeem with the server stopped, start it,
//! sync, and see it confirmed on a second device.

use beadsbox_e2e::{
    Desk, Keys,
    office::{PASSWORD, SHOP, centre},
};
use beadsbox_testkit::ServerProcess;

async fn server_with_people() -> anyhow::Result<ServerProcess> {
    centre(&[("Ada", "admin"), ("Carla", "counter")]).await
}

async fn write_template(office: &Desk) -> anyhow::Result<()> {
    office.click("nav-templates").await?;
    office.click("template-new").await?;
    office.fill("template-title", "Atelier perles à deux").await?;
    office.fill("template-price", "64.50").await?;
    office.click("template-save").await?;
    office
        .until("the new template", async || {
            (office.driver.source().await.ok()?.contains("64") && office.count("[data-testid='template-row']").await.ok()? >= 3).then_some(())
        })
        .await?;
    Ok(())
}

async fn sell(till: &Desk) -> anyhow::Result<String> {
    till.click("nav-sell").await?;
    till.until("the template at the till", async || {
        let card = till
            .driver
            .find(thirtyfour::By::XPath("//*[starts-with(@data-testid,'sell-template-')][contains(.,'Atelier perles')]"))
            .await
            .ok()?;
        card.click().await.ok()
    })
    .await?;
    till.fill("sell-buyer", "Léa O'Connor <script>").await?;
    till.click("sell-submit").await?;
    till.text_where("sell-code", |text| text.len() >= 13).await
}

#[tokio::test]
async fn the_main_job_from_template_to_redemption_and_back() -> anyhow::Result<()> {
    let mut server = server_with_people().await?;
    let (office_data, till_data) = (tempfile::tempdir()?, tempfile::tempdir()?);

    // The office: enrol, sign in, write a template.
    let office = Desk::open(office_data.path(), Keys::Keyring).await?;
    office.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Office 1").await?;
    office.sign_in("Ada", PASSWORD, "office").await?;
    write_template(&office).await?;

    // The till: enrol, sign in, sell.
    let till = Desk::open(till_data.path(), Keys::File).await?;
    till.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    let code = sell(&till).await?;

    // The office finds it.
    office.click("nav-vouchers").await?;
    office.fill("voucher-search", &code).await?;
    office
        .until("the voucher in the office", async || (office.count("[data-testid='voucher-row']").await.ok()? == 1).then_some(()))
        .await?;

    // The server dies; the till redeems all the same, and says so.
    server.kill().await?;
    till.click("nav-redeem").await?;
    till.fill("redeem-input", &code).await?;
    till.click("redeem-submit").await?;
    till.attribute_is("answer", "data-answer", "accepted_offline").await?;
    till.attribute_is("status-online", "data-online", "false").await?;
    till.text_where("status-waiting", |text| text.contains('1')).await?;

    // It comes back; the till goes on by itself, and the office sees it used.
    server.up().await?;
    till.click("answer-close").await?;
    till.click("sync-now").await?;
    till.attribute_is("status-online", "data-online", "true").await?;
    till.until("the redemption confirmed", async || {
        (till.count("[data-testid='recent-redemptions'] [data-state='confirmed']").await.ok()? == 1).then_some(())
    })
    .await?;
    office.click("sync-now").await?;
    office
        .until("the voucher used in the office", async || {
            (office.count("[data-testid='voucher-row'][data-status='used']").await.ok()? == 1).then_some(())
        })
        .await?;

    // A second time it is refused, with the first use's facts.
    till.fill("redeem-input", &code).await?;
    till.click("redeem-submit").await?;
    till.attribute_is("answer", "data-answer", "refused").await?;
    till.text_where("answer", |text| text.contains(SHOP) && text.contains("Carla")).await?;

    office.close().await?;
    till.close().await
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_code_say_what_to_do() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.enrol(&server.url(), "AAAA-BBBB-CCCC", "Till 1").await?;
    desk.until("the enrolment error", async || desk.driver.source().await.ok()?.contains("enrolment_code_wrong").then_some(()))
        .await?;
    desk.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    desk.fill("signin-name", "Carla").await?;
    desk.fill("signin-password", "wrong").await?;
    desk.click("signin-submit").await?;
    desk.until("the sign-in error", async || desk.driver.source().await.ok()?.contains("wrong_password").then_some(()))
        .await?;
    desk.sign_in("Carla", PASSWORD, "counter").await?;
    // Mistyped: refused on the spot, nothing recorded.
    desk.fill("redeem-input", "0123456789ABC").await?;
    desk.click("redeem-submit").await?;
    desk.attribute_is("answer", "data-answer", "refused").await?;
    desk.text_where("status-waiting", |text| !text.contains('1')).await?;
    desk.close().await
}
