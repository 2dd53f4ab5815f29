//! In the real window: an admin adds somebody, who signs in by the one-time password and has to choose another; the admin resets it; and the
//! admin sets up a second factor.

use beadsbox_e2e::{Authenticator, Desk, Keys, serve};

const SHOP: &str = "Montmartre";
const PASSWORD: &str = "honey and amber 7";
const OWN: &str = "beads of many colours";

async fn row_action(desk: &Desk, name: &str, action: &str) -> anyhow::Result<()> {
    let selector = format!("[data-testid='staff-row'][data-name='{name}'] [data-testid='{action}']");
    desk.css(&selector).await?.click().await?;
    Ok(())
}

/// Reads the one-time password that is shown, and closes it.
async fn one_time(desk: &Desk) -> anyhow::Result<String> {
    let password = desk.text_where("one-time-password", |text| text.len() >= 14).await?;
    desk.click("one-time-close").await?;
    Ok(password)
}

/// Signs in by a one-time password: the field for another one appears, and what was typed stays.
async fn first_sign_in(desk: &Desk, name: &str, password: &str, own: &str) -> anyhow::Result<()> {
    desk.fill("signin-name", name).await?;
    desk.fill("signin-password", password).await?;
    desk.click("signin-submit").await?;
    desk.find("signin-change").await?;
    assert_eq!(desk.value("signin-password").await?, password, "it keeps what was typed");
    desk.fill("signin-new_password", own).await?;
    desk.fill("signin-again", "mistyped").await?;
    desk.click("signin-submit").await?;
    desk.css("form [role='alert']").await?;
    desk.fill("signin-again", own).await?;
    desk.sign_in_as_filled("counter").await
}

/// The admin sets up a second factor.
async fn second_factor(desk: &Desk) -> anyhow::Result<()> {
    desk.sign_in("Ada", PASSWORD, "office").await?;
    desk.click("nav-settings").await?;
    desk.attribute_is("factor-state", "data-on", "false").await?;
    desk.click("factor-begin").await?;
    desk.fill("factor-password", PASSWORD).await?;
    desk.click("factor-next").await?;
    let says = desk.find("factor-qr").await?.attr("data-text").await?.unwrap_or_default();
    let mut app = Authenticator::scan(&says)?;
    desk.fill("factor-code", &app.code().await?).await?;
    desk.click("factor-next").await?;
    desk.css("[data-testid='recovery-codes'] li").await?;
    desk.attribute_is("factor-state", "data-on", "true").await?;
    Ok(())
}

#[tokio::test]
async fn an_admin_lets_somebody_in_and_sets_up_a_second_factor() -> anyhow::Result<()> {
    let server = serve().await?;
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    server.program().run(&["staff", "add", "Ada", "--role", "admin", "--password-stdin"], PASSWORD).await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Desk 1").await?;
    desk.sign_in("Ada", PASSWORD, "office").await?;

    // Somebody new.
    desk.click("nav-administration").await?;
    desk.find("shops").await?;
    desk.click("admin-staff").await?;
    desk.click("staff-add").await?;
    desk.fill("staff-name", "Dora").await?;
    desk.click("staff-role-counter").await?;
    desk.click("staff-save").await?;
    let password = one_time(&desk).await?;
    desk.css("[data-testid='staff-row'][data-name='Dora']").await?;
    desk.sign_out().await?;
    first_sign_in(&desk, "Dora", &password, OWN).await?;
    desk.text_where("status-person", |text| text.contains("Dora")).await?;
    desk.sign_out().await?;

    // Forgotten: another one-time password, and another of her own.
    desk.sign_in("Ada", PASSWORD, "office").await?;
    desk.click("nav-administration").await?;
    desk.click("admin-staff").await?;
    row_action(&desk, "Dora", "access-open").await?;
    desk.click("access-reset").await?;
    let again = one_time(&desk).await?;
    desk.sign_out().await?;
    desk.fill("signin-name", "Dora").await?;
    desk.fill("signin-password", OWN).await?;
    desk.click("signin-submit").await?;
    desk.attribute_is("signin-problem", "data-code", "wrong_password").await?;
    first_sign_in(&desk, "Dora", &again, "another of many colours").await?;
    desk.sign_out().await?;

    second_factor(&desk).await?;
    desk.close().await
}
